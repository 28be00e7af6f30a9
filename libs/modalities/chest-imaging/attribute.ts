import type { EvidenceDraft, ImageValue, ModalityStream, PlaneBox } from '@concord/core/clinical';
import type { Instant } from '@concord/core/kernel';
import { REGIONS } from './align.ts';
import { sourceBox } from './place.ts';
import { filmsRead, placeWords } from './views.ts';

/** A region is named when it carries at least this share of the strongest one. */
const WORTH_NAMING = 0.35;
/** More boxes than this on one film are read by nobody. */
const ITEMS_MOST = 3;

/** Cells of the 4 × 4 grid. */
type Patch = PlaneBox;

/**
 * The regions worth naming of every film that was read, as boxes in source pixels. Neighbours of the same sign that are worth naming become one box of at
 * most 2 × 2 cells; its contribution is the sum of its tokens. @param tokenContributions `[films × 16]`.
 */
export function attribute(stream: ModalityStream<ImageValue>, _at: Instant, tokenContributions: Float32Array): readonly EvidenceDraft[] {
  const tokens = REGIONS * REGIONS;
  const films = filmsRead(stream, tokenContributions.length / tokens);
  return films.flatMap((film, view) => {
    const own = tokenContributions.subarray(view * tokens, (view + 1) * tokens);
    const { sopInstanceUid } = film.observation.value.header;
    return patches(own).map((patch): EvidenceDraft => ({
      kind: 'image-region',
      contribution: cells(patch).reduce((sum, cell) => sum + (own[cell] ?? 0), 0),
      text: placeWords(patch, REGIONS, film, { view, of: films.length }),
      pointer: { sopInstanceUid, frame: 1, box: sourceBox(patch, REGIONS, film.derived.crop) },
    }));
  });
}

function patches(contributions: Float32Array): readonly Patch[] {
  const order = [...contributions.keys()].sort((a, b) => Math.abs(contributions[b] ?? 0) - Math.abs(contributions[a] ?? 0));
  const least = WORTH_NAMING * Math.abs(contributions[order[0] ?? 0] ?? 0);
  const free = new Set(order.filter((cell) => contributions[cell] !== 0 && Math.abs(contributions[cell] ?? 0) >= least));
  const found: Patch[] = [];
  for (const cell of order) {
    if (!free.has(cell) || found.length === ITEMS_MOST) continue;
    const patch = grown(cell, (other) => free.has(other) && Math.sign(contributions[other] ?? 0) === Math.sign(contributions[cell] ?? 0));
    for (const taken of cells(patch)) free.delete(taken);
    found.push(patch);
  }
  return found;
}

/** The cell with the neighbours that join it: the largest of the shapes 2 × 2, 2 × 1, 1 × 2, 1 × 1 that lies wholly in `joins`. */
function grown(cell: number, joins: (cell: number) => boolean): Patch {
  const [row, column] = [Math.floor(cell / REGIONS), cell % REGIONS];
  const around = [0, -1].flatMap((up) => [0, -1].map((back) => ({ left: column + back, top: row + up })));
  const shapes = [
    [2, 2],
    [2, 1],
    [1, 2],
  ] as const;
  for (const [width, height] of shapes) {
    for (const { left, top } of around) {
      const patch = { left, top, right: left + width, bottom: top + height };
      if (isInside(patch, row, column) && cells(patch).every(joins)) return patch;
    }
  }
  return { left: column, top: row, right: column + 1, bottom: row + 1 };
}

function isInside({ left, top, right, bottom }: Patch, row: number, column: number): boolean {
  const onFilm = left >= 0 && top >= 0 && right <= REGIONS && bottom <= REGIONS;
  return onFilm && column >= left && column < right && row >= top && row < bottom;
}

function cells({ left, top, right, bottom }: Patch): readonly number[] {
  return Array.from({ length: (right - left) * (bottom - top) }, (_, index) => {
    const width = right - left;
    return (top + Math.floor(index / width)) * REGIONS + left + (index % width);
  });
}
