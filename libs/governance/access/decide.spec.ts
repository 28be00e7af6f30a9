import { describe, expect, it } from 'vitest';
import { ROLES, type AccessAction, type Purpose, type Relationship, type ResourceKind, type Role } from '@concord/core/ports';
import { decide, defaultPurpose, describeRules, reachableBy, refusal, RULES, type AccessQuestion, type Rule } from './index.ts';

const ACTIONS: readonly AccessAction[] = ['read', 'vread', 'search', 'create', 'update', 'export', 'execute'];
const RELATIONSHIPS: readonly Relationship[] = ['ward', 'discharged-72h', 'care-team', 'recent-study', 'own-source', 'own-record', 'job', 'none'];
const PURPOSES: readonly Purpose[] = ['TREAT', 'ETREAT', 'BTG', 'HPAYMT', 'HOPERAT', 'HRESCH', 'PATRQT', 'PUBHLTH', 'HSYSADMIN'];
const RECORD: readonly ResourceKind[] = ['Patient', 'Encounter', 'Observation', 'DiagnosticReport', 'ImagingStudy'];
const CHART: readonly ResourceKind[] = [...RECORD, 'RiskAssessment', 'Timeline'];
const ELSE: readonly ResourceKind[] = ['AuditEvent', 'Worklist', 'ReconcileItem', 'Session', 'ModelBundle', 'Metrics'];

const isLook = (action: AccessAction) => action === 'read' || action === 'vread' || action === 'search';

interface Cell {
  readonly role: Role;
  readonly relationship: Relationship;
  readonly purpose: Purpose;
  readonly action: AccessAction;
  readonly resource: ResourceKind;
}

/** Written from DESIGN 7 and 10 sentence by sentence, not from the table: one dull function per role. */
const NAIVE: Readonly<Record<Role, (cell: Cell) => boolean>> = {
  physician: wardStaff,
  nurse: wardStaff,
  radiologist: (cell) =>
    cell.purpose === 'TREAT' &&
    isLook(cell.action) &&
    (cell.resource === 'Worklist' || (CHART.includes(cell.resource) && ['recent-study', 'care-team'].includes(cell.relationship))),
  integrator: (cell) => cell.purpose === 'TREAT' && (cell.resource === 'ReconcileItem' ? isLook(cell.action) : sendsOrReadsBack(cell)),
  privacy: (cell) => cell.purpose === 'HOPERAT' && cell.resource === 'AuditEvent' && ['read', 'search', 'export'].includes(cell.action),
  steward: (cell) =>
    cell.purpose === 'HOPERAT' && ['ModelBundle', 'Metrics'].includes(cell.resource) && ['read', 'search', 'update', 'execute'].includes(cell.action),
  administrator: () => false,
  patient: (cell) => cell.purpose === 'PATRQT' && cell.relationship === 'own-record' && RECORD.includes(cell.resource) && isLook(cell.action),
};

function wardStaff(cell: Cell): boolean {
  if (cell.purpose !== 'TREAT' || !isLook(cell.action)) return false;
  return cell.resource === 'Worklist' || (CHART.includes(cell.resource) && ['ward', 'discharged-72h', 'care-team'].includes(cell.relationship));
}

function sendsOrReadsBack(cell: Cell): boolean {
  if (!RECORD.includes(cell.resource)) return false;
  return cell.action === 'create' || cell.action === 'update' || (isLook(cell.action) && cell.relationship === 'own-source');
}

function isJob(cell: Cell): boolean {
  const does = isLook(cell.action) || ['create', 'update', 'execute'].includes(cell.action);
  return cell.relationship === 'job' && does && ['TREAT', 'HOPERAT'].includes(cell.purpose) && [...CHART, 'ReconcileItem', 'Worklist'].includes(cell.resource);
}

function naive(cell: Cell): boolean {
  if (cell.resource === 'Session') return isLook(cell.action) && ['TREAT', 'HOPERAT', 'PATRQT'].includes(cell.purpose);
  return isJob(cell) || NAIVE[cell.role](cell);
}

describe('the decision over the table', () => {
  it('agrees with the rules as written in every cell of role, relation, purpose, action and resource', () => {
    const wrong: string[] = [];
    for (const role of ROLES)
      for (const relationship of RELATIONSHIPS)
        for (const purpose of PURPOSES)
          for (const action of ACTIONS)
            for (const resource of [...CHART, ...ELSE]) {
              const { allow } = decide({ roles: [role], purpose, action, resource, relationships: relationship === 'none' ? [] : [relationship] });
              if (allow !== naive({ role, relationship, purpose, action, resource }))
                wrong.push([role, relationship, purpose, action, resource, allow].join(' '));
            }
    expect(wrong).toEqual([]);
  });

  it('gives a person with two roles what either role gives, and never more', () => {
    for (const first of ROLES)
      for (const second of ROLES)
        for (const action of ACTIONS)
          for (const resource of [...CHART, ...ELSE])
            for (const relationship of RELATIONSHIPS) {
              const ask = (roles: readonly Role[]) => decide({ roles, purpose: 'TREAT', action, resource, relationships: [relationship] }).allow;
              expect(ask([first, second])).toBe(ask([first]) || ask([second]));
            }
  });

  it('denies a person without any role everything, whatever the relation but a job', () => {
    for (const relationship of RELATIONSHIPS.filter((r) => r !== 'job'))
      for (const action of ACTIONS)
        for (const resource of [...CHART, ...ELSE])
          expect(decide({ roles: [], purpose: 'TREAT', action, resource, relationships: [relationship] }).allow).toBe(false);
  });

  it('says whether a search may be asked, and under which relations a row may be handed out', () => {
    const search = { purpose: 'TREAT', action: 'search', resource: 'Observation' } as const;
    expect(decide({ ...search, roles: ['nurse'], relationships: undefined }).allow).toBe(true);
    expect(reachableBy({ ...search, roles: ['nurse'] })).toEqual(['care-team', 'discharged-72h', 'ward']);
    expect(decide({ ...search, roles: ['steward'], relationships: undefined })).toMatchObject({ allow: false, ruleId: 'default-deny' });
    expect(reachableBy({ ...search, roles: ['steward'] })).toEqual([]);
  });

  it('does not let a question without a patient pass as a job', () => {
    expect(decide({ roles: [], purpose: 'TREAT', action: 'search', resource: 'Observation', relationships: undefined }).allow).toBe(false);
  });

  it('names what was missing: a rule, the purpose or the relation', () => {
    const read: AccessQuestion = { roles: ['nurse'], purpose: 'TREAT', action: 'read', resource: 'Patient', relationships: [] };
    expect(decide(read).ruleId).toBe('no-relationship');
    expect(decide({ ...read, purpose: 'HRESCH', relationships: ['ward'] }).ruleId).toBe('purpose');
    expect(decide({ ...read, action: 'create' }).ruleId).toBe('default-deny');
  });

  it('chooses the rule that withholds least when several allow', () => {
    const base = RULES.find((rule) => rule.id === 'ward-staff');
    const strict: Rule = { ...base!, id: 'strict', withhold: ['radiology-report'] };
    const question: AccessQuestion = { roles: ['nurse'], purpose: 'TREAT', action: 'read', resource: 'RiskAssessment', relationships: ['ward'] };
    expect(decide(question, [strict])).toMatchObject({ allow: true, obligations: ['radiology-report'] });
    expect(decide(question, [strict, base!])).toMatchObject({ allow: true, ruleId: 'ward-staff', obligations: [] });
  });

  it('makes a denial about a patient look like an absence, and says plainly that the rest is forbidden', () => {
    const read: AccessQuestion = { roles: ['steward'], purpose: 'HOPERAT', action: 'read', resource: 'Patient', relationships: undefined };
    expect(refusal(read, decide(read))).toEqual({ kind: 'not-found' });
    const search: AccessQuestion = { ...read, action: 'search' };
    expect(refusal(search, decide(search))).toEqual({ kind: 'forbidden', ruleId: 'default-deny' });
    const audit: AccessQuestion = { roles: ['nurse'], purpose: 'TREAT', action: 'search', resource: 'AuditEvent', relationships: ['ward'] };
    expect(refusal(audit, decide(audit))).toEqual({ kind: 'forbidden', ruleId: 'default-deny' });
  });

  it('takes a clinician to be here for care, a patient for their own record, an officer for the house', () => {
    expect(ROLES.map((role) => defaultPurpose([role]))).toEqual(['TREAT', 'TREAT', 'TREAT', 'TREAT', 'HOPERAT', 'HOPERAT', 'HOPERAT', 'PATRQT']);
  });

  it('is described line by line', () => {
    expect(describeRules().split('\n')).toHaveLength(RULES.length + 2);
    expect(new Set(RULES.map((rule) => rule.id)).size).toBe(RULES.length);
  });
});
