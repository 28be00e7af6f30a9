import type { ModalityStream, Observation, Readiness, Reading, TensorInput } from '@concord/core/clinical';
import { hours, plus, since, type Instant } from '@concord/core/kernel';
import { carryForward, hourlyGrid, type Sample } from '@concord/stages/alignment';
import { CHANNELS } from './codes.ts';

/** Hours of signal that the encoder sees. */
export const WINDOW_HOURS = 24;
/** Carried-forward value, known or not, hours since the newest sample. */
export const FEATURES = 3;
/** Six hours without any sign that the encoder reads: what was carried forward no longer describes the patient. */
export const STALE_AFTER = hours(6);

export function isChannel(observation: Observation<Reading>): boolean {
  return observation.value.number !== undefined && CHANNELS.some((code) => code === observation.value.code);
}

export function readiness(stream: ModalityStream<Reading>, at: Instant): Readiness {
  const newest = stream.observations.findLast(isChannel);
  if (newest === undefined) return { kind: 'absent' };
  return since(newest.effectiveAt, at) > STALE_AFTER ? { kind: 'stale', newest: newest.effectiveAt } : { kind: 'ready' };
}

/** The first moment at which the newest sign is too old. */
export function staleAt(stream: ModalityStream<Reading>): Instant | undefined {
  const newest = stream.observations.findLast(isChannel);
  return newest === undefined ? undefined : plus(plus(newest.effectiveAt, STALE_AFTER), hours(1 / 3_600_000));
}

/**
 * One token per sign, so that leaving a token out is exactly leaving the sign out.
 * @returns data `[6 signs, 24 hours, 3]`, oldest hour first: value in the canonical unit (carried forward), known (0 or 1),
 * hours since the newest sample.
 */
export function align(stream: ModalityStream<Reading>, at: Instant): TensorInput {
  const data = new Float32Array(CHANNELS.length * WINDOW_HOURS * FEATURES);
  const tokenMask = new Uint8Array(CHANNELS.length);
  const tokenAgeHours = new Float32Array(CHANNELS.length);
  const grid = hourlyGrid(at, WINDOW_HOURS);
  CHANNELS.forEach((code, channel) => {
    const steps = carryForward(samplesOf(stream, code), grid);
    steps.forEach(({ value, known, hoursSince }, step) => {
      data.set([value, known ? 1 : 0, hoursSince], (channel * WINDOW_HOURS + step) * FEATURES);
    });
    const last = steps.at(-1);
    if (last?.known !== true) return;
    tokenMask[channel] = 1;
    tokenAgeHours[channel] = last.hoursSince;
  });
  return { name: 'vitals', data, shape: [CHANNELS.length, WINDOW_HOURS, FEATURES], tokenMask, tokenAgeHours };
}

export function samplesOf(stream: ModalityStream<Reading>, code: string): readonly Sample[] {
  const samples: Sample[] = [];
  for (const { effectiveAt, value } of stream.observations) {
    if (value.code === code && value.number !== undefined) samples.push({ at: effectiveAt, value: value.number });
  }
  return samples;
}
