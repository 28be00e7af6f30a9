import type { EvidenceDraft, ModalityStream, Reading } from '@concord/core/clinical';
import { days, minus, type Instant } from '@concord/core/kernel';
import { WINDOW_DAYS } from './align.ts';
import { MEASURES } from './measures.ts';

/** A change below this share is no trend: from one day to the next a healthy person differs as much. */
const STEADY_SHARE = 0.15;

/** One item per measure: "Steps in 24 h falling, 8200 to 1400 steps", from the first day in the window to the newest. */
export function attribute(stream: ModalityStream<Reading>, at: Instant, contributions: Float32Array): readonly EvidenceDraft[] {
  const opens = minus(at, days(WINDOW_DAYS));
  return MEASURES.flatMap(({ code, name, shown }, token): readonly EvidenceDraft[] => {
    const inside = stream.observations.filter(({ value, effectiveAt }) => value.code === code && effectiveAt > opens && effectiveAt <= at);
    const [first, newest] = [inside[0], inside.at(-1)];
    if (first === undefined || newest === undefined) return [];
    const [from, to] = [first.value.number ?? 0, newest.value.number ?? 0];
    const isSteady = Math.abs(to - from) <= STEADY_SHARE * Math.abs(from);
    const text = isSteady ? `${name} steady at ${plain(to)} ${shown}` : `${name} ${to > from ? 'rising' : 'falling'}, ${plain(from)} to ${plain(to)} ${shown}`;
    const pointer = { code, device: newest.value.device, from: first.effectiveAt, to: newest.effectiveAt };
    return [{ kind: 'signal-window', contribution: contributions[token] ?? 0, text, pointer }];
  });
}

function plain(value: number): string {
  return String(Math.round(value * 10) / 10);
}
