import type { Instant } from '../kernel/index.ts';
import type { EncounterId, ModalityKind, PatientId, SourceId, WardId } from './identity.ts';

/** A fact about a patient, with the four times that decide who could have known it when. */
export interface Observation<V = unknown> {
  /** The stored row; a screen and an audit can find it again. */
  readonly id: string;
  /** When it was true of the patient. */
  readonly effectiveAt: Instant;
  /** When this system could first have known it; of an interval, its end. */
  readonly availableAt: Instant;
  /** When a correction replaced it. */
  readonly supersededAt?: Instant;
  /** When it was withdrawn as an error. */
  readonly retractedAt?: Instant;
  readonly value: V;
  readonly sourceId: SourceId;
}

/** All that one modality says about a patient, ordered by `effectiveAt`, then `id`. */
export interface ModalityStream<V = unknown> {
  readonly kind: ModalityKind;
  readonly observations: readonly Observation<V>[];
}

export interface Demographics {
  /** ISO date; may be a year or a month only, as FHIR allows. */
  readonly birthDate?: string;
  readonly sex: 'female' | 'male' | 'other' | 'unknown';
}

export interface Stay {
  readonly encounterId: EncounterId;
  readonly status: 'planned' | 'arrived' | 'triaged' | 'in-progress' | 'onleave' | 'finished' | 'cancelled' | 'entered-in-error' | 'unknown';
  /** v3-ActCode: `IMP`, `EMER`, `AMB`, `ACUTE`. */
  readonly class: string;
  readonly start: Instant;
  readonly end?: Instant;
  readonly wardId?: WardId;
  /** `icu` when the ward says so; decides evidence level and the mortality task. */
  readonly setting: 'ward' | 'icu';
}

export interface PatientTimeline {
  readonly patientId: PatientId;
  /** Raised by every accepted change; an assessment pins it and a replay reads up to it. */
  readonly revision: number;
  readonly demographics: readonly Observation<Demographics>[];
  readonly stays: readonly Observation<Stay>[];
  readonly streams: ReadonlyMap<ModalityKind, ModalityStream>;
  /** Modalities that consent withholds from the model. */
  readonly withheld: readonly ModalityKind[];
}

/** True when the fact was known at `moment`: arrived, neither replaced nor withdrawn, and not ahead of its own time. */
export function isKnownAt(observation: Observation, moment: Instant): boolean {
  const { effectiveAt, availableAt, supersededAt, retractedAt } = observation;
  if (availableAt > moment || effectiveAt > moment) return false;
  if (supersededAt !== undefined && supersededAt <= moment) return false;
  return retractedAt === undefined || retractedAt > moment;
}

/**
 * Exactly what was known at `moment`. Nothing that became available, was superseded or was retracted later changes the
 * answer, and the order of arrival does not either. The later times are left out of the answer: what was known then
 * cannot depend on whether it would be corrected one day.
 */
export function asOf(timeline: PatientTimeline, moment: Instant): PatientTimeline {
  const streams = new Map<ModalityKind, ModalityStream>();
  for (const kind of [...timeline.streams.keys()].sort()) {
    const stream = timeline.streams.get(kind);
    const observations = stream === undefined ? [] : known(stream.observations, moment);
    if (observations.length > 0) streams.set(kind, { kind, observations });
  }
  return {
    ...timeline,
    demographics: known(timeline.demographics, moment),
    stays: known(timeline.stays, moment),
    streams,
  };
}

function known<V>(observations: readonly Observation<V>[], moment: Instant): readonly Observation<V>[] {
  return observations
    .filter((observation) => isKnownAt(observation, moment))
    .map(withoutFuture)
    .sort(byTime);
}

function withoutFuture<V>({ id, effectiveAt, availableAt, value, sourceId }: Observation<V>): Observation<V> {
  return { id, effectiveAt, availableAt, value, sourceId };
}

/** Order of a stream: by when it was true, then by when it was known, then by id, so that ties never depend on arrival. */
export function byTime(a: Observation, b: Observation): number {
  return a.effectiveAt - b.effectiveAt || a.availableAt - b.availableAt || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

/** Age in completed years at `moment` (UTC calendar), or undefined without a full birth date. */
export function ageYears(demographics: Demographics | undefined, moment: Instant): number | undefined {
  const match = /^(\d{4})-(\d\d)-(\d\d)$/.exec(demographics?.birthDate ?? '');
  if (!match) return undefined;
  const [year, month, day] = match.slice(1).map(Number) as [number, number, number];
  const now = new Date(moment);
  const beforeBirthday = now.getUTCMonth() + 1 < month || (now.getUTCMonth() + 1 === month && now.getUTCDate() < day);
  return now.getUTCFullYear() - year - (beforeBirthday ? 1 : 0);
}
