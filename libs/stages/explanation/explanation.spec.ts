import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EvidenceDraft, ModalityKind } from '@concord/core/clinical';
import { assertConserved, coalitionsOf, explain, shapley } from './index.ts';

const weight = fc.double({ min: -5, max: 5, noNaN: true });
const draft = (contribution: number): EvidenceDraft => ({ kind: 'joint', pointer: null, contribution, text: 'part' });

describe('Shapley values', () => {
  it('sum to what all players add, whatever the game', () => {
    fc.assert(
      fc.property(fc.array(weight, { minLength: 8, maxLength: 8 }), (values) => {
        const sum = shapley(3, values).reduce((total, value) => total + value, 0);
        expect(sum).toBeCloseTo(values[7]! - values[0]!, 9);
      }),
    );
  });

  it('of an additive game are the weights themselves', () => {
    fc.assert(
      fc.property(weight, weight, weight, (a, b, c) => {
        const values = coalitionsOf([a, b, c]).map((part) => part.reduce((total, value) => total + value, -3));
        shapley(3, values).forEach((value, player) => {
          expect(value).toBeCloseTo([a, b, c][player]!, 9);
        });
      }),
    );
  });

  it('share an interaction equally, and give nothing to a modality that changes nothing', () => {
    const values = coalitionsOf(['signs', 'film', 'idle']).map((part) => (part.includes('signs') && part.includes('film') ? 1 : 0));
    expect(shapley(3, values)).toEqual([0.5, 0.5, 0].map((value) => expect.closeTo(value, 12) as number));
  });
});

describe('evidence', () => {
  it('sums to the logit when leave-one-out items do not, because a joint item carries the rest', () => {
    fc.assert(
      fc.property(fc.array(weight, { maxLength: 12 }), weight, weight, (parts, share, baseline) => {
        const evidence = explain([{ modality: 'vitals' as ModalityKind, shapley: share, drafts: parts.map(draft) }]);
        expect(() => {
          assertConserved(evidence, baseline, baseline + share);
        }).not.toThrow();
        expect(new Set(evidence.map(({ id }) => id)).size).toBe(evidence.length);
      }),
    );
  });

  it('that does not add up never leaves', () => {
    expect(() => {
      assertConserved(explain([{ modality: 'vitals' as ModalityKind, shapley: 1, drafts: [] }]), -3, -1.9);
    }).toThrow(/sums to the logit/);
  });
});
