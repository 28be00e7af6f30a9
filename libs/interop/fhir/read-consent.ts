import { err, ok } from '@concord/core/kernel';
import {
  CONSENT_CLASSES,
  CONSENT_USES,
  type ConsentClass,
  type ConsentStatement,
  type ConsentUse,
  type Identifier,
  type Named,
  type Provision,
} from '@concord/core/clinical';
import { consentSchema, type WireConsent, type WireProvision } from './consent-schema.ts';
import { issue } from './issue.ts';
import { optional, present, together, type Read } from './present.ts';
import { parseWith } from './read-resource.ts';
import { readIdentifier, readMoment, readSpan, readTarget, refuse } from './read-parts.ts';
import type { Target } from './sent.ts';
import type { JsonValue } from './strict-json.ts';
import { CONCORD } from './systems.ts';

export interface SentConsent {
  readonly subject: Target;
  readonly identifier?: Identifier;
  readonly statement: ConsentStatement;
  /** As sent, for who reads it back. */
  readonly resource: Readonly<Record<string, unknown>>;
}

/** Our own code systems of a consent: classes of data, and the one use that FHIR has no code for. */
export const CLASS_CODES = `${CONCORD}/CodeSystem/data-class`;
export const USE_CODES = `${CONCORD}/CodeSystem/use`;
const ACT_REASON = 'http://terminology.hl7.org/CodeSystem/v3-ActReason';
const RESOURCE_TYPES = 'http://hl7.org/fhir/resource-types';
const SCOPE = 'http://terminology.hl7.org/CodeSystem/consentscope';

/** A privacy consent of R4, or all that is wrong with it. Decisions on resuscitation (`adr`) are none. */
export function readConsent(value: JsonValue): Read<SentConsent> {
  const sent = parseWith(consentSchema, value, 'Consent');
  if (!sent.ok) return sent;
  const { scope, dateTime, provision, status } = sent.value;
  if (!(scope.coding ?? []).some((one) => one.system === SCOPE && one.code === 'patient-privacy'))
    return refuse('not-supported', 'only consents of scope patient-privacy are read here', 'Consent.scope');
  if (dateTime === undefined) return refuse('required', 'the moment of the consent is missing', 'Consent.dateTime');
  const parts = together({
    subject: readTarget(sent.value.patient, 'Patient', 'Consent.patient'),
    dateTime: readMoment(dateTime, 'Consent.dateTime'),
    base: baseOf(sent.value, provision ?? {}),
  });
  if (!parts.ok) return parts;
  const { subject, ...said } = parts.value;
  const [identifier] = (sent.value.identifier ?? []).map(readIdentifier).filter((known) => known !== undefined);
  return ok({ subject, statement: { status, ...said }, resource: sent.value, ...present({ identifier }) });
}

/** The root's own type where it has one (IHE PCF), else the policy rule's opt-in or opt-out. */
function baseOf({ policyRule }: WireConsent, provision: WireProvision): Read<Provision> {
  const rule = (policyRule?.coding ?? []).map((one) => one.code);
  const effect = provision.type ?? (rule.includes('OPTIN') ? 'permit' : rule.includes('OPTOUT') ? 'deny' : undefined);
  if (effect === undefined) return refuse('required', 'neither provision.type nor a policyRule OPTIN or OPTOUT says what holds', 'Consent.provision.type');
  return readProvision({ ...provision, type: effect }, 'Consent.provision', 0);
}

const DEEPEST = 4;

function readProvision(sent: WireProvision, expression: string, depth: number): Read<Provision> {
  if (sent.type === undefined) return refuse('required', 'an exception says permit or deny', `${expression}.type`);
  if (depth > DEEPEST) return refuse('too-costly', 'exceptions of exceptions go no deeper here', expression);
  const span = optional(sent.period, (period) => readSpan(period, `${expression}.period`));
  const exceptions = (sent.provision ?? []).map((one, i) => readProvision(one, `${expression}.provision[${i}]`, depth + 1));
  const issues = [span, ...exceptions].flatMap((part) => (part.ok ? [] : part.error));
  if (!span.ok || issues.length > 0) return err(issues.length > 0 ? issues : [issue('value', 'the period cannot be read', expression)]);
  const { start: from, end: until } = span.value ?? {};
  return ok({
    effect: sent.type,
    classes: classesOf(sent),
    uses: usesOf(sent),
    hasMore: saysMore(sent),
    exceptions: exceptions.flatMap((part) => (part.ok ? [part.value] : [])),
    ...present({ from, until }),
  });
}

/** What narrows a provision beyond class, use and period is kept and not understood. */
function saysMore({ actor, action, securityLabel, dataPeriod, data, extension }: WireProvision): boolean {
  return [actor, action, securityLabel, data, extension].some((list) => list !== undefined && list.length > 0) || dataPeriod !== undefined;
}

interface Coding {
  readonly system?: string | undefined;
  readonly code?: string | undefined;
}

const TYPES: Readonly<Record<string, readonly ConsentClass[]>> = {
  Observation: ['vitals', 'labs', 'other'],
  DiagnosticReport: ['radiology-report'],
  ImagingStudy: ['chest-imaging'],
  Media: ['chest-imaging'],
};

function classesOf({ class: classes = [], code: codes = [] }: WireProvision): Named<ConsentClass> {
  const sent = [...classes, ...codes.flatMap((one): readonly Coding[] => one.coding ?? [{}])];
  return named(sent, ({ system, code = '' }) => {
    if (system === CLASS_CODES) return CONSENT_CLASSES.filter((one) => one === code);
    return system === RESOURCE_TYPES && Object.hasOwn(TYPES, code) ? (TYPES[code] ?? []) : [];
  });
}

/** Purposes of HL7 that nothing here serves: to refuse them refuses nothing, and to allow them allows nothing. */
const UNSERVED = ['HPAYMT', 'HOPERAT', 'HMARKT', 'PUBHLTH', 'FAMRQT', 'PATRQT', 'PWATRNY', 'SUPNWK', 'CLINTRCH', 'DSRCH', 'COVERAGE', 'HSYSADMIN'];

function usesOf({ purpose = [] }: WireProvision): Named<ConsentUse> {
  const served = purpose.filter(({ system, code = '' }) => !(system === ACT_REASON && UNSERVED.includes(code)));
  const uses = named(served, ({ system, code }) => CONSENT_USES.filter((one) => one === code && system === (one === 'SCORE' ? USE_CODES : ACT_REASON)));
  return purpose.length > 0 && uses.kind === 'all' ? { kind: 'some', codes: [], hasUnknown: false } : uses;
}

function named<T extends string>(sent: readonly Coding[], meaning: (coding: Coding) => readonly T[]): Named<T> {
  if (sent.length === 0) return { kind: 'all' };
  const meanings = sent.map(meaning);
  return { kind: 'some', codes: [...new Set(meanings.flat())], hasUnknown: meanings.some((codes) => codes.length === 0) };
}
