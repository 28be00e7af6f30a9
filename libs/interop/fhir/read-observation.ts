import { LOINC, ok, type Instant } from '@concord/core/kernel';
import { optional, present, together, type Read } from './present.ts';
import { readCodes, readIdentifier, readMoment, readQuantity, readSpan, readTarget, refuse } from './read-parts.ts';
import type { WireComponent, WireObservation } from './schemas.ts';
import type { Answer, SentItem, SentObservation } from './sent.ts';

const PANEL = '85354-9';
const PRESSURES = ['8480-6', '8462-4'] as const;
/** Withdrawn, cancelled or not yet known: the code may stand without a value. */
const MAY_LACK_VALUE: readonly WireObservation['status'][] = ['registered', 'cancelled', 'entered-in-error'];

/** Reads what an Observation says; the units stay as sent. */
export function readObservation(sent: WireObservation): Read<SentObservation> {
  const parts = together({
    status: readStatus(sent),
    subject: readTarget(sent.subject, 'Patient', 'Observation.subject'),
    encounter: optional(sent.encounter, (encounter) => readTarget(encounter, 'Encounter', 'Observation.encounter')),
    effectiveAt: effective(sent),
    items: readItems(sent),
  });
  if (!parts.ok) return parts;
  const { encounter, ...known } = parts.value;
  const identifier = (sent.identifier ?? []).map(readIdentifier).find((one) => one !== undefined);
  return ok({ type: 'Observation', ...known, ...present({ encounter, identifier, device: deviceOf(sent) }) });
}

function readStatus({ status, focus }: WireObservation): Read<SentObservation['status']> {
  // About a donor, a foetus or a device: filed under the subject it would be read as the patient's own.
  if (focus !== undefined) return refuse('not-supported', 'an observation with a focus is not about the patient alone', 'Observation.focus');
  return status === 'unknown' ? refuse('business-rule', 'an observation of unknown status is not taken', 'Observation.status') : ok(status);
}

function deviceOf({ device }: WireObservation): string | undefined {
  return device?.reference ?? device?.identifier?.value ?? device?.display;
}

function effective(sent: WireObservation): Read<Instant> {
  const given = [sent.effectiveDateTime, sent.effectiveInstant, sent.effectivePeriod, sent.effectiveTiming].filter((value) => value !== undefined);
  if (given.length === 0) return refuse('required', 'the time of the observation is missing', 'Observation.effective');
  if (given.length > 1) return refuse('structure', 'effective[x] stands twice', 'Observation.effective');
  if (sent.effectiveTiming !== undefined) return refuse('not-supported', 'a timing is no single time', 'Observation.effectiveTiming');
  if (sent.effectivePeriod !== undefined) return endOf(sent.effectivePeriod);
  return readMoment(sent.effectiveDateTime ?? sent.effectiveInstant ?? '', 'Observation.effective');
}

function endOf(period: NonNullable<WireObservation['effectivePeriod']>): Read<Instant> {
  const span = readSpan(period, 'Observation.effectivePeriod');
  if (!span.ok) return span;
  return span.value.end === undefined ? refuse('required', 'the period has no end', 'Observation.effectivePeriod.end') : ok(span.value.end);
}

function readItems(sent: WireObservation): Read<readonly SentItem[]> {
  const components = sent.component ?? [];
  const own = together({
    codes: readCodes(sent.code, 'Observation.code'),
    answer: readAnswer(sent, 'Observation', components.length > 0 || MAY_LACK_VALUE.includes(sent.status)),
  });
  if (!own.ok) return own;
  const isPanel = own.value.codes.some(({ system, code }) => system === LOINC && code === PANEL);
  const main: SentItem = { ...own.value, expression: 'Observation.value' };
  if (components.length === 0) return ok(isPanel ? pressures() : [main]);
  const hasValue = main.answer.kind !== 'none';
  if (isPanel && hasValue) return refuse('structure', 'a blood pressure panel has its values in its components', 'Observation.value');
  return readComponents(components, hasValue ? [main] : []);
}

function readComponents(components: readonly WireComponent[], main: readonly SentItem[]): Read<readonly SentItem[]> {
  const items = [...main];
  for (const [index, component] of components.entries()) {
    const item = readComponent(component, `Observation.component[${index}]`);
    if (!item.ok) return item;
    items.push(item.value);
  }
  return twice(items) ? refuse('structure', 'two components have the same code', 'Observation.component') : ok(items);
}

/** A withdrawn panel may come without its components: both pressures are meant. */
function pressures(): readonly SentItem[] {
  return PRESSURES.map((code) => ({ codes: [{ system: LOINC, code }], answer: { kind: 'none' as const }, expression: 'Observation.component' }));
}

function twice(items: readonly SentItem[]): boolean {
  const keys = items.map(({ codes }) => `${String(codes[0]?.system)}|${String(codes[0]?.code)}`);
  return new Set(keys).size < keys.length;
}

function readComponent(component: WireComponent, expression: string): Read<SentItem> {
  const codes = readCodes(component.code, `${expression}.code`);
  if (!codes.ok) return codes;
  const answer = readAnswer(component, expression, false);
  return answer.ok ? ok({ codes: codes.value, answer: answer.value, expression: `${expression}.value` }) : answer;
}

const ANSWERS = [
  'valueQuantity',
  'valueCodeableConcept',
  'valueString',
  'valueBoolean',
  'valueInteger',
  'valueRange',
  'valueRatio',
  'valueSampledData',
  'valueTime',
  'valueDateTime',
  'valuePeriod',
] as const satisfies readonly (keyof WireComponent)[];

function readAnswer(sent: WireComponent, expression: string, mayLack: boolean): Read<Answer> {
  const given = ANSWERS.filter((name) => sent[name] !== undefined);
  const [name] = given;
  if (given.length > 1) return refuse('structure', 'value[x] stands twice', `${expression}.value`);
  if (name === undefined) {
    if (mayLack || sent.dataAbsentReason !== undefined) return ok({ kind: 'none' });
    return refuse('required', 'neither a value nor a dataAbsentReason', `${expression}.value`);
  }
  if (sent.dataAbsentReason !== undefined)
    return refuse('invariant', 'a value and a dataAbsentReason exclude each other (obs-6)', `${expression}.dataAbsentReason`);
  if (sent.valueQuantity !== undefined) return readQuantity(sent.valueQuantity, `${expression}.valueQuantity`);
  const coded = codedAnswer(sent);
  return coded === undefined ? refuse('not-supported', 'this kind of value is not taken', `${expression}.${name}`) : ok({ kind: 'coded', value: coded });
}

function codedAnswer({ valueCodeableConcept, valueString, valueBoolean }: WireComponent): string | undefined {
  if (valueBoolean !== undefined) return String(valueBoolean);
  return valueString ?? valueCodeableConcept?.coding?.find(({ code }) => code !== undefined)?.code ?? valueCodeableConcept?.text;
}
