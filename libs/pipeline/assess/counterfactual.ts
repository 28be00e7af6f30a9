import {
  asOf,
  byTime,
  type Assess,
  type Assessment,
  type ModalityPlugin,
  type ModalityStream,
  type Observation,
  type PatientTimeline,
  type ReceivedQuantity,
  type RiskTask,
  type Sha256,
  type SourceId,
} from '@concord/core/clinical';
import { hours, invariant, LOINC, since, type Instant } from '@concord/core/kernel';
import { replay } from './replay.ts';

/** "If SpO2 were 96": a measured quantity as it would have been. */
export interface Change {
  /** LOINC. */
  readonly code: string;
  readonly value: number;
  /** UCUM, as any door takes it. */
  readonly unit: string;
}

export type Counterfactual =
  | { readonly kind: 'answered'; readonly before: Assessment; readonly after: Assessment }
  /** A change that no modality takes: unknown code, wrong unit, impossible value. */
  | { readonly kind: 'refused'; readonly code: string; readonly reason: string }
  /** What the assessment saw cannot be read again as it was, so nothing can be compared with it. */
  | { readonly kind: 'not-reproduced' };

export interface CounterfactualQuestion {
  /** Loaded up to the revision that the assessment pins. */
  readonly timeline: PatientTimeline | undefined;
  readonly task: RiskTask;
  /** Bound to the bundle that the assessment names. */
  readonly assess: Assess;
  readonly plugins: readonly ModalityPlugin[];
  readonly changes: readonly Change[];
}

/** What was measured within this time before the newest sample is taken to be the same bedside moment. */
const MOMENT = hours(1);

/**
 * Asks a stored question again with other readings. The stored answer must come out first without any change, so that the
 * difference is the change and nothing else. Nothing is stored. It says what the model would answer, not what would happen to
 * the patient.
 */
export async function counterfactual(stored: Assessment, { timeline, task, assess, plugins, changes }: CounterfactualQuestion): Promise<Counterfactual> {
  const again = await replay(stored, { timeline, task, assess });
  if (again.kind !== 'reproduced' || timeline === undefined) return { kind: 'not-reproduced' };
  let changed = asOf(timeline, stored.asOf);
  for (const change of changes) {
    const next = withChange(changed, { change, at: stored.asOf, plugins });
    if (typeof next === 'string') return { kind: 'refused', code: change.code, reason: next };
    changed = next;
  }
  const [after] = await assess({ timeline: changed, asOf: stored.asOf, tasks: [task] });
  invariant(after !== undefined, 'one answer to one question');
  return { kind: 'answered', before: again.again, after };
}

interface Placed {
  readonly change: Change;
  readonly at: Instant;
  readonly plugins: readonly ModalityPlugin[];
}

/** @returns the timeline with the change, or why it cannot be made. */
function withChange(timeline: PatientTimeline, { change, at, plugins }: Placed): PatientTimeline | string {
  const received = receivedOf(change, timeline, at);
  const plugin = plugins.find((one) => one.accepts(received));
  if (plugin === undefined) return 'unsupported-code';
  const observed = plugin.observe(received);
  if (!observed.ok) return observed.error.kind;
  const [made] = observed.value;
  if (made === undefined) return 'unsupported-code';
  const stream = timeline.streams.get(plugin.kind) ?? { kind: plugin.kind, observations: [] };
  return { ...timeline, streams: new Map([...timeline.streams, [plugin.kind, replaced(stream, made)]]) };
}

/** The newest bedside moment of the code takes the new value; without any, it is measured at the question. */
function replaced(stream: ModalityStream, made: Observation): ModalityStream {
  const code = codeOf(made);
  const newest = stream.observations.findLast((one) => codeOf(one) === code);
  if (newest === undefined) return { ...stream, observations: [...stream.observations, made].sort(byTime) };
  const isOfMoment = (one: Observation): boolean => codeOf(one) === code && since(one.effectiveAt, newest.effectiveAt) < MOMENT;
  return { ...stream, observations: stream.observations.map((one) => (isOfMoment(one) ? { ...one, value: withNumber(one.value, made.value) } : one)) };
}

function withNumber(before: unknown, after: unknown): unknown {
  // The device stays: only the number is imagined.
  return typeof before === 'object' && typeof after === 'object' ? { ...before, ...numberOf(after) } : after;
}

function numberOf(value: object | null): { readonly number?: unknown } {
  return value !== null && 'number' in value ? { number: value.number } : {};
}

function codeOf({ value }: Observation): unknown {
  return typeof value === 'object' && value !== null && 'code' in value ? value.code : undefined;
}

function receivedOf({ code, value, unit }: Change, { patientId }: PatientTimeline, at: Instant): ReceivedQuantity {
  return {
    kind: 'quantity',
    code: { system: LOINC, code },
    value,
    unit,
    subject: patientId,
    // No bytes came in and no source sent them: neither leaves this function.
    sourceId: 'counterfactual' as SourceId,
    blob: '0'.repeat(64) as Sha256,
    effectiveAt: at,
    receivedAt: at,
  };
}
