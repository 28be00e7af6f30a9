import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chestPhantom } from '@concord/generator';
import { attribute } from './attribute.ts';
import type { UsableFilm } from './align.ts';
import { cautionOf, heartSide, looksMirrored, prepareChest } from './index.ts';
import type { ImageValue, Observation } from '@concord/core/clinical';
import { instant } from '@concord/core/kernel';

const drawn = (seed: number): Uint8Array => {
  const { columns, rows, grey } = chestPhantom({ seed, findings: [], size: 192 });
  return prepareChest({ columns, rows, grey: Uint8Array.from(grey, (value) => value >> 4) }).grey;
};
const mirrored = (grey: Uint8Array): Uint8Array => grey.map((_, at) => grey[at - (at % 128) + 127 - (at % 128)] ?? 0);
const derived = (side: number): UsableFilm['derived'] => ({
  preparation: 1,
  crop: { x: 0, y: 0, side: 128 },
  view: 'PA',
  likeness: 0.7,
  spread: 90,
  heartSide: side,
});

describe('the side of the heart', () => {
  it('is told right of drawn chests as they hang, and every one of them is noticed once it is mirrored', () => {
    for (const seed of [3, 4, 5, 6]) {
      const grey = drawn(seed);
      expect([looksMirrored(heartSide(grey)), looksMirrored(heartSide(mirrored(grey)))]).toEqual([false, true]);
    }
  });

  it('is the same with the other sign on the mirror image, whatever the picture', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 128 * 128, maxLength: 128 * 128 }), (grey) => {
        expect(heartSide(mirrored(grey))).toBeCloseTo(-heartSide(grey), 6);
      }),
      { numRuns: 20 },
    );
  });

  it('keeps a word of a side from a film that may be mirrored: a drain must not go into the wrong chest', () => {
    const words = (side: number) => {
      const value = {
        header: { sopInstanceUid: '1.2', studyInstanceUid: '1' },
        derived: derived(side),
        prepared: new Uint8Array(128 * 128),
      } as unknown as ImageValue;
      const observation: Observation<ImageValue> = { id: 'o', effectiveAt: instant(0), availableAt: instant(0), value, sourceId: 'demo' as never };
      const contributions = Float32Array.from({ length: 16 }, (_, cell) => (cell === 8 ? 0.4 : 0));
      return attribute({ kind: 'chest-imaging' as never, observations: [observation] }, instant(0), contributions).map(({ text }) => text);
    };
    expect(words(2)).toEqual(['Right lower zone of the chest film (PA)']);
    expect(words(-2)).toEqual(['Lower zone of the chest film (PA, perhaps mirrored: no side named)']);
    expect([cautionOf(derived(2)), cautionOf(null)]).toEqual([undefined, undefined]);
    expect(cautionOf(derived(-2))).toContain('Look at the side marker');
  });

  it('is not guessed of a film that was kept before it was asked', () => {
    const { heartSide: _, ...before } = derived(-2);
    expect(cautionOf(before)).toBeUndefined();
  });
});
