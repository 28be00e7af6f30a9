import type { Arrival, IngestError, ModalityKind, ModalityPlugin, Observation, Reading, Received, ReportValue } from '@concord/core/clinical';
import { LOINC, ok, type Code, type Result } from '@concord/core/kernel';
import type { NewObservation } from '@concord/core/ports';
import { canonicalCode } from '@concord/modalities/vitals';

/** What became of an arrival: the modality that reads it and what it observed; without one it is kept and no model sees it. */
export interface Admitted {
  readonly modality?: ModalityKind;
  readonly observations: readonly Observation[];
}

/** Units converted or refused by the modality that knows the code; what no modality knows is kept as it was sent. */
export function admit(received: Received, plugins: readonly ModalityPlugin[]): Result<Admitted, IngestError> {
  const plugin = plugins.find((one) => one.accepts(received));
  if (plugin === undefined) return ok({ observations: [] });
  const observed = plugin.observe(received);
  return observed.ok ? ok({ modality: plugin.kind, observations: observed.value }) : observed;
}

/** One answer of a sender, before anybody looked at its unit. */
export interface SignArrival extends Omit<Arrival, 'identifier'> {
  /** Every coding of the concept; the first that a modality knows counts, else the first. */
  readonly codes: readonly Code[];
  readonly answer:
    | { readonly kind: 'quantity'; readonly value: number; readonly unit: string }
    | { readonly kind: 'coded'; readonly value: string }
    | { readonly kind: 'none' };
  readonly status: NewObservation['status'];
  readonly identifier?: Arrival['identifier'];
}

/** Not yet known, or called off: kept, and no model sees it. */
const UNSCORED: readonly NewObservation['status'][] = ['registered', 'cancelled'];

/** One row for the store, in the canonical code and unit where a modality knows them. */
export function admitSign(sign: SignArrival, plugins: readonly ModalityPlugin[]): Result<NewObservation, IngestError> {
  const [first] = sign.codes;
  if (first === undefined) return { ok: false, error: { kind: 'unreadable', reason: 'no code' } };
  const code = sign.codes.find((one) => plugins.some((plugin) => plugin.accepts(asReceived(sign, one)))) ?? first;
  const received = asReceived(sign, code);
  if (sign.answer.kind === 'none') return ok(withoutValue(sign, code, plugins.find((plugin) => plugin.accepts(received))?.kind));
  const admitted = admit(received, plugins);
  if (!admitted.ok) return admitted;
  const reading = admitted.value.observations.map(({ value }) => value).find(isReading);
  return ok(reading === undefined ? asSent(sign, code) : converted(sign, code, reading, admitted.value.modality));
}

function asReceived(sign: SignArrival, code: Code): Received {
  const { codes: _codes, answer, status: _status, identifier: _identifier, ...arrival } = sign;
  if (answer.kind === 'coded') return { ...arrival, kind: 'coded', code, value: answer.value };
  // Without a value the code alone says whose it is.
  return { ...arrival, kind: 'quantity', code, value: answer.kind === 'quantity' ? answer.value : 0, unit: answer.kind === 'quantity' ? answer.unit : '1' };
}

function isReading(value: unknown): value is Reading {
  return typeof value === 'object' && value !== null && 'code' in value && 'device' in value;
}

type Row = Omit<NewObservation, 'code' | 'codeSystem'>;

function row(sign: SignArrival): Row {
  const { subject, sourceId, blob, effectiveAt, sentAt, device, encounterId, identifier, status } = sign;
  return {
    patientId: subject,
    sourceId,
    blob,
    effectiveAt,
    status,
    ...(sentAt === undefined ? {} : { sentAt }),
    ...(device === undefined ? {} : { device }),
    ...(encounterId === undefined ? {} : { encounterId }),
    ...(identifier === undefined ? {} : { identifier }),
  };
}

function seenBy(sign: SignArrival, modality: ModalityKind | undefined): { readonly modality?: ModalityKind } {
  return modality === undefined || UNSCORED.includes(sign.status) ? {} : { modality };
}

function withoutValue(sign: SignArrival, code: Code, modality: ModalityKind | undefined): NewObservation {
  // Withdrawn, the row must find the one it withdraws; otherwise there is nothing that a model could read.
  const seen = sign.status === 'entered-in-error' ? seenBy(sign, modality) : {};
  return { ...row(sign), ...seen, code: code.system === LOINC ? canonicalCode(code.code) : code.code, codeSystem: code.system };
}

function asSent(sign: SignArrival, code: Code): NewObservation {
  const { answer } = sign;
  const value = answer.kind === 'quantity' ? { number: answer.value, unit: answer.unit } : answer.kind === 'coded' ? { text: answer.value } : {};
  return { ...row(sign), ...value, code: code.code, codeSystem: code.system };
}

function converted(sign: SignArrival, code: Code, reading: Reading, modality: ModalityKind | undefined): NewObservation {
  const { answer } = sign;
  const differs = answer.kind === 'quantity' && (answer.unit !== reading.unit || answer.value !== reading.number);
  return {
    ...row(sign),
    ...seenBy(sign, modality),
    code: reading.code,
    codeSystem: code.system,
    ...(reading.number === undefined ? {} : { number: reading.number }),
    ...(reading.unit === undefined ? {} : { unit: reading.unit }),
    ...(reading.text === undefined ? {} : { text: reading.text }),
    ...(differs ? { sentNumber: answer.value, sentUnit: answer.unit } : {}),
  };
}

/** What a report modality derived; undefined when none reads the report. */
export function derivedOf(admitted: Admitted): unknown {
  const value = admitted.observations[0]?.value;
  return isReport(value) ? value.derived : undefined;
}

function isReport(value: unknown): value is ReportValue {
  return typeof value === 'object' && value !== null && 'reportId' in value && 'derived' in value;
}
