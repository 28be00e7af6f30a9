import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CoverWay, PlaneBox } from '@concord/core/clinical';
import { seededRng } from '@concord/core/kernel';
import { beyondChange, coverByMean, coverBySurroundings, COVERS_MOST, effectMap, elsewhere, findRegions, holds, sweep, type Plane } from './index.ts';

const SIDE = 64;
const grain = (seed: number): Float32Array => {
  const rng = seededRng(seed);
  return Float32Array.from({ length: SIDE * SIDE }, () => 90 + 12 * rng.next());
};
const plane = (data: Float32Array): Plane => ({ data, width: SIDE, height: SIDE });
const inside = ({ left, top, right, bottom }: PlaneBox, cell: number): boolean => {
  const [row, column] = [Math.floor(cell / SIDE), cell % SIDE];
  return column >= left && column < right && row >= top && row < bottom;
};
const withSpot = (spot: PlaneBox, seed: number): Float32Array => grain(seed).map((value, cell) => (inside(spot, cell) ? value + 80 : value));
const COVERS = { surroundings: coverBySurroundings, mean: coverByMean } as const;

const boxes = fc
  .record({
    wide: fc.integer({ min: 5, max: 24 }),
    high: fc.integer({ min: 5, max: 24 }),
    x: fc.double({ min: 0, max: 1, noNaN: true }),
    y: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  .map(({ wide, high, x, y }): PlaneBox => {
    const [left, top] = [Math.floor(x * (SIDE - wide)), Math.floor(y * (SIDE - high))];
    return { left, top, right: left + wide, bottom: top + high };
  });

/** A model that sees one thing: how much of the plane is bright. */
const bright = (data: Float32Array): number => {
  let count = 0;
  for (const value of data) if (value > 140) count += 1;
  return count / 20;
};
const searchOn = (data: Float32Array) => {
  const known = new Map<string, Float32Array>();
  const without = (box: PlaneBox, way: CoverWay): Float32Array => {
    const key = `${way} ${Object.values(box).join(' ')}`;
    const covered = known.get(key) ?? COVERS[way](plane(data), box);
    known.set(key, covered);
    return covered;
  };
  return {
    width: SIDE,
    height: SIDE,
    ask: (asked: readonly PlaneBox[], way: CoverWay) => Promise.resolve(asked.map((box) => bright(data) - bright(without(box, way)))),
    changeOf: (box: PlaneBox, way: CoverWay) => Math.hypot(...without(box, way).map((value, cell) => value - (data[cell] ?? 0))),
  };
};
const overlap = (a: PlaneBox, b: PlaneBox): number => {
  const both = Math.max(0, Math.min(a.right, b.right) - Math.max(a.left, b.left)) * Math.max(0, Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top));
  const area = (box: PlaneBox) => (box.right - box.left) * (box.bottom - box.top);
  return both / (area(a) + area(b) - both);
};

describe('covering a part of a picture', () => {
  it.each(['surroundings', 'mean'] as const)('by %s leaves everything beside it as it was, and makes nothing that was not around it', (way) => {
    fc.assert(
      fc.property(boxes, fc.integer({ min: 0, max: 50 }), (box, seed) => {
        const before = grain(seed);
        const after = COVERS[way](plane(before), box);
        after.forEach((value, cell) => {
          if (inside(box, cell)) expect(value > 60 && value < 132).toBe(true);
          else expect(value).toBe(before[cell]);
        });
      }),
      { numRuns: 8 },
    );
  });

  it.each(['surroundings', 'mean'] as const)('by %s makes what stands wholly in it vanish', (way) => {
    const spot = { left: 20, top: 22, right: 34, bottom: 36 };
    const data = withSpot(spot, 4);
    expect(bright(COVERS[way](plane(data), { left: 18, top: 20, right: 36, bottom: 38 }))).toBe(0);
  });

  it('by its surroundings does not remove what reaches out of the box: half a shadow is no smaller shadow', () => {
    const data = withSpot({ left: 20, top: 20, right: 40, bottom: 40 }, 4);
    expect(bright(coverBySurroundings(plane(data), { left: 26, top: 26, right: 34, bottom: 34 }))).toBe(bright(data));
  });
});

describe('the region that moves a score most', () => {
  it('is the one thing that the model sees, wherever it lies off the grid', async () => {
    await fc.assert(
      fc.asyncProperty(
        boxes.filter(({ left, top, right, bottom }) => left > 4 && top > 4 && right < SIDE - 4 && bottom < SIDE - 4),
        fc.integer({ min: 0, max: 20 }),
        async (spot, seed) => {
          const search = searchOn(withSpot(spot, seed));
          const [first] = await findRegions(await sweep(search), search);
          expect(first?.effect).toBeGreaterThan(0);
          expect(overlap(first!.box, spot)).toBeGreaterThan(0.5);
        },
      ),
      { numRuns: 4, endOnFailure: true },
    );
  });

  it('is none where nothing moves it', async () => {
    const search = searchOn(grain(1));
    expect(await findRegions(await sweep(search), search)).toEqual([]);
  });

  it('holds its place in the map of the sweep', async () => {
    const spot = { left: 30, top: 12, right: 42, bottom: 24 };
    const search = searchOn(withSpot(spot, 2));
    const map = effectMap(await sweep(search), search);
    expect(inside(spot, map.indexOf(Math.max(...map)))).toBe(true);
  });
});

describe('the map of a sweep', () => {
  const changes = fc.array(fc.double({ min: 0, max: 50, noNaN: true }), { minLength: 3, maxLength: 40 });

  it('says nothing where a model only answers to how much of the picture changes, as one of random weights does', () => {
    fc.assert(
      fc.property(changes, fc.double({ min: -2, max: 2, noNaN: true }), fc.double({ min: -5, max: 5, noNaN: true }), (seen, slope, whole) => {
        const effects = seen.map((change) => whole + slope * change);
        for (const beyond of beyondChange({ effects, changes: seen })) expect(Math.abs(beyond)).toBeLessThan(1e-6);
      }),
      { numRuns: 40 },
    );
  });

  it('keeps what one window does that others of its change do not', () => {
    const seen = Array.from({ length: 30 }, (_, at) => 5 + (at % 6));
    const beyond = beyondChange({ effects: seen.map((change, at) => 0.1 * change + (at === 17 ? 3 : 0)), changes: seen });
    expect(beyond.indexOf(Math.max(...beyond))).toBe(17);
    expect(beyond[17]).toBeGreaterThan(2.5);
  });
});

describe('what a search costs', () => {
  it(`is at most ${String(COVERS_MOST)} covered pictures, whatever the model answers`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 1_000_000 }), fc.constantFrom('noise', 'more', 'less'), async (seed, kind) => {
        const rng = seededRng(seed);
        let covers = 0;
        const answer = ({ left, top, right, bottom }: PlaneBox): number => {
          covers += 1;
          const cells = (right - left) * (bottom - top);
          return kind === 'noise' ? rng.next() - 0.5 : kind === 'more' ? cells ** 2 : 1 / cells;
        };
        const search = { width: 128, height: 128, ask: (asked: readonly PlaneBox[]) => Promise.resolve(asked.map(answer)), changeOf: () => 1 };
        const found = await findRegions(await sweep(search), search);
        covers += found.length * (1 + elsewhere(found[0]!.box, [], search, rng).length);
        expect(covers).toBeLessThanOrEqual(COVERS_MOST);
      }),
      { numRuns: 6 },
    );
  });
});

describe('whether a region holds', () => {
  const calm = Array.from({ length: 40 }, (_, at) => 0.01 * (at % 5));

  it('is decided by a cover that it was not found with: what only the first cover saw is not believed', () => {
    expect(holds(1, 0.2, calm)).toBe(true);
    expect(holds(1, 0.03, calm)).toBe(false);
    expect(holds(1, -0.2, calm)).toBe(false);
  });

  it('is not said against too few other places', () => {
    expect(holds(1, 0.2, calm.slice(0, 19))).toBe(false);
  });

  it('compares with places of its size that touch no region, the same ones every time', () => {
    const [own, other] = [
      { left: 10, top: 10, right: 22, bottom: 20 },
      { left: 40, top: 40, right: 50, bottom: 50 },
    ];
    const draw = () => elsewhere(own, [own, other], { width: SIDE, height: SIDE }, seededRng('s'));
    expect(draw()).toHaveLength(40);
    expect(draw()).toEqual(draw());
    for (const box of draw()) expect([box.right - box.left, box.bottom - box.top, overlap(box, own), overlap(box, other)]).toEqual([12, 10, 0, 0]);
  });
});
