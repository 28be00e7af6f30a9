import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRng } from '@concord/core/kernel';
import { FEATURE_OF, readReport, type Assertion } from '@concord/modalities/radiology-report';
import { chestSample } from './chest-sample.ts';
import { CONDITIONS } from './latent-state.ts';
import { chestFacts, phantomFindings, type ReportFact } from './report-facts.ts';
import { REPORT_STYLES, reportText, sentenceOf } from './report-text.ts';

const wish = fc.record({
  seed: fc.nat(1_000_000),
  severity: fc.double({ min: 0, max: 1, noNaN: true }),
  condition: fc.constantFrom(...CONDITIONS),
  style: fc.constantFrom(...REPORT_STYLES),
});

describe('a generated report', () => {
  it('is the same to the byte for the same seed', () => {
    fc.assert(
      fc.property(wish, ({ seed, ...rest }) => {
        const once = () => chestSample({ ...rest, rng: seededRng(seed) });
        expect(once()).toEqual(once());
      }),
    );
  });

  it('says every fact as it is, in whatever style, so that a reader finds it again', () => {
    fc.assert(
      fc.property(wish, ({ seed, condition, severity, style }) => {
        const { facts, text } = chestSample({ severity, condition, style, rng: seededRng(seed) });
        const report = readReport(text);
        const found = report.assertions.filter(({ sentence }) => report.sentences[sentence]?.section === 'findings');
        for (const fact of facts) {
          const meant: Assertion = fact.certainty;
          expect(
            found.some(({ finding, assertion }) => FEATURE_OF[finding] === fact.finding && assertion === meant),
            `${fact.finding} ${fact.certainty} in: ${text}`,
          ).toBe(true);
        }
      }),
    );
  });

  it('says of a fact without a place no place, and no half of one', () => {
    const rng = seededRng('placeless');
    for (const finding of ['opacity', 'consolidation', 'pneumonia', 'effusion', 'atelectasis', 'nodule'] as const) {
      for (let draw = 0; draw < 60; draw += 1) expect(sentenceOf({ finding, certainty: 'present' }, rng)).not.toMatch(/\bthe(?:[.,]| (?:with|compatible))/);
    }
  });

  it('never calls a finding present that its facts do not have', () => {
    const kin: Readonly<Record<string, readonly string[]>> = {
      opacity: ['consolidation', 'atelectasis', 'pneumonia', 'edema', 'nodule'],
      atelectasis: ['pneumonia'],
      nodule: ['nodule'],
      hyperinflation: ['emphysema'],
    };
    fc.assert(
      fc.property(wish, ({ seed, ...rest }) => {
        const { facts, text } = chestSample({ ...rest, rng: seededRng(seed) });
        const report = readReport(text);
        const meant = new Set(facts.filter(({ certainty }) => certainty === 'present' || certainty === 'possible').map(({ finding }): string => finding));
        for (const { finding: name, assertion, sentence } of report.assertions) {
          const finding = FEATURE_OF[name] ?? name;
          const section = report.sentences[sentence]?.section;
          if (assertion !== 'present' || (section !== 'findings' && section !== 'impression')) continue;
          expect(meant.has(finding) || (kin[finding] ?? []).some((other) => meant.has(other)), `${finding} in: ${text}`).toBe(true);
        }
      }),
    );
  });

  it('is no form letter: a thousand reports of one fact list are mostly different', () => {
    const facts: readonly ReportFact[] = [
      { finding: 'consolidation', certainty: 'present', side: 'right', zone: 'lower', extent: 'moderate', course: 'new' },
      { finding: 'effusion', certainty: 'present', side: 'right', extent: 'small' },
      { finding: 'pneumothorax', certainty: 'absent' },
      { finding: 'cardiomegaly', certainty: 'absent' },
    ];
    const texts = Array.from({ length: 1000 }, (_, seed) => reportText({ facts, condition: 'pneumonia', rng: seededRng(seed) }));
    expect(new Set(texts).size).toBeGreaterThan(900);
  });

  it('reads as prose: one capital at the head, one point at the end, no holes where a slot was empty', () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), fc.constantFrom(...CONDITIONS), fc.double({ min: 0, max: 1, noNaN: true }), (seed, condition, severity) => {
        const rng = seededRng(seed);
        for (const fact of chestFacts({ condition, severity, rng })) {
          const sentence = sentenceOf(fact, rng);
          expect(sentence).toMatch(/^[A-Z].*\.$/);
          expect(sentence).not.toMatch(/\s{2}|[[\]{}|]|\s[.,;]|,\.|\b(?:a [aeio]|an [^aeiou\s])|undefined/);
        }
      }),
    );
  });
});

describe('what is planted in the film', () => {
  it('is what the report calls present or possible, and nothing that it denies', () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), fc.constantFrom(...CONDITIONS), fc.double({ min: 0, max: 1, noNaN: true }), (seed, condition, severity) => {
        const rng = seededRng(seed);
        const facts = chestFacts({ condition, severity, rng });
        const shown = phantomFindings(facts, rng);
        expect(shown.some(({ kind }) => kind === 'effusion')).toBe(facts.some(({ finding, certainty }) => finding === 'effusion' && certainty !== 'absent'));
        expect(
          phantomFindings(
            facts.filter(({ certainty }) => certainty === 'absent' || certainty === 'historical'),
            rng,
          ),
        ).toEqual([]);
        for (const finding of shown) if (finding.kind === 'opacity') expect(finding.size >= 0.03 && finding.size <= 0.15 && finding.density <= 1).toBe(true);
      }),
    );
  });

  it('grows with severity', () => {
    const mean = (severity: number): number =>
      Array.from({ length: 400 }, (_, seed) => chestSample({ severity, condition: 'pneumonia', rng: seededRng(seed) }).findings.length).reduce(
        (a, b) => a + b,
        0,
      ) / 400;
    expect(mean(0.8)).toBeGreaterThan(mean(0.1) + 0.5);
  });

  it('names no view but that of the film it reads', () => {
    for (let seed = 0; seed < 40; seed += 1) {
      const text = (view: 'PA' | 'AP') => reportText({ facts: [], condition: 'pneumonia', style: 'prose', view, rng: seededRng(seed) }).split('\n')[0];
      expect(text('PA')).not.toMatch(/\bAP\b|portable/i);
      expect(text('AP')).not.toMatch(/\bPA\b/);
    }
  });
});
