import type { IngestError, Observation, Reading, Received, ReceivedCoded, ReceivedQuantity } from '@concord/core/clinical';
import { err, LOINC, ok, type Result } from '@concord/core/kernel';
import { canonicalCode, CONSCIOUSNESS, NEWS2_SYSTEM, PREGNANCY, signOf, SPO2_SCALE_2, type SignDefinition } from './codes.ts';

/** True for the bedside signs and the answers that NEWS2 needs beside them. */
export function accepts(received: Received): boolean {
  if (received.kind === 'quantity') return received.code.system === LOINC && signOf(canonicalCode(received.code.code)) !== undefined;
  return received.kind === 'coded' && answersOf(received) !== undefined;
}

/** Converts to the canonical unit; refuses a unit of another dimension and a number no living patient has. */
export function observe(received: Received): Result<readonly Observation<Reading>[], IngestError> {
  if (received.kind === 'quantity') return observeQuantity(received);
  if (received.kind === 'coded') return observeCoded(received);
  return err({ kind: 'unreadable', reason: 'neither a quantity nor a coded answer' });
}

function observeQuantity(received: ReceivedQuantity): Result<readonly Observation<Reading>[], IngestError> {
  const sign = signOf(canonicalCode(received.code.code));
  if (sign === undefined) return err({ kind: 'unsupported-code', code: received.code.code });
  const number = convert(received.value, received.unit, sign);
  if (number === undefined) return err({ kind: 'unsupported-unit', code: received.code.code, unit: received.unit });
  if (!isPossible(number, sign)) return err({ kind: 'impossible-value', code: received.code.code, unit: received.unit });
  return ok([observation(received, { code: sign.code, number, unit: sign.unit, device: received.device ?? null })]);
}

function observeCoded(received: ReceivedCoded): Result<readonly Observation<Reading>[], IngestError> {
  const answers = answersOf(received);
  if (answers === undefined) return err({ kind: 'unsupported-code', code: received.code.code });
  const said = received.value.trim().toLowerCase();
  // Own names only: `constructor` is no answer.
  const text = Object.hasOwn(answers, said) ? answers[said] : undefined;
  if (text === undefined) return err({ kind: 'unreadable', reason: `not an answer to ${received.code.code}` });
  return ok([observation(received, { code: storedCode(received), text, device: received.device ?? null })]);
}

function observation(received: ReceivedQuantity | ReceivedCoded, value: Reading): Observation<Reading> {
  const { effectiveAt, receivedAt, sourceId, blob } = received;
  return { id: `${blob}:${value.code}:${String(effectiveAt)}`, effectiveAt, availableAt: receivedAt, value, sourceId };
}

/** UCUM annotations in braces carry no dimension: `{beats}/min` is `/min`. */
function convert(value: number, unit: string, sign: SignDefinition): number | undefined {
  const bare = unit.replace(/\{[^{}]*\}/g, '');
  const rule = Object.hasOwn(sign.from, bare) ? sign.from[bare] : undefined;
  if (rule === undefined || !Number.isFinite(value)) return undefined;
  const [factor, offset] = rule;
  if (factor === 1 && offset === 0) return value;
  const scale = 10 ** sign.decimals;
  return Math.round((value * factor + offset) * scale) / scale;
}

function isPossible(number: number, { possible: [low, high] }: SignDefinition): boolean {
  return number >= low && number <= high;
}

type Answers = Readonly<Partial<Record<string, string>>>;

// C is new confusion; it counts as much as V, P and U (RCP 2017).
const ACVPU: Answers = {
  a: 'A',
  alert: 'A',
  c: 'C',
  confused: 'C',
  confusion: 'C',
  'new confusion': 'C',
  v: 'V',
  voice: 'V',
  verbal: 'V',
  'responds to voice': 'V',
  p: 'P',
  pain: 'P',
  'responds to pain': 'P',
  u: 'U',
  unresponsive: 'U',
};
const YES_NO: Answers = { true: 'true', yes: 'true', y: 'true', false: 'false', no: 'false', n: 'false' };
const PREGNANT: Answers = { ...YES_NO, pregnant: 'true', 'not pregnant': 'false', 'la15173-0': 'true', 'la26683-5': 'false' };

const ANSWERS: Readonly<Partial<Record<string, Answers>>> = { [SPO2_SCALE_2]: YES_NO, [CONSCIOUSNESS]: ACVPU, [PREGNANCY]: PREGNANT };

function answersOf(received: ReceivedCoded): Answers | undefined {
  const code = storedCode(received);
  return Object.hasOwn(ANSWERS, code) ? ANSWERS[code] : undefined;
}

/** LOINC as it is; our own code joined with its system, so that it cannot be taken for a LOINC. */
function storedCode({ code }: ReceivedCoded): string {
  if (code.system === LOINC) return canonicalCode(code.code);
  return code.system === NEWS2_SYSTEM ? `${NEWS2_SYSTEM}#${code.code}` : `${code.system}|${code.code}`;
}
