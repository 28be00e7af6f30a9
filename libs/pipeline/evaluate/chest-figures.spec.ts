import { describe, expect, it } from 'vitest';
import { seededRng } from '@concord/core/kernel';
import { chestFigures, chestFiguresFlat, type ChestRow } from './chest-figures.ts';

const film = (patient: number, [view, label]: readonly ['PA' | 'AP', string], score: number, detector = 'a'): ChestRow => ({
  patient,
  labels: new Set(label.split('|')),
  isPa: view === 'PA',
  detector,
  findings: { Pneumonia: score, Abnormal: score },
});

// PA: one of two pairs is right. AP: all right. The detector `b` took the sick alone.
const rows: readonly ChestRow[] = [
  film(0, ['PA', 'Pneumonia|Effusion'], 0.9, 'b'),
  film(1, ['PA', 'Pneumonia'], 0.2),
  film(2, ['PA', 'No Finding'], 0.4),
  film(3, ['AP', 'Pneumonia'], 0.8),
  film(4, ['AP', 'No Finding'], 0.1),
];

describe('figures of chest films', () => {
  it('judge pneumonia within each view, and name the lower of the two', () => {
    const flat = chestFiguresFlat(rows, () => 1);
    expect(flat).toMatchObject({ 'pneumonia.pa': 0.5, 'pneumonia.ap': 1, 'pneumonia.lower': 0.5 });
  });

  it('say what is left on detectors that took both groups', () => {
    expect(chestFiguresFlat(rows, () => 1)['pneumonia.paSharedDetectors']).toBe(0);
  });

  it('say how far the score knows the view among films without pneumonia', () => {
    expect(chestFiguresFlat(rows, () => 1)['pneumonia.viewLeak']).toBe(1);
  });

  it('move with the patients of a draw, all films of one together', () => {
    const drawn = chestFiguresFlat(rows, (patient) => (patient === 1 ? 0 : 1));
    expect(drawn['pneumonia.pa']).toBe(1);
  });

  it('count every finding of the bundle, any finding among them', () => {
    expect(chestFigures(rows, seededRng(1))).toMatchObject({ pneumonia: { n: 5, positives: 3 }, perFinding: { Abnormal: { n: 5, positives: 3 } } });
  });
});
