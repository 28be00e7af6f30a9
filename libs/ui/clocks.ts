import type { Timeline } from '@concord/contracts';

type Clock = Timeline['clocks'][number];

/** What the head of the time axis says of the clocks: a correction is never silent, and neither is that none was possible. */
export function clocksLine(clocks: readonly Clock[]): string {
  const corrected = clocks.filter(({ state }) => state === 'corrected');
  const [only] = corrected;
  if (only !== undefined) return corrected.length === 1 ? `clock of ${only.device} corrected` : `${String(corrected.length)} clocks corrected`;
  return clocks.some(({ state }) => state === 'right') ? 'clocks checked' : 'clocks not corrected';
}

/** One device's clock in words. */
export function clockWords({ state, aheadSeconds, uncertaintySeconds }: Clock): string {
  if (state === 'unknown' || aheadSeconds === null) return 'not checked: too few live messages with a time of sending';
  if (state === 'right') return 'agrees with ours';
  const how = aheadSeconds > 0 ? 'ahead' : 'behind';
  return `${span(Math.abs(aheadSeconds))} ${how}, give or take ${span(uncertaintySeconds ?? 0)}; readings are dated by our clock`;
}

function span(seconds: number): string {
  const minutes = Math.round(seconds / 60);
  if (seconds < 90) return `${String(seconds)}\u00a0s`;
  if (minutes < 90) return `${String(minutes)}\u00a0min`;
  return `${String(Math.floor(minutes / 60))}\u00a0h\u00a0${String(minutes % 60)}\u00a0min`;
}
