import { describe, expect, it } from 'vitest';
import type { WorklistRow } from '@concord/contracts';
import { byNeed } from './worklist-order.ts';

function row(family: string, atLeast: number, probability: number | null): WorklistRow {
  return {
    banner: { family, patientId: family },
    news2: { atLeast },
    assessments: [{ task: 'physiological-decline-24h', probability }],
  } as unknown as WorklistRow;
}

describe('the order of the worklist', () => {
  it('puts NEWS2 first, then the risk, then the name', () => {
    const rows = [row('Abel', 3, 0.1), row('Berg', 7, null), row('Cole', 3, 0.4), row('Dorn', 3, null), row('Ames', 3, 0.1)];
    expect(rows.sort(byNeed).map(({ banner }) => banner.family)).toEqual(['Berg', 'Cole', 'Abel', 'Ames', 'Dorn']);
  });
});
