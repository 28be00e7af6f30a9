import type { AccessAction, AccessDecision, Purpose, Refusal, Relationship, ResourceKind, Role, Sensitivity } from '@concord/core/ports';
import { DENIALS, type Denial } from './denials.ts';
import { RULES, type Rule } from './table.ts';

export interface AccessQuestion {
  readonly roles: readonly Role[];
  readonly purpose: Purpose;
  readonly action: AccessAction;
  readonly resource: ResourceKind;
  /**
   * The relations to the one patient asked about that hold now; empty when none does. `undefined` when the question names
   * no patient: then only whether such a question may be asked at all is decided, and each row is decided by `reachableBy`.
   */
  readonly relationships: readonly Relationship[] | undefined;
  /** What else is true; nothing of it when it is left out. */
  readonly circumstances?: Circumstances;
}

/** What is true of the patient asked about, or of the change asked for, beside the relations. */
export interface Circumstances {
  /** The patient's consent refuses this purpose altogether. */
  readonly isBarred?: boolean;
  readonly label?: Sensitivity;
  /** The change is one of the asker's own rights. */
  readonly concernsSelf?: boolean;
}

/** Resources that are about no patient: here a refusal may be named as one. */
const ABOUT_NOBODY: readonly ResourceKind[] = [
  'AuditEvent',
  'Worklist',
  'ReconcileItem',
  'Session',
  'ModelBundle',
  'Metrics',
  'BreakGlass',
  'EmergencyReview',
  'Ward',
  'Staff',
  'CareTeam',
  'Source',
  'Erasure',
  'LegalHold',
];

/**
 * May this be done? Pure, over the table, default deny; a denial that applies outweighs every rule. Of several rules that
 * allow, the one that withholds least counts. `ruleId` of a denial says what stood in the way: the denial, or what was
 * missing: a rule for the role (`default-deny`), the purpose, or the relationship.
 */
export function decide(question: AccessQuestion, rules: readonly Rule[] = RULES, denials: readonly Denial[] = DENIALS): AccessDecision {
  const forRole = rules.filter((rule) => concerns(rule, question) && mayAct(rule, question.roles, question.relationships));
  const fitting = forRole.filter((rule) => rule.purposes.includes(question.purpose));
  const inForce = denials.filter((one) => applies(one, question.circumstances ?? {}));
  const struck = new Set(inForce.flatMap(({ strikes }) => strikes));
  const allowed = fitting.flatMap((rule) => under(rule, related(rule, question.relationships, struck)));
  const best = [...allowed].sort((a, b) => a.rule.withhold.length - b.rule.withhold.length)[0];
  if (best !== undefined) return { allow: true, ruleId: best.rule.id, relationship: best.relationship, obligations: best.rule.withhold };
  const without = new Set(fitting.map((rule) => related(rule, question.relationships, NOTHING)));
  const overruled = inForce.find(({ strikes }) => strikes.some((relationship) => without.has(relationship)));
  return denial(overruled?.id ?? whatIsMissing(forRole, fitting));
}

function under(rule: Rule, relationship: Relationship | undefined): readonly { readonly rule: Rule; readonly relationship: Relationship }[] {
  return relationship === undefined ? [] : [{ rule, relationship }];
}

const NOTHING: ReadonlySet<Relationship> = new Set();

function applies({ when }: Denial, { isBarred, label, concernsSelf }: Circumstances): boolean {
  switch (when) {
    case 'barred':
      return isBarred === true;
    case 'very-restricted':
      return label === 'V';
    case 'concerns-self':
      return concernsSelf === true;
  }
}

/** The relations to a patient under which this question is allowed: what a search may hand out, row by row. */
export function reachableBy(question: Omit<AccessQuestion, 'relationships'>, rules: readonly Rule[] = RULES): readonly Relationship[] {
  const allowed = rules.filter((rule) => concerns(rule, question) && mayAct(rule, question.roles, undefined) && rule.purposes.includes(question.purpose));
  return [...new Set(allowed.flatMap((rule) => rule.relationships))].sort();
}

/** How a denial is told: what concerns a patient looks absent; the rest is forbidden and says so. */
export function refusal(question: AccessQuestion, decision: AccessDecision): Refusal {
  const hides = !ABOUT_NOBODY.includes(question.resource) && (question.relationships !== undefined || isPointRead(question.action));
  return hides ? { kind: 'not-found' } : { kind: 'forbidden', ruleId: decision.ruleId };
}

/** What a person is here for when the request does not say: care, their own record, or running the house. */
export function defaultPurpose(roles: readonly Role[]): Purpose {
  if (roles.some((role) => role === 'physician' || role === 'nurse' || role === 'radiologist' || role === 'integrator')) return 'TREAT';
  if (roles.includes('patient')) return 'PATRQT';
  return roles.includes('administrator') && !roles.includes('privacy') && !roles.includes('steward') ? 'HSYSADMIN' : 'HOPERAT';
}

function isPointRead(action: AccessAction): boolean {
  return action === 'read' || action === 'vread';
}

function concerns(rule: Rule, question: Pick<AccessQuestion, 'action' | 'resource'>): boolean {
  return rule.actions.includes(question.action) && rule.resources.includes(question.resource);
}

function mayAct(rule: Rule, roles: readonly Role[], held: readonly Relationship[] | undefined): boolean {
  // A job always names its patient, so without a patient no rule for machines applies.
  if (rule.roles === 'any') return held?.some((relationship) => rule.relationships.includes(relationship)) === true;
  return rule.roles.some((role) => roles.includes(role));
}

/** The relationship that makes the rule apply, in the order of the rule; `none` in a rule means that none is needed. */
function related(rule: Rule, held: readonly Relationship[] | undefined, struck: ReadonlySet<Relationship>): Relationship | undefined {
  const left = rule.relationships.filter((relationship) => !struck.has(relationship));
  // No patient is named: whoever holds the role may ask, and `reachableBy` decides each row.
  if (held === undefined) return left.includes('none') ? 'none' : left[0];
  return left.find((relationship) => relationship === 'none' || held.includes(relationship));
}

function whatIsMissing(forRole: readonly Rule[], fitting: readonly Rule[]): string {
  if (forRole.length === 0) return 'default-deny';
  return fitting.length === 0 ? 'purpose' : 'no-relationship';
}

function denial(ruleId: string): AccessDecision {
  return { allow: false, ruleId, relationship: 'none', obligations: [] };
}
