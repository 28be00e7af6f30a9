import { describe, expect, it } from 'vitest';
import type { AssessmentId, BundleId, PatientId, RiskTaskId } from '@concord/core/clinical';
import { instant } from '@concord/core/kernel';
import type { AuditRow } from '@concord/core/ports';
import { KINDS, toAuditEvent } from '@concord/governance/audit';
import { balpBreaches, type Event } from '../balp.ts';

const row: AuditRow = {
  eventId: '0199aaaa-0000-7000-8000-000000000001',
  unitId: '0199aaaa-0000-7000-8000-000000000002',
  unitPart: 'open',
  unitKind: 'request',
  recordedAt: instant(Date.UTC(2026, 10, 24, 3, 12)),
  category: 'rest',
  subtype: 'read',
  action: 'R',
  outcome: 0,
  actor: { issuer: 'https://sso.example/realms/concord', subject: 'u1', login: 'physician', name: 'Dr R. Osei', roles: ['physician'] },
  clientId: 'concord-web',
  tokenId: 'jti-1',
  purpose: 'TREAT',
  legalBasis: 'ward-staff',
  patientId: '00000000-0000-4000-8000-0000000000aa' as PatientId,
  resource: 'Patient',
  objects: ['Patient/00000000-0000-4000-8000-0000000000aa', 'Observation/1/_history/2'],
  requestId: 'req-1',
  entry: 'GET /fhir/R4/Patient/:id',
  ip: '127.0.0.1',
  scores: {
    models: [{ bundle: 'b-1' as BundleId, blocksSha256: ['aa', 'bb'], runtime: 'ort' }],
    shown: [
      {
        assessmentId: 'a-1' as AssessmentId,
        task: 'sepsis-6h' as RiskTaskId,
        model: 0,
        inputsSha256: 'cc',
        outputSha256: 'dd',
        modalitiesUsed: [],
        outcome: 'scored',
      },
    ],
    trend: { count: 24, sha256: 'ee' },
  },
};

const { patientId: _someone, ...aboutNobody } = row;
const shapes: Readonly<Record<string, AuditRow>> = {
  PatientRead: row,
  Read: aboutNobody,
  PatientQuery: { ...row, action: 'E', subtype: 'search-type', query: '' },
  Query: { ...aboutNobody, action: 'E', subtype: 'search-type', query: 'code=8867-4', objects: [] },
  PatientCreate: { ...row, action: 'C', subtype: 'create' },
  PatientUpdate: { ...row, action: 'U', subtype: 'update' },
  'PrivacyDisclosure.Source': { ...row, kind: 'disclosure', ...KINDS.disclosure, recipient: { name: 'County health office', address: '1 Main Street' } },
};

describe('an audit event, as IHE BALP asks for it', () => {
  it.each(Object.entries(shapes))('claims %s and breaks nothing of it', (profile, given) => {
    const event = toAuditEvent(given) as Event;
    expect(event.meta?.profile).toEqual([`https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit.${profile}`]);
    expect(balpBreaches(event)).toEqual([]);
  });

  it('claims no profile of success when it was refused', () => {
    expect((toAuditEvent({ ...row, outcome: 4 }) as Event).meta).toBeUndefined();
  });

  it('is caught when client and server are the wrong way round, or a query names what it found', () => {
    const event = toAuditEvent(row);
    const turned = JSON.parse(JSON.stringify(event).replaceAll('110152', 'x').replaceAll('110153', '110152').replaceAll('"x"', '"110153"')) as Event;
    expect(balpBreaches({ ...turned, agent: turned.agent?.slice(0, 1) ?? [] })).not.toEqual([]);
    const found = toAuditEvent({ ...row, action: 'E', subtype: 'search-type', query: 'a=b' }) as Event;
    expect(
      balpBreaches({ ...found, entity: [...(found.entity ?? []), { type: { system: 'http://terminology.hl7.org/CodeSystem/audit-entity-type', code: '2' } }] }),
    ).not.toEqual([]);
  });

  it('names the score that was shown with its model, inputs and the hash of its output, and never the number', () => {
    const text = JSON.stringify(toAuditEvent(row));
    for (const part of ['RiskAssessment/a-1', 'b-1', 'aa bb', '"cc"', '"dd"', '"ee"']) expect(text).toContain(part);
    expect(text).not.toContain('probability');
  });
});
