import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hours, instant, minus, plus, probability, type Instant, type Milliseconds } from '../kernel/index.ts';
import type { Assessment } from './assessment.ts';
import { CLEARED_BELOW, tierOf, withTier, type Tier } from './tier.ts';

const THRESHOLDS = { raised: probability(0.12), high: probability(0.25) };
const RANK = { usual: 0, raised: 1, high: 2 } as const;
const chance = fc.double({ min: 0, max: 1, noNaN: true });

function course(chances: readonly number[], held?: Tier): readonly Tier[] {
  const tiers: Tier[] = [];
  for (const one of chances) tiers.push(tierOf(one, THRESHOLDS, tiers.at(-1) ?? held));
  return tiers;
}

describe('the tier of a score', () => {
  it.each(['raised', 'high'] as const)('never flips while the chance wanders inside the band below %s', (tier) => {
    const top = THRESHOLDS[tier];
    const inside = fc.double({ min: CLEARED_BELOW * top, max: top, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(fc.array(inside, { minLength: 2, maxLength: 40 }), fc.constantFrom<Tier>('usual', 'raised', 'high'), (chances, held) => {
        expect(new Set(course(chances, held)).size).toBe(1);
      }),
    );
  });

  it('is never below what the chance alone says: a rise waits for nothing', () => {
    fc.assert(
      fc.property(fc.array(chance, { minLength: 1, maxLength: 40 }), (chances) => {
        course(chances).forEach((tier, at) => {
          expect(RANK[tier]).toBeGreaterThanOrEqual(RANK[tierOf(chances[at] ?? 0, THRESHOLDS)]);
        });
      }),
    );
  });

  it('falls as soon as the chance has left the band, whatever was held', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: CLEARED_BELOW * 0.12, maxExcluded: true, noNaN: true }), fc.constantFrom<Tier>('raised', 'high'), (low, held) => {
        expect(tierOf(low, THRESHOLDS, held)).toBe('usual');
      }),
    );
    expect(tierOf(0.19, THRESHOLDS, 'high')).toBe('raised');
  });
});

const NOW = instant(Date.UTC(2026, 10, 28));
const scored = (one: number, at: Instant, tier?: Tier, bundle = 'b') =>
  ({ bundle, asOf: at, outcome: { kind: 'scored', score: { probability: probability(one), tier } } }) as unknown as Assessment;

describe('what is held from the score before', () => {
  const after = (before: Assessment | undefined) => {
    const { outcome } = withTier(scored(0.11, NOW), THRESHOLDS, before);
    return outcome.kind === 'scored' ? outcome.score.tier : undefined;
  };
  const ago = (back: Milliseconds) => minus(NOW, back);

  it('its tier, for six hours and within one bundle; an abstention holds nothing', () => {
    expect(after(scored(0.13, ago(hours(1)), 'raised'))).toBe('raised');
    expect(after(scored(0.13, ago(hours(7)), 'raised'))).toBe('usual');
    expect(after(scored(0.13, ago(hours(1)), 'raised', 'another'))).toBe('usual');
    expect(after(scored(0.13, plus(NOW, hours(1)), 'raised'))).toBe('usual');
    expect(after({ ...scored(0.13, ago(hours(1))), outcome: { kind: 'abstained', abstention: { reason: 'stale-inputs', text: '' } } })).toBe('usual');
    expect(after(undefined)).toBe('usual');
  });
});
