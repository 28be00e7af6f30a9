import { measured, type IngestError, type Observation, type Reading, type Received, type ReceivedCoded, type ReceivedQuantity } from '@concord/core/clinical';
import { err, LOINC, ok, type Result } from '@concord/core/kernel';
import { canonicalCode, CONSCIOUSNESS, ICU_SYSTEM, NEWS2_SYSTEM, PREGNANCY, signOf, SPO2_SCALE_2, VENTILATED } from './codes.ts';

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
  const number = measured(received, sign);
  if (!number.ok) return number;
  return ok([observation(received, { code: sign.code, number: number.value, unit: sign.unit, device: received.device ?? null })]);
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

const ANSWERS: Readonly<Partial<Record<string, Answers>>> = { [SPO2_SCALE_2]: YES_NO, [VENTILATED]: YES_NO, [CONSCIOUSNESS]: ACVPU, [PREGNANCY]: PREGNANT };

function answersOf(received: ReceivedCoded): Answers | undefined {
  const code = storedCode(received);
  return Object.hasOwn(ANSWERS, code) ? ANSWERS[code] : undefined;
}

const OWN_SYSTEMS: readonly string[] = [NEWS2_SYSTEM, ICU_SYSTEM];

/** LOINC as it is; our own code joined with its system, so that it cannot be taken for a LOINC. */
function storedCode({ code }: ReceivedCoded): string {
  if (code.system === LOINC) return canonicalCode(code.code);
  return OWN_SYSTEMS.includes(code.system) ? `${code.system}#${code.code}` : `${code.system}|${code.code}`;
}
