import { describe, expect, it } from 'vitest';
import { ROLES, type AccessAction, type Purpose, type Relationship, type ResourceKind, type Role } from '@concord/core/ports';
import { decide, defaultPurpose, DENIALS, describeDenials, describeRules, reachableBy, refusal, RULES, type AccessQuestion, type Rule } from './index.ts';

const ACTIONS: readonly AccessAction[] = ['read', 'vread', 'search', 'create', 'update', 'export', 'execute'];
const RELATIONSHIPS: readonly Relationship[] = [
  'ward',
  'discharged-72h',
  'care-team',
  'recent-study',
  'own-source',
  'own-record',
  'break-glass',
  'job',
  'none',
];
const PURPOSES: readonly Purpose[] = ['TREAT', 'ETREAT', 'BTG', 'HPAYMT', 'HOPERAT', 'HRESCH', 'PATRQT', 'PUBHLTH', 'HSYSADMIN'];
const RECORD: readonly ResourceKind[] = ['Patient', 'Encounter', 'Observation', 'DiagnosticReport', 'ImagingStudy'];
const CHART: readonly ResourceKind[] = [...RECORD, 'RiskAssessment', 'Timeline'];
const KEEPS: readonly ResourceKind[] = ['Ward', 'Staff', 'CareTeam', 'Source'];
const ELSE: readonly ResourceKind[] = [
  'AuditEvent',
  'AccessReport',
  'Worklist',
  'ReconcileItem',
  'Discordance',
  'DeviceTurn',
  'Session',
  'ModelBundle',
  'Metrics',
  'Consent',
  'Device',
  'BreakGlass',
  'EmergencyReview',
  'Reach',
  ...KEEPS,
];

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
    (cell.resource === 'Discordance' ? secondLook(cell) : isLook(cell.action)) &&
    (cell.resource === 'Discordance' ||
      cell.resource === 'Worklist' ||
      (CHART.includes(cell.resource) && ['recent-study', 'care-team'].includes(cell.relationship))),
  integrator: (cell) => cell.purpose === 'TREAT' && (cell.resource === 'ReconcileItem' ? isLook(cell.action) : sendsOrReadsBack(cell)),
  privacy: (cell) =>
    cell.purpose === 'HOPERAT' &&
    ((cell.resource === 'AuditEvent' && ['read', 'search', 'export', 'create'].includes(cell.action)) ||
      (cell.resource === 'AccessReport' && cell.action === 'read') ||
      (cell.resource === 'EmergencyReview' && (isLook(cell.action) || cell.action === 'update'))),
  administrator: (cell) => cell.purpose === 'HSYSADMIN' && KEEPS.includes(cell.resource) && (isLook(cell.action) || ['create', 'update'].includes(cell.action)),
  steward: (cell) =>
    cell.purpose === 'HOPERAT' && ['ModelBundle', 'Metrics'].includes(cell.resource) && ['read', 'search', 'update', 'execute'].includes(cell.action),
  patient: (cell) =>
    cell.purpose === 'PATRQT' &&
    cell.relationship === 'own-record' &&
    ((RECORD.includes(cell.resource) && isLook(cell.action)) ||
      (cell.resource === 'AccessReport' && cell.action === 'read') ||
      (['Consent', 'Device'].includes(cell.resource) && (isLook(cell.action) || ['create', 'update'].includes(cell.action)))),
};

function secondLook(cell: Cell): boolean {
  return ['read', 'search', 'update'].includes(cell.action) && ['recent-study', 'care-team'].includes(cell.relationship);
}

function wardStaff(cell: Cell): boolean {
  if (cell.resource === 'BreakGlass') return asksToBreakTheGlass(cell);
  if (cell.relationship === 'break-glass' && cell.resource !== 'Worklist') return breaksTheGlass(cell);
  if (cell.resource === 'DeviceTurn') return tendsTheBed(cell);
  if (cell.purpose !== 'TREAT' || !isLook(cell.action)) return false;
  return cell.resource === 'Worklist' || (CHART.includes(cell.resource) && ['ward', 'discharged-72h', 'care-team'].includes(cell.relationship));
}

function tendsTheBed(cell: Cell): boolean {
  return cell.purpose === 'TREAT' && ['read', 'search', 'update'].includes(cell.action) && ['ward', 'care-team'].includes(cell.relationship);
}

function asksToBreakTheGlass(cell: Cell): boolean {
  return ['BTG', 'ETREAT'].includes(cell.purpose) && (isLook(cell.action) || ['create', 'update'].includes(cell.action));
}

function breaksTheGlass(cell: Cell): boolean {
  return ['BTG', 'ETREAT'].includes(cell.purpose) && CHART.includes(cell.resource) && isLook(cell.action);
}

function sendsOrReadsBack(cell: Cell): boolean {
  if (cell.resource === 'Consent') return cell.action === 'create' || (isLook(cell.action) && cell.relationship === 'own-source');
  if (!RECORD.includes(cell.resource)) return false;
  return cell.action === 'create' || cell.action === 'update' || (isLook(cell.action) && cell.relationship === 'own-source');
}

function isJob(cell: Cell): boolean {
  if (cell.relationship !== 'job') return false;
  if (cell.action === 'create' || cell.action === 'update') return cell.purpose === 'TREAT' && cell.resource === 'RiskAssessment';
  const does = isLook(cell.action) || cell.action === 'execute';
  return does && ['TREAT', 'HOPERAT'].includes(cell.purpose) && [...CHART, 'ReconcileItem'].includes(cell.resource);
}

function naive(cell: Cell): boolean {
  if (cell.resource === 'Session') return isLook(cell.action) && ['TREAT', 'HOPERAT', 'PATRQT', 'HSYSADMIN'].includes(cell.purpose);
  if (cell.resource === 'Reach') return isLook(cell.action) && cell.purpose === { privacy: 'HOPERAT', administrator: 'HSYSADMIN' }[cell.role as string];
  return isJob(cell) || NAIVE[cell.role](cell);
}

const CIRCUMSTANCES = [true, false].flatMap((isBarred) =>
  (['N', 'V'] as const).flatMap((label) => [true, false].map((concernsSelf) => [isBarred, label, concernsSelf] as const)),
);

/** Free for the role unless it is one's own right; or by a relation that nothing closes. */
function under(cell: Cell, { isBarred, label, concernsSelf }: { isBarred: boolean; label: 'N' | 'V'; concernsSelf: boolean }): boolean {
  return (naive({ ...cell, relationship: 'none' }) && !concernsSelf) || (byRelation(cell) && !isClosed(cell.relationship, isBarred, label));
}

function isClosed(relationship: Relationship, isBarred: boolean, label: 'N' | 'V'): boolean {
  if (isBarred && ['ward', 'discharged-72h', 'care-team', 'recent-study', 'break-glass'].includes(relationship)) return true;
  return label === 'V' && ['ward', 'discharged-72h', 'recent-study'].includes(relationship);
}

/** Allowed because of the relation, not merely beside it. */
function byRelation(cell: Cell): boolean {
  if (cell.relationship === 'none') return false;
  if (isJob(cell)) return true;
  return (
    naive(cell) &&
    (!naive({ ...cell, relationship: 'none' }) || (cell.role === 'integrator' && cell.relationship === 'own-source' && cell.resource !== 'Session'))
  );
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

  it('denies whatever a rule says when consent bars the purpose, a label closes the ward, or the change is one of one’s own rights', () => {
    const wrong: string[] = [];
    for (const role of ROLES)
      for (const relationship of RELATIONSHIPS)
        for (const purpose of PURPOSES)
          for (const action of ACTIONS)
            for (const resource of [...CHART, ...ELSE])
              for (const [isBarred, label, concernsSelf] of CIRCUMSTANCES) {
                const cell = { role, relationship, purpose, action, resource };
                const expected = under(cell, { isBarred, label, concernsSelf });
                const held = relationship === 'none' ? [] : [relationship];
                const said = decide({ roles: [role], purpose, action, resource, relationships: held, circumstances: { isBarred, label, concernsSelf } });
                if (said.allow !== expected) wrong.push([role, relationship, purpose, action, resource, isBarred, label, concernsSelf, said.ruleId].join(' '));
              }
    expect(wrong).toEqual([]);
  });

  it('names the denial, and lets another relation stand that it does not strike', () => {
    const read: AccessQuestion = { roles: ['nurse'], purpose: 'TREAT', action: 'read', resource: 'Patient', relationships: ['ward'] };
    expect(decide({ ...read, circumstances: { isBarred: true } })).toMatchObject({ allow: false, ruleId: 'consent-bars' });
    expect(decide({ ...read, circumstances: { label: 'V' } })).toMatchObject({ allow: false, ruleId: 'very-restricted' });
    expect(decide({ ...read, circumstances: { label: 'R' } }).allow).toBe(true);
    expect(decide({ ...read, relationships: ['ward', 'care-team'], circumstances: { label: 'V' } })).toMatchObject({ allow: true, relationship: 'care-team' });
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

  it('hides every refusal about a patient, and none that is about nobody', () => {
    const nobody = [
      ...KEEPS,
      'AuditEvent',
      'Worklist',
      'ReconcileItem',
      'Session',
      'ModelBundle',
      'Metrics',
      'BreakGlass',
      'EmergencyReview',
      'Erasure',
      'LegalHold',
    ];
    const wrong: string[] = [];
    for (const resource of [...CHART, ...ELSE, 'Erasure', 'LegalHold'] as readonly ResourceKind[])
      for (const action of ACTIONS)
        for (const relationships of [undefined, [], ['ward']] as const) {
          const question: AccessQuestion = { roles: [], purpose: 'HRESCH', action, resource, relationships };
          const isHidden = !nobody.includes(resource) && (relationships !== undefined || action === 'read' || action === 'vread');
          if ((refusal(question, decide(question)).kind === 'not-found') !== isHidden) wrong.push(`${action} ${resource} ${String(relationships)}`);
        }
    expect(wrong).toEqual([]);
  });

  it('says under which relation it allows: the first of the rule that holds, or that none is needed', () => {
    const read: AccessQuestion = { roles: ['nurse'], purpose: 'TREAT', action: 'read', resource: 'Patient', relationships: ['care-team', 'ward'] };
    expect(decide(read)).toEqual({ allow: true, ruleId: 'ward-staff', relationship: 'ward', obligations: [] });
    expect(decide({ ...read, action: 'search', relationships: undefined }).relationship).toBe('ward');
    const sends: AccessQuestion = { roles: ['integrator'], purpose: 'TREAT', action: 'create', resource: 'Observation', relationships: undefined };
    expect(decide(sends).relationship).toBe('none');
    expect(decide({ ...sends, relationships: ['own-source'] }).relationship).toBe('own-source');
    expect(decide({ ...read, relationships: [] })).toEqual({ allow: false, ruleId: 'no-relationship', relationship: 'none', obligations: [] });
  });

  it('names the denial that stands first when two apply', () => {
    const read: AccessQuestion = { roles: ['nurse'], purpose: 'TREAT', action: 'read', resource: 'Patient', relationships: ['ward'] };
    expect(decide({ ...read, circumstances: { isBarred: true, label: 'V' } }).ruleId).toBe('consent-bars');
    // Nothing rested on what it strikes.
    expect(decide({ ...read, relationships: ['own-record'], circumstances: { isBarred: true } }).ruleId).toBe('no-relationship');
  });

  it('lets a rule for machines stand on one of its relations, beside others that it does not name', () => {
    const job = RULES.find((rule) => rule.id === 'machine-job')!;
    const rule: Rule = { ...job, relationships: ['job', 'own-record'] };
    const question: AccessQuestion = { roles: [], purpose: 'TREAT', action: 'read', resource: 'Patient', relationships: ['ward', 'own-record'] };
    expect(decide(question, [rule])).toMatchObject({ allow: true, relationship: 'own-record' });
  });

  it('takes a clinician to be here for care, a patient for their own record, an officer for the house', () => {
    expect(ROLES.map((role) => defaultPurpose([role]))).toEqual(['TREAT', 'TREAT', 'TREAT', 'TREAT', 'HOPERAT', 'HOPERAT', 'HSYSADMIN', 'PATRQT']);
    const of = (...roles: readonly Role[]) => defaultPurpose(roles);
    expect([of('privacy', 'physician'), of('patient', 'privacy'), of('administrator', 'patient'), of()]).toEqual(['TREAT', 'PATRQT', 'PATRQT', 'HOPERAT']);
    expect([of('administrator', 'privacy'), of('administrator', 'steward')]).toEqual(['HOPERAT', 'HOPERAT']);
  });

  it('is described line by line', () => {
    expect(describeRules().split('\n')).toHaveLength(RULES.length + 2);
    expect(describeDenials().split('\n')).toHaveLength(DENIALS.length + 2);
    expect(new Set(RULES.map((rule) => rule.id)).size).toBe(RULES.length);
  });
});
