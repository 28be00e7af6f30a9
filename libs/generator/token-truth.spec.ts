import fc from 'fast-check';
import { sigmoid } from '@concord/core/kernel';
import { describe, expect, it } from 'vitest';
import { expectation, givenSeen } from './token-gaussian.ts';
import {
  optimalGame,
  optimalLogit,
  optimalWhereAbsenceSpeaks,
  pairEvidence,
  TOKEN_DESIGN,
  TOKEN_HEADS,
  TOKEN_SOURCES,
  tokenCohort,
  type TokenHead,
  type TokenPatient,
  type TokenSource,
} from './index.ts';

const cohort = [...tokenCohort({ seed: 'truth', count: 12_000, measured: 'complete' })];
const SUBSETS = Array.from({ length: 8 }, (_, bits) => TOKEN_SOURCES.filter((_source, place) => (bits >> place) & 1));

/** Patients sorted by what the truth says, in groups of equal size: in each the event must happen as often as it says. */
function worstGap(patients: readonly TokenPatient[], head: TokenHead, logitOf: (patient: TokenPatient) => number): number {
  const rows = patients
    .filter(({ labels }) => labels[head] !== null)
    .map((patient) => ({ chance: sigmoid(logitOf(patient)), happened: patient.labels[head] ?? 0 }))
    .sort((a, b) => a.chance - b.chance);
  const size = Math.ceil(rows.length / 8);
  const gaps = Array.from({ length: 8 }, (_, group) => rows.slice(group * size, (group + 1) * size)).map((group) => {
    const expected = group.reduce((sum, { chance }) => sum + chance, 0) / group.length;
    const spread = Math.sqrt(group.reduce((sum, { chance }) => sum + chance * (1 - chance), 0)) / group.length;
    return Math.abs(group.reduce((sum, { happened }) => sum + happened, 0) / group.length - expected) / (spread + 1e-4);
  });
  return Math.max(...gaps);
}

describe('the truth about patients of tokens', () => {
  it.each(TOKEN_HEADS)('is calibrated for %s on every set of sources: events happen as often as it says', (head) => {
    // The largest of 64 standard normal gaps lies beyond 4.2 in about one of six hundred cohorts.
    for (const seen of SUBSETS)
      expect(
        worstGap(cohort, head, (patient) => optimalLogit(patient, seen, head)),
        seen.join('+'),
      ).toBeLessThan(4.2);
  });

  it('knows that an absence speaks where the sick are measured more', () => {
    const asTheyCome = [...tokenCohort({ seed: 'absence', count: 14_000, measured: 'by-severity' })];
    for (const seen of SUBSETS.slice(1)) {
      const own = asTheyCome.filter(({ measured }) => measured.join() === seen.join());
      expect(
        worstGap(own, 'outcome', (patient) => optimalWhereAbsenceSpeaks(patient, seen)),
        seen.join('+'),
      ).toBeLessThan(4);
    }
    const aloneInPractice = asTheyCome.filter(({ measured }) => measured.join() === 'vitals');
    expect(worstGap(aloneInPractice, 'outcome', (patient) => optimalLogit(patient, ['vitals'], 'outcome'))).toBeGreaterThan(3);
  });

  it('never changes with what is not seen, and is the prior when nothing is', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 400 }), fc.integer({ min: 0, max: 7 }), fc.constantFrom(...TOKEN_HEADS), (row, bits, head) => {
        const seen = SUBSETS[bits] ?? [];
        const patient = cohort[row]!;
        const garbage = Object.fromEntries(
          TOKEN_SOURCES.map((source) => [
            source,
            seen.includes(source) ? patient.sources[source] : { data: patient.sources[source].data.map(() => 99), ageHours: patient.sources[source].ageHours },
          ]),
        ) as TokenPatient['sources'];
        expect(optimalLogit({ sources: garbage }, seen, head)).toBe(optimalLogit(patient, seen, head));
      }),
    );
    for (const head of TOKEN_HEADS) expect(new Set(cohort.slice(0, 50).map((patient) => optimalLogit(patient, [], head))).size).toBe(1);
  });

  it('gives two bits no weight apart and all of it together', () => {
    for (const patient of cohort.slice(0, 200)) {
      const [none, signs, , , film] = optimalGame(patient, TOKEN_SOURCES, 'interaction');
      expect([none, signs, film]).toEqual([0, 0, 0]);
    }
    expect(Math.abs(optimalLogit(cohort[0]!, TOKEN_SOURCES, 'interaction'))).toBeGreaterThan(2);
  });

  it('gives a source that carries nothing exactly nothing', () => {
    for (const patient of cohort.slice(0, 200)) {
      const game = optimalGame(patient, TOKEN_SOURCES, 'report-alone');
      const report = 1 << TOKEN_SOURCES.indexOf('radiology-report');
      game.forEach((value, bits) => {
        expect(value).toBe(game[bits & report]);
      });
    }
  });

  it('finds the film of a report among strangers as well as anyone can', () => {
    const linked = [...tokenCohort({ seed: 'pairs', count: 100, measured: 'complete', mislink: 0 })];
    const ranks = linked.map(({ sources }) => {
      const own = pairEvidence(sources['radiology-report'], sources['chest-imaging']);
      return linked.filter((other) => pairEvidence(sources['radiology-report'], other.sources['chest-imaging']) > own).length;
    });
    expect(ranks.filter((rank) => rank < 10).length).toBeGreaterThan(80);
  });
});

describe('patients of tokens', () => {
  it('are the same for the same seed, and others for another', () => {
    const first = (seed: string): readonly number[] => [...([...tokenCohort({ seed, count: 3, measured: 'at-random' })][2]?.sources.vitals.data ?? [])];
    expect(first('a')).toEqual(first('a'));
    expect(first('a')).not.toEqual(first('b'));
  });

  it('are measured at random, or more when they are sick', () => {
    const severityOf = (how: 'at-random' | 'by-severity', source: TokenSource): number => {
      const own = [...tokenCohort({ seed: 'how', count: 4_000, measured: how })].filter(({ measured }) => measured.includes(source));
      return own.reduce((sum, { severity }) => sum + severity, 0) / own.length;
    };
    expect(Math.abs(severityOf('at-random', 'chest-imaging'))).toBeLessThan(0.08);
    expect(severityOf('by-severity', 'chest-imaging')).toBeGreaterThan(0.3);
  });

  it('have a mislinked report as often as the design says, and then no outcome of their own', () => {
    const mislinked = cohort.filter(({ labels }) => labels.mislink === 1);
    expect(mislinked.length / cohort.length).toBeCloseTo(TOKEN_DESIGN.mislink, 1);
    expect(mislinked.every(({ labels }) => labels.outcome === null && labels.discordance === null)).toBe(true);
  });
});

describe('conditioning of normal numbers', () => {
  it('agrees with the formula for one look', () => {
    fc.assert(
      fc.property(fc.double({ min: -3, max: 3, noNaN: true }), fc.double({ min: 0.1, max: 4, noNaN: true }), (x, noise) => {
        const { mean, variance } = givenSeen([[1 + noise]], [1], [x]);
        expect(mean).toBeCloseTo(x / (1 + noise), 10);
        expect(variance).toBeCloseTo(noise / (1 + noise), 10);
      }),
    );
    expect(givenSeen([], [], [])).toEqual({ mean: 0, variance: 1 });
  });

  it('integrates a normal density to machine precision', () => {
    expect(expectation({ mean: 0.7, variance: 4 }, () => 1)).toBeCloseTo(1, 8);
    expect(expectation({ mean: 0.7, variance: 4 }, (value) => value * value)).toBeCloseTo(4.49, 6);
  });
});
