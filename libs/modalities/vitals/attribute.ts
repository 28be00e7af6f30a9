import type { EvidenceDraft, ModalityStream, Observation, Reading } from '@concord/core/clinical';
import { hours, minus, since, type Instant } from '@concord/core/kernel';
import { CHANNELS, signOf, type SignDefinition } from './codes.ts';
import { WINDOW_HOURS } from './align.ts';

/** A trend is told over this time; what the encoder saw before it rarely explains a change. */
const TREND_OVER = hours(6);
/** A change smaller than this is no trend: between two readings of one nurse. */
const STEADY: Readonly<Record<string, number>> = { '8867-4': 5, '9279-1': 2, '2708-6': 2, '8480-6': 8, '8462-4': 6, '8310-5': 0.4 };

/**
 * One item per sign that was measured: "Respiration rising, 17 to 22 /min". The window opens at the sample that the text starts
 * from and closes at the newest one, so it always holds a sample of its code.
 */
export function attribute(stream: ModalityStream<Reading>, at: Instant, tokenContributions: Float32Array): readonly EvidenceDraft[] {
  const drafts: EvidenceDraft[] = [];
  CHANNELS.forEach((code, channel) => {
    const sign = signOf(code);
    const course = courseOf(stream, code, at);
    const [first, newest] = [course[0], course.at(-1)];
    if (sign === undefined || first === undefined || newest === undefined) return;
    drafts.push({
      kind: 'signal-window',
      contribution: tokenContributions[channel] ?? 0,
      text: describe(sign, first.value.number ?? 0, newest.value.number ?? 0),
      pointer: { code, device: newest.value.device, from: first.effectiveAt, to: newest.effectiveAt },
    });
  });
  return drafts;
}

/** Samples of the last six hours that had any, counted back from the newest one inside the encoder's window. */
function courseOf(stream: ModalityStream<Reading>, code: string, at: Instant): readonly Observation<Reading>[] {
  const opens = minus(at, hours(WINDOW_HOURS));
  const inside = stream.observations.filter(
    ({ value, effectiveAt }) => value.code === code && value.number !== undefined && effectiveAt > opens && effectiveAt <= at,
  );
  const newest = inside.at(-1);
  return newest === undefined ? [] : inside.filter(({ effectiveAt }) => since(effectiveAt, newest.effectiveAt) <= TREND_OVER);
}

function describe({ code, name, shown }: SignDefinition, from: number, to: number): string {
  const unit = shown === '%' ? '%' : ` ${shown}`;
  const change = to - from;
  if (Math.abs(change) < (STEADY[code] ?? 0)) return `${name} steady at ${plain(to)}${unit}`;
  return `${name} ${change > 0 ? 'rising' : 'falling'}, ${plain(from)} to ${plain(to)}${unit}`;
}

function plain(value: number): string {
  return String(Math.round(value * 10) / 10);
}
