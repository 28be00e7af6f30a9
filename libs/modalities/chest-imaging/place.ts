import type { PlaneBox } from '@concord/core/clinical';
import type { Crop } from './prepare.ts';

/**
 * Back through resize and crop: a box in cells of the prepared film, `across` of them on each side, as source pixels. Each edge
 * is rounded to the nearest pixel, so it lies within half a source pixel of where its cell ends.
 */
export function sourceBox(
  { left, top, right, bottom }: PlaneBox,
  across: number,
  { x, y, side }: Crop,
): readonly [x: number, y: number, width: number, height: number] {
  const edge = (cell: number) => Math.round((cell * side) / across);
  return [x + edge(left), y + edge(top), edge(right) - edge(left), edge(bottom) - edge(top)];
}

const HEIGHTS = ['upper', 'mid', 'lower', 'basal'] as const;

/** The part of the film that a box lies in; the patient's right lies on the left of a frontal film, unless it is perhaps mirrored: then no side is named. */
export function zoneWords({ left, top, right, bottom }: PlaneBox, across: number, isSided = true): string {
  const heightOf = (row: number): string => HEIGHTS[Math.min(HEIGHTS.length - 1, Math.floor((row * HEIGHTS.length) / across))] ?? 'basal';
  const [first, last] = [heightOf(top), heightOf(bottom - 1)];
  const side = right <= across / 2 ? 'right' : left >= across / 2 ? 'left' : 'central';
  const heights = `${first === last ? first : `${first} and ${last}`} zone${first === last ? '' : 's'}`;
  const words = isSided || side === 'central' ? `${side} ${heights}` : heights;
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}
