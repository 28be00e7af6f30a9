import type { WireAssessment, WireEvidence } from '@concord/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { relatedTo, tagsById, waterfall } from './waterfall.ts';
import { contributionWords } from './words.ts';

const joint = (id: string, contribution: number): WireEvidence => ({ id, modality: 'vitals', kind: 'joint', contribution, pointer: null, text: id });
const signal = (id: string, from: string, to: string): WireEvidence => ({
  id,
  modality: 'vitals',
  kind: 'signal-window',
  contribution: 0.3,
  pointer: { code: '9279-1', device: null, from, to },
  text: id,
});
const scored = (baselineLogit: number, evidence: readonly WireEvidence[]): WireAssessment => ({
  id: 'a',
  patientId: 'p',
  task: 'physiological-decline-24h',
  explanation: null,
  evidenceVersion: 1,
  asOf: '2026-11-23T02:12:00Z',
  bundle: 'b',
  status: 'preliminary',
  outcome: 'scored',
  reason: null,
  reasonText: null,
  probability: 0.3,
  interval: [0.2, 0.4],
  logit: baselineLogit + evidence.reduce((sum, item) => sum + item.contribution, 0),
  baselineLogit,
  calibrationId: 'c',
  pattern: ['vitals'],
  evidenceLevel: 'transferred',
  tier: 'raised',
  modalities: { used: ['vitals'], stale: [], absent: [], withheld: [], unused: [] },
  unusedReasons: [],
  shapley: [],
  news2: { total: null, atLeast: 0, measured: 0, of: 7, band: null, singleThree: false, applies: true, parts: [] },
  evidence: [...evidence],
});

describe('the Why bars', () => {
  it('add up to the logit, however many reasons there are', () => {
    fc.assert(
      fc.property(fc.double({ min: -6, max: 6, noNaN: true }), fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { maxLength: 30 }), (start, sizes) => {
        const assessment = scored(
          start,
          sizes.map((size, index) => joint(String(index), size)),
        );
        const { steps, end } = waterfall(assessment);
        expect(end).toBeCloseTo(assessment.logit ?? Number.NaN, 6);
        expect(steps.length).toBeLessThanOrEqual(8);
        expect(steps.reduce((sum, step) => sum + step.count, 0)).toBe(sizes.length);
      }),
    );
  });

  it('put the strongest first, whether it raises or lowers', () => {
    const { steps } = waterfall(scored(-2, [joint('little', 0.1), joint('lowers', -0.9), joint('raises', 0.5)]));
    expect(steps.map((step) => step.item?.id)).toEqual(['lowers', 'raises', 'little']);
    expect(tagsById(steps).get('lowers')).toBe(1);
  });
});

describe('a long list of reasons', () => {
  it('still names the strongest place of each source, so that no score ends in a heap', () => {
    const image: WireEvidence = {
      id: 'region',
      modality: 'chest-imaging',
      kind: 'image-region',
      contribution: 0.01,
      text: 'region',
      pointer: { sopInstanceUid: '1.2', frame: 1, box: [0, 0, 9, 9] },
    };
    const { steps } = waterfall(scored(-2, [...Array.from({ length: 12 }, (_, index) => joint(String(index), 0.5)), image]));
    expect(steps.map((step) => step.item?.id)).toContain('region');
    expect(steps.at(-1)?.count).toBe(6);
  });
});

describe('reasons that belong together', () => {
  it('are windows of the same hours', () => {
    const selected = signal('a', '2026-11-23T00:00:00Z', '2026-11-23T02:00:00Z');
    const same = signal('b', '2026-11-23T00:30:00Z', '2026-11-23T02:00:00Z');
    const other = signal('c', '2026-11-22T00:00:00Z', '2026-11-22T02:00:00Z');
    expect([...relatedTo(selected, [selected, same, other])]).toEqual(['b']);
  });
});

describe('the strength of a reason in words', () => {
  it.each([
    [0.6, 'raises a lot'],
    [0.59, 'raises'],
    [0.25, 'raises'],
    [0.24, 'raises a little'],
    [-0.7, 'lowers a lot'],
    [-0.12, 'lowers a little'],
  ])('%d is "%s"', (contribution, words) => {
    expect(contributionWords(contribution)).toBe(words);
  });
});
