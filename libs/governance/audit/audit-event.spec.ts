import type { PatientId } from '@concord/core/clinical';
import { instant } from '@concord/core/kernel';
import type { AuditRow } from '@concord/core/ports';
import { describe, expect, it } from 'vitest';
import { toAuditEvent } from './audit-event.ts';

const row: AuditRow = {
  eventId: '0199aaaa-0000-7000-8000-000000000001',
  unitId: '0199aaaa-0000-7000-8000-000000000002',
  unitPart: 'open',
  recordedAt: instant(Date.UTC(2026, 10, 24, 3, 12)),
  category: 'rest',
  subtype: 'read',
  action: 'R',
  outcome: 0,
  actor: { issuer: 'concord', subject: 'u1', login: 'physician', name: 'Dr R. Osei', roles: ['physician'] },
  clientId: 'concord-web',
  purpose: 'TREAT',
  legalBasis: 'ward',
  patientId: '00000000-0000-4000-8000-0000000000aa' as PatientId,
  resource: 'Patient',
  objects: ['Patient/00000000-0000-4000-8000-0000000000aa'],
  requestId: 'req-1',
  ip: '127.0.0.1',
};

const agents = (event: ReturnType<typeof toAuditEvent>) =>
  event['agent'] as readonly { type: { coding: readonly { code: string }[] }; requestor: boolean; network?: unknown }[];
const entities = (event: ReturnType<typeof toAuditEvent>) =>
  event['entity'] as readonly { role?: { code: string }; what?: { reference?: string; identifier?: { value: string } }; query?: string }[];

describe('an audit event', () => {
  it('of a read has the client as destination (110152) and the server as source (110153), BALP Read', () => {
    expect(
      agents(toAuditEvent(row))
        .slice(0, 2)
        .map(({ type }) => type.coding[0]?.code),
    ).toEqual(['110152', '110153']);
  });

  it('of a query has them the other way round, BALP Query', () => {
    const search = toAuditEvent({ ...row, action: 'E', subtype: 'search-type', query: 'GET /fhir/R4/Patient?_id=1' });
    expect(
      agents(search)
        .slice(0, 2)
        .map(({ type }) => type.coding[0]?.code),
    ).toEqual(['110153', '110152']);
    const asked = entities(search).find(({ role }) => role?.code === '24');
    expect(Buffer.from(asked?.query ?? '', 'base64').toString('utf8')).toBe('GET /fhir/R4/Patient?_id=1');
    expect(asked?.what).toBeUndefined();
  });

  it('names the patient by reference, the person as the one requestor, and the request', () => {
    const event = toAuditEvent(row);
    expect(
      entities(event)
        .filter(({ role }) => role?.code === '1')
        .map(({ what }) => what?.reference),
    ).toEqual([`Patient/${String(row.patientId)}`]);
    expect(agents(event).filter(({ requestor }) => requestor)).toHaveLength(1);
    expect(agents(event).at(-1)?.network).toBeUndefined();
    expect(entities(event).at(-1)?.what?.identifier?.value).toBe('req-1');
  });

  it('encodes any query text, letters beyond ASCII included', () => {
    for (const text of ['a', 'ab', 'abc', 'Müller & Søn 病']) {
      const event = toAuditEvent({ ...row, action: 'E', query: text });
      expect(Buffer.from(entities(event).find(({ role }) => role?.code === '24')?.query ?? '', 'base64').toString('utf8')).toBe(text);
    }
  });
});
