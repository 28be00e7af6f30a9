import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Evidence, ModalityKind } from '@concord/core/clinical';
import { coalitionsOf, entropy, interactions, rationale, uncertaintyOf, type RationaleParts } from './index.ts';

const chance = fc.double({ min: 0.001, max: 0.999, noNaN: true });
const some = (length: number) => fc.array(chance, { minLength: length, maxLength: 6 });

describe('the parts of an uncertainty', () => {
  const base = { draws: [0.2, 0.2, 0.2], alone: [0.2, 0.2], withMissing: [0.2, 0.2] };
  const quiet = uncertaintyOf(base);

  it('are the outcome alone when model, sources and what is missing all say one thing', () => {
    expect([quiet.data - entropy(0.2), quiet.model, quiet.conflict, quiet.missing ?? 1].every((part) => Math.abs(part) < 1e-12)).toBe(true);
  });

  it('move one at a time, each with its own cause', () => {
    const apart = uncertaintyOf({ ...base, draws: [0.05, 0.2, 0.35] });
    expect(apart.model).toBeGreaterThan(0.02);
    expect([apart.conflict, apart.missing]).toEqual([quiet.conflict, quiet.missing]);
    const contradicting = uncertaintyOf({ ...base, alone: [0.02, 0.6] });
    expect(contradicting.conflict).toBeGreaterThan(0.1);
    expect([contradicting.data, contradicting.model, contradicting.missing]).toEqual([quiet.data, quiet.model, quiet.missing]);
    const open = uncertaintyOf({ ...base, withMissing: [0.02, 0.5] });
    expect(open.missing).toBeGreaterThan(0.05);
    expect([open.data, open.model, open.conflict]).toEqual([quiet.data, quiet.model, quiet.conflict]);
    const coin = uncertaintyOf({ ...base, draws: [0.5, 0.5, 0.5] });
    expect(coin.data).toBeGreaterThan(quiet.data);
    expect(coin.model).toBeCloseTo(0, 12);
    expect([coin.conflict, coin.missing]).toEqual([quiet.conflict, quiet.missing]);
  });

  it('are never negative, and of the draws sum to the uncertainty of their mean', () => {
    fc.assert(
      fc.property(some(1), some(1), some(0), (draws, alone, withMissing) => {
        const parts = uncertaintyOf({ draws, alone, withMissing });
        for (const part of [parts.data, parts.model, parts.conflict, parts.missing ?? 0]) expect(part).toBeGreaterThanOrEqual(0);
        expect(parts.data + parts.model).toBeCloseTo(entropy(draws.reduce((sum, p) => sum + p, 0) / draws.length), 9);
        expect(parts.missing === null).toBe(withMissing.length === 0);
      }),
    );
  });
});

describe('what two sources say only together', () => {
  it('is nothing in an additive game, and all of it where only both count', () => {
    const additive = coalitionsOf([1.5, -2, 0.3]).map((part) => part.reduce((sum, value) => sum + value, -1));
    for (const { value } of interactions(3, additive)) expect(value).toBeCloseTo(0, 12);
    const both = coalitionsOf(['film', 'signs', 'report']).map((part) => (part.includes('film') && part.includes('signs') ? 2 : 0));
    expect(interactions(3, both)).toEqual([
      { pair: [0, 1], value: expect.closeTo(2, 12) as number },
      { pair: [0, 2], value: expect.closeTo(0, 12) as number },
      { pair: [1, 2], value: expect.closeTo(0, 12) as number },
    ]);
  });

  it('needs two', () => {
    expect(interactions(1, [0, 3])).toEqual([]);
    expect(interactions(0, [0])).toEqual([]);
  });
});

describe('the rationale', () => {
  const item = (contribution: number, text: string, modality = 'vitals'): Evidence =>
    ({
      id: text,
      modality: modality as ModalityKind,
      kind: 'signal-window',
      contribution,
      text,
      pointer: { code: 'x', device: null, from: 0, to: 1 },
    }) as unknown as Evidence;
  const parts: RationaleParts = {
    probability: 0.234,
    interval: [0.18, 0.3],
    evidence: [item(0.9, 'Respiration rising, 17 to 22 /min'), item(-0.4, 'Temperature steady at 36.9 °C'), item(0.01, 'Pulse steady at 80 /min')],
    interactions: [{ modalities: ['vitals', 'chest-imaging'] as unknown as [ModalityKind, ModalityKind], value: 0.3 }],
    awaited: [{ modality: 'radiology-report' as ModalityKind, state: 'absent', expectedChange: 0.041 }],
  };

  it('says the number, the items that move it, and what is not there', () => {
    expect(rationale(parts)).toBe(
      'The score is 23 % (interval 18 % to 30 %). It is raised most by: Respiration rising, 17 to 22 /min (vitals). ' +
        'It is lowered most by: Temperature steady at 36.9 °C (vitals). Vitals and chest imaging together raise it beyond what each says alone. ' +
        'Not used: radiology report (absent). Of these, radiology report would change it most: by 4 percentage points on average.',
    );
  });

  it('quotes only what the evidence holds: every text in it is an item, whatever the items are', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.double({ min: -2, max: 2, noNaN: true }), fc.stringMatching(/^[a-z]{4,9}$/)), { maxLength: 8 }), (items) => {
        const text = rationale({ ...parts, evidence: items.map(([contribution, words]) => item(contribution, words)), interactions: [], awaited: [] });
        const quoted = [...text.matchAll(/([a-z]{4,9}) \(vitals\)/g)].map(([, words]) => words);
        for (const words of quoted) expect(items.map(([, known]) => known)).toContain(words);
        expect(quoted.length).toBeLessThanOrEqual(4);
      }),
    );
  });
});
