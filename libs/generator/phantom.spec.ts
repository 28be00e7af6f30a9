import { describe, expect, it } from 'vitest';
import { instant } from '@concord/core/kernel';
import { chestPhantom, phantomDicom, type PhantomFinding } from './index.ts';

const draw = (findings: readonly PhantomFinding[]) => chestPhantom({ seed: 7, findings, size: 128 });
const opacity: PhantomFinding = { kind: 'opacity', side: 'right', zone: 'lower', size: 0.1, density: 0.9 };

describe('a drawn chest film', () => {
  it('is the same for the same seed and another person for another', () => {
    expect(draw([]).grey).toEqual(draw([]).grey);
    expect(chestPhantom({ seed: 8, findings: [], size: 128 }).grey).not.toEqual(draw([]).grey);
  });

  it('shows a right-sided opacity on the left of the picture, brighter, and changes nothing far away', () => {
    const [plain, planted] = [draw([]), draw([opacity])];
    const [x, y, width, height] = planted.truth[0]?.box ?? [0, 0, 0, 0];
    expect(x + width / 2).toBeLessThan(64);
    const mean = (grey: Uint16Array, inside: boolean) => {
      const values = [...grey].filter((_, at) => {
        const [column, row] = [at % 128, Math.floor(at / 128)];
        const within = column >= x && column < x + width && row >= y && row < y + height;
        return inside ? within : column > 80;
      });
      return values.reduce((sum, value) => sum + value, 0) / values.length;
    };
    expect(mean(planted.grey, true) - mean(plain.grey, true)).toBeGreaterThan(100);
    expect(Math.abs(mean(planted.grey, false) - mean(plain.grey, false))).toBeLessThan(40);
  });

  it('keeps to 12 bits and to its frame', () => {
    const film = draw([opacity, { kind: 'effusion', side: 'left', volume: 1 }, { kind: 'device', device: 'ecg-leads' }]);
    expect(film.grey.every((value) => value < 4096)).toBe(true);
    expect(film.truth.every(({ box: [x, y, w, h] }) => x >= 0 && y >= 0 && x + w <= 128 && y + h <= 128)).toBe(true);
  });

  it('as a file names one object per seed, under 2.25, and no person', () => {
    const label = { seed: 5, patientId: 'DEMO-1', takenAt: instant(0), viewPosition: 'PA' } as const;
    const [one, again, other] = [phantomDicom(draw([]), label), phantomDicom(draw([]), label), phantomDicom(draw([]), { ...label, seed: 6, studySeed: 5 })];
    expect(one.bytes).toEqual(again.bytes);
    expect(one.sopInstanceUid).toMatch(/^2\.25\.\d{10,39}$/);
    expect([other.studyInstanceUid === one.studyInstanceUid, other.sopInstanceUid === one.sopInstanceUid]).toEqual([true, false]);
  });
});
