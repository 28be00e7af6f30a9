import type { CoverWay, PlaneBox } from '@concord/core/clinical';
import type { Rng } from '@concord/core/ports';

/** How far covering each box moves a score: score less score without it, in logit units; positive where the box raises it. */
export type AskCovered = (boxes: readonly PlaneBox[], way: CoverWay) => Promise<readonly number[]>;

export interface RegionSearch {
  /** Cells of the plane. */
  readonly width: number;
  readonly height: number;
  readonly ask: AskCovered;
  /** How much of the picture a cover takes away: the root of the summed squared change of its cells. */
  readonly changeOf: (box: PlaneBox, way: CoverWay) => number;
}

/** Windows of the first sweep, as shares of the smaller side; together they hold anything from a tenth to a third of it. */
const WINDOWS = [
  { side: 0.19, step: 0.0625 },
  { side: 0.34, step: 0.078 },
] as const;
/** More regions on one picture are read by nobody. */
const REGIONS_MOST = 2;
/** A second region is named when it moves the score at least this much of what the first does. */
const WORTH_NAMING = 0.35;
/** A larger window or box must move the score this much more to be preferred. */
const WORTH_GROWING = 0.03;
/** A smaller box must keep this much of what was reached. */
const KEPT = 0.9;
/**
 * A cover takes its values from beside its box, so a box that stands a little within the border of what it hides still hides it:
 * what was cut back too far on each side, as a share of the smaller side. Measured on drawn films with masses of known place.
 */
const CUT_TOO_FAR = 0.0156;
/** Steps in which edges move, as shares of the smaller side. */
const GROW_STEP = 0.03;
const SHRINK_STEPS = [0.047, 0.0235, 0.0079] as const;
const ROUNDS_MOST = 12;
/** Nothing below this share of the smaller side is named: it is a speck. */
const SIDE_LEAST = 0.06;

export interface FoundRegion {
  readonly box: PlaneBox;
  /** Logit units, by the cover it was found with. */
  readonly effect: number;
}

/** What the first sweep saw of every window. */
export interface Sweep {
  readonly windows: readonly PlaneBox[];
  readonly effects: readonly number[];
  /** How much of the picture each cover takes away. */
  readonly changes: readonly number[];
}

/** Covers window after window over the whole plane. */
export async function sweep({ width, height, ask, changeOf }: RegionSearch): Promise<Sweep> {
  const windows = WINDOWS.flatMap((size) => windowsOf(width, height, size));
  const effects = await ask(windows, 'surroundings');
  return { windows, effects, changes: windows.map((box) => changeOf(box, 'surroundings')) };
}

/**
 * The regions that move a score most, either way: the strongest window of the sweep, grown while that moves the score further,
 * then cut back from each side while it keeps what was reached. A second one only where it does not touch the first.
 */
export async function findRegions({ windows, effects }: Sweep, search: RegionSearch): Promise<readonly FoundRegion[]> {
  const found: FoundRegion[] = [];
  while (found.length < REGIONS_MOST) {
    const free = windows.flatMap((box, at) => (found.some((other) => overlaps(box, other.box)) ? [] : [{ box, effect: effects[at] ?? 0 }]));
    const start = strongest(free);
    const least = WORTH_NAMING * Math.abs(found[0]?.effect ?? 0);
    if (start === undefined || start.effect === 0 || Math.abs(start.effect) < least) break;
    const others = found.map(({ box }) => box);
    found.push(await restored(await shrunk(await grown(start, search, others), search), search, others));
  }
  return found;
}

/** Among about equals the smaller: a large window holds whatever a small one holds. */
function strongest(candidates: readonly FoundRegion[]): FoundRegion | undefined {
  const most = candidates.reduce((best, { effect }) => Math.max(best, Math.abs(effect)), 0);
  const near = candidates.filter(({ effect }) => Math.abs(effect) >= (1 - WORTH_GROWING) * most);
  return near.reduce<FoundRegion | undefined>((best, next) => (best === undefined || area(next.box) < area(best.box) ? next : best), undefined);
}

async function grown(start: FoundRegion, search: RegionSearch, others: readonly PlaneBox[]): Promise<FoundRegion> {
  const step = cells(GROW_STEP, search);
  let region = start;
  for (let round = 0; round < ROUNDS_MOST; round += 1) {
    const next = await best(
      moved(region.box, -step, search).filter((box) => !others.some((other) => overlaps(box, other))),
      region,
      search,
    );
    if (next === undefined || Math.abs(next.effect) < (1 + WORTH_GROWING) * Math.abs(region.effect)) return region;
    region = next;
  }
  return region;
}

async function shrunk(start: FoundRegion, search: RegionSearch): Promise<FoundRegion> {
  const least = cells(SIDE_LEAST, search);
  let region = start;
  let reached = Math.abs(start.effect);
  for (const share of SHRINK_STEPS) {
    const step = cells(share, search);
    for (let round = 0; round < ROUNDS_MOST; round += 1) {
      const smaller = moved(region.box, step, search).filter(({ left, top, right, bottom }) => right - left >= least && bottom - top >= least);
      const next = await best(smaller, region, search);
      if (next === undefined || Math.abs(next.effect) < KEPT * reached) break;
      region = next;
      reached = Math.max(reached, Math.abs(next.effect));
    }
  }
  return region;
}

/** The box with what was cut too far put back, where that loses nothing and touches no other region. */
async function restored(region: FoundRegion, search: RegionSearch, others: readonly PlaneBox[]): Promise<FoundRegion> {
  const by = cells(CUT_TOO_FAR, search);
  const { left, top, right, bottom } = region.box;
  const box = {
    left: Math.max(0, left - by),
    top: Math.max(0, top - by),
    right: Math.min(search.width, right + by),
    bottom: Math.min(search.height, bottom + by),
  };
  if (others.some((other) => overlaps(box, other))) return region;
  const wider = await best([box], region, search);
  return wider === undefined || Math.abs(wider.effect) < KEPT * Math.abs(region.effect) ? region : wider;
}

/** The one that moves the score most to the side of `before`. */
async function best(boxes: readonly PlaneBox[], before: FoundRegion, { ask }: RegionSearch): Promise<FoundRegion | undefined> {
  const effects = await ask(boxes, 'surroundings');
  const same = boxes.flatMap((box, at) => (Math.sign(effects[at] ?? 0) === Math.sign(before.effect) ? [{ box, effect: effects[at] ?? 0 }] : []));
  return same.reduce<FoundRegion | undefined>((most, next) => (most === undefined || Math.abs(next.effect) > Math.abs(most.effect) ? next : most), undefined);
}

/** The box with one edge moved inwards (outwards where `by` is negative), for each edge that can move. */
function moved({ left, top, right, bottom }: PlaneBox, by: number, { width, height }: RegionSearch): readonly PlaneBox[] {
  const boxes = [
    { left: Math.max(0, left + by), top, right, bottom },
    { left, top: Math.max(0, top + by), right, bottom },
    { left, top, right: Math.min(width, right - by), bottom },
    { left, top, right, bottom: Math.min(height, bottom - by) },
  ];
  return boxes.filter((box) => box.left < box.right && box.top < box.bottom && area(box) !== area({ left, top, right, bottom }));
}

function windowsOf(width: number, height: number, size: (typeof WINDOWS)[number]): readonly PlaneBox[] {
  const [side, step] = [cells(size.side, { width, height }), cells(size.step, { width, height })];
  const starts = (length: number) => Array.from({ length: Math.floor((length - side) / step) + 1 }, (_, at) => at * step);
  return starts(height).flatMap((top) => starts(width).map((left) => ({ left, top, right: left + side, bottom: top + side })));
}

function cells(share: number, { width, height }: Pick<RegionSearch, 'width' | 'height'>): number {
  return Math.max(1, Math.round(share * Math.min(width, height)));
}

/** Regions elsewhere that a found one is compared with. */
export const ELSEWHERE = 40;
/** Windows of the first sweep on a square plane of a hundred cells a side or more. */
const WINDOWS_MOST = 300;
/** Covered pictures that one head costs at most, from the sweep to the proof of its regions: what bounds the time of a check. */
export const COVERS_MOST = WINDOWS_MOST + REGIONS_MOST * (4 * ROUNDS_MOST * (1 + SHRINK_STEPS.length) + 2 + ELSEWHERE);
/** Where little room is left beside large regions, some of the draws fail. */
const DRAWS_MOST = 400;

/** Boxes of the same size that do not touch any of `regions`; fewer than asked where there is no room. */
export function elsewhere(box: PlaneBox, regions: readonly PlaneBox[], plane: Pick<RegionSearch, 'width' | 'height'>, rng: Rng): readonly PlaneBox[] {
  const [wide, high] = [box.right - box.left, box.bottom - box.top];
  const drawn: PlaneBox[] = [];
  for (let draw = 0; draw < DRAWS_MOST && drawn.length < ELSEWHERE; draw += 1) {
    const [left, top] = [Math.floor(rng.next() * (plane.width - wide + 1)), Math.floor(rng.next() * (plane.height - high + 1))];
    const other = { left, top, right: left + wide, bottom: top + high };
    if (!regions.some((region) => overlaps(other, region))) drawn.push(other);
  }
  return drawn;
}

/**
 * Whether a region is what moves the score. It was chosen as the strongest of many, so the cover it was found with always looks
 * good; it holds when another cover moves the score to the same side, further than at any of the places it is compared with.
 * @param confirmed by the other cover. @param others the same at the places elsewhere, at least 20 of them.
 */
export function holds(found: number, confirmed: number, others: readonly number[]): boolean {
  return others.length >= ELSEWHERE / 2 && Math.sign(found) === Math.sign(confirmed) && others.every((other) => Math.abs(other) < Math.abs(confirmed));
}

function overlaps(a: PlaneBox, b: PlaneBox): boolean {
  return a.left < b.right && a.right > b.left && a.top < b.bottom && a.bottom > b.top;
}

function area({ left, top, right, bottom }: PlaneBox): number {
  return (right - left) * (bottom - top);
}
