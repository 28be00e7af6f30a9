import { describe, expect, it } from 'vitest';
import type { ModalityKind } from '@concord/core/clinical';
import { layoutOf, seenBy } from './index.ts';

const [VITALS, LABS] = ['vitals' as ModalityKind, 'labs' as ModalityKind];
const layout = layoutOf([
  { columns: ['context/age'] },
  { modality: VITALS, columns: ['pulse/last', 'pulse/age', 'pulse/hour-1', 'systolic/last'] },
  { modality: LABS, columns: ['lactate/last'] },
]);
const ROW = Float32Array.of(61, 130, 2, Number.NaN, 90, 4);
const USUAL = Float32Array.of(Number.NaN, 84, Number.NaN, 84, 120, 1.5);
const BOTH = [VITALS, LABS];
const PULSE = { modalities: BOTH, without: { modality: VITALS, channel: 'pulse' } };

describe('a row as a coalition sees it', () => {
  it('never lets a source speak that is not in the set, and the context always', () => {
    expect([...seenBy(ROW, { modalities: [LABS] }, layout, USUAL)]).toEqual([61, Number.NaN, Number.NaN, Number.NaN, Number.NaN, 4]);
  });

  it('sets a signal that is left out to what it usually is where it was measured: when somebody measured stays, and what nobody measured stays unknown', () => {
    expect([...seenBy(ROW, PULSE, layout, USUAL)]).toEqual([61, 84, 2, Number.NaN, 90, 4]);
  });

  it('takes a signal that is left out as never measured where a bundle says nothing of what is usual', () => {
    expect([...seenBy(ROW, PULSE, layout)]).toEqual([61, Number.NaN, Number.NaN, Number.NaN, 90, 4]);
  });
});
