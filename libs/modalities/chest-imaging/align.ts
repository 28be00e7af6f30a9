import type { ImageValue, ModalityStream, Observation, Readiness, TensorInput } from '@concord/core/clinical';
import { hours, invariant, plus, since, type Instant } from '@concord/core/kernel';
import { chestDerivedSchema, type ChestDerived } from './derived.ts';
import { PREPARED_SIDE } from './prepare.ts';

/** Regions along one side of the film; tokens run row by row. */
export const REGIONS = 4;
/**
 * After three days without a new film the picture no longer stands for the chest. A choice, not a finding: bedside films of the
 * acutely ill are repeated within one to three days.
 */
export const STALE_AFTER = hours(72);

export interface UsableFilm {
  readonly observation: Observation<ImageValue>;
  readonly derived: ChestDerived;
  readonly prepared: Uint8Array;
}

/** The newest film that the encoder may see. */
export function newestUsable(stream: ModalityStream<ImageValue>): UsableFilm | undefined {
  for (const observation of stream.observations.toReversed()) {
    const film = usable(observation);
    if (film !== undefined) return film;
  }
  return undefined;
}

/** The film, where the encoder may see it. */
export function usable(observation: Observation<ImageValue>): UsableFilm | undefined {
  const { prepared, derived } = observation.value;
  const parsed = chestDerivedSchema.safeParse(derived);
  return prepared !== undefined && parsed.success ? { observation, derived: parsed.data, prepared } : undefined;
}

export function readiness(stream: ModalityStream<ImageValue>, at: Instant): Readiness {
  const film = newestUsable(stream);
  if (film && since(film.observation.effectiveAt, at) <= STALE_AFTER) return { kind: 'ready' };
  const newest = stream.observations.at(-1);
  if (newest === undefined) return { kind: 'absent' };
  if (newest.value.unusedReason !== undefined) return { kind: 'unfit', reason: newest.value.unusedReason };
  return { kind: 'stale', newest: newest.effectiveAt };
}

/** The first moment at which the newest usable film is too old. */
export function staleAt(stream: ModalityStream<ImageValue>): Instant | undefined {
  const film = newestUsable(stream);
  return film && plus(plus(film.observation.effectiveAt, STALE_AFTER), hours(1 / 3_600_000));
}

/** @returns data `[1, 128, 128]`, display grey values 0 to 255; the graph of the encoder normalises. 16 tokens, 4 × 4, row by row. */
export function align(stream: ModalityStream<ImageValue>, at: Instant): TensorInput {
  return alignFilm(newestUsable(stream), at);
}

/** As `align`, of one film. */
export function alignFilm(film: UsableFilm | undefined, at: Instant): TensorInput {
  const tokens = REGIONS * REGIONS;
  invariant(film === undefined || film.prepared.length === PREPARED_SIDE * PREPARED_SIDE, 'a prepared film has 128 × 128 grey values');
  const data = film ? Float32Array.from(film.prepared) : new Float32Array(PREPARED_SIDE * PREPARED_SIDE);
  const ageHours = film ? since(film.observation.effectiveAt, at) / hours(1) : 0;
  return {
    name: 'image',
    data,
    shape: [1, PREPARED_SIDE, PREPARED_SIDE],
    tokenMask: new Uint8Array(tokens).fill(film ? 1 : 0),
    tokenAgeHours: new Float32Array(tokens).fill(ageHours),
  };
}
