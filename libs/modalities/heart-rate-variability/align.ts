import type { ModalityStream, Readiness, Reading, TensorInput } from '@concord/core/clinical';
import { days, plus, since, type Instant } from '@concord/core/kernel';
import { carryForward, type Sample } from '@concord/stages/alignment';
import { MEASURES } from './measures.ts';

/** Days that the encoder sees: two weeks, so that a personal baseline stands beside the newest day. */
export const WINDOW_DAYS = 14;
/** Carried-forward value, known or not, hours since the newest sample. */
const FEATURES = 3;
/** A wearable is read once a day; after three days without one the watch lies in a drawer. */
export const STALE_AFTER = days(3);

export function readiness(stream: ModalityStream<Reading>, at: Instant): Readiness {
  const newest = newestOf(stream);
  if (newest === undefined) return { kind: 'absent' };
  return since(newest, at) >= STALE_AFTER ? { kind: 'stale', newest } : { kind: 'ready' };
}

export function staleAt(stream: ModalityStream<Reading>): Instant | undefined {
  const newest = newestOf(stream);
  return newest === undefined ? undefined : plus(newest, STALE_AFTER);
}

/**
 * One token per measure, so that leaving a token out is exactly leaving the measure out.
 * @returns data `[3 measures, 14 days, 3]`, oldest day first; the last day closes at the question.
 */
export function align(stream: ModalityStream<Reading>, at: Instant): TensorInput {
  const data = new Float32Array(MEASURES.length * WINDOW_DAYS * FEATURES);
  const tokenMask = new Uint8Array(MEASURES.length);
  const tokenAgeHours = new Float32Array(MEASURES.length);
  MEASURES.forEach(({ code }, token) => {
    const steps = carryForward(samplesOf(stream, code), { end: at, step: days(1), steps: WINDOW_DAYS });
    steps.forEach(({ value, known, hoursSince }, step) => {
      data.set([value, known ? 1 : 0, hoursSince], (token * WINDOW_DAYS + step) * FEATURES);
    });
    const last = steps.at(-1);
    if (last?.known !== true) return;
    tokenMask[token] = 1;
    tokenAgeHours[token] = last.hoursSince;
  });
  return { name: 'heart-rate-variability', data, shape: [MEASURES.length, WINDOW_DAYS, FEATURES], tokenMask, tokenAgeHours };
}

function newestOf(stream: ModalityStream<Reading>): Instant | undefined {
  return stream.observations.findLast(({ value }) => value.number !== undefined)?.effectiveAt;
}

function samplesOf(stream: ModalityStream<Reading>, wanted: string): readonly Sample[] {
  return stream.observations.flatMap(({ effectiveAt, value: { code, number } }) =>
    code === wanted && number !== undefined ? [{ at: effectiveAt, value: number }] : [],
  );
}
