import type { Interval, Judged } from '@concord/pipeline/evaluate';

/** Text that stands in HTML. */
export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

/** `12 %`, `1.4 %`, `0.04 %`: two digits that mean something. */
export function percent(share: number): string {
  const value = 100 * share;
  if (value === 0) return '0 %';
  const digits = Math.abs(value) >= 10 ? 0 : Math.abs(value) >= 1 ? 1 : 2;
  return `${value.toFixed(digits)} %`;
}

export function plain(value: number, digits = 3): string {
  return Number.isInteger(value) ? value.toLocaleString('en') : value.toFixed(digits);
}

export function range(interval: Interval | null | undefined, shown: (value: number) => string): string {
  return interval === null || interval === undefined ? '' : `${shown(interval[0])} to ${shown(interval[1])}`;
}

/** `1.08 (0.97 to 1.20)`, or a dash with a word where there is none. */
export function judged({ value, interval }: Judged, shown: (value: number) => string): string {
  return value === null ? 'none' : `${shown(value)}${interval === null ? '' : ` (${range(interval, shown)})`}`;
}
