import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const models = new URL('../../infra/models/', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, models), 'utf8');
const { current } = JSON.parse(read('active.json')) as { readonly current: string };

interface Metric {
  readonly name: string;
  readonly head: string;
  readonly pattern: readonly string[];
  readonly interval: readonly [number, number] | null;
  readonly data: string;
}
interface Manifest {
  readonly metrics: readonly Metric[];
  readonly calibrations: readonly { readonly head: string; readonly pattern: readonly string[] }[];
}
const manifest = JSON.parse(read(`${current}/manifest.json`)) as Manifest;

interface Curve {
  readonly head: string;
  readonly goal: number;
  readonly reached: number;
  readonly points: readonly { readonly patients: number }[];
}
interface LabReport {
  readonly learningCurves: readonly Curve[];
  readonly silence: readonly { readonly head: string; readonly kept: boolean }[];
}
const lab = JSON.parse(readFileSync(new URL('../../apps/lab/predictions/icu-report.json', import.meta.url), 'utf8')) as LabReport;

const QUESTIONS = ['decline-6h', 'decline-12h', 'decline-24h', 'sepsis-6h', 'hospital-mortality'];

describe('what a steward reads of the served bundle', () => {
  it('has a page that judges each question it answers, and the films', () => {
    const titles = [...read(`${current}/report.html`).matchAll(/<h2 id="([^"]+)"/g)].map(([, id]) => id);
    expect(titles).toEqual(
      expect.arrayContaining([
        'physiological-decline-6h',
        'physiological-decline-12h',
        'physiological-decline-24h',
        'sepsis-6h',
        'hospital-mortality',
        'pneumonia',
      ]),
    );
  });

  it('says with each figure from patients set aside or assembled how sure it is', () => {
    const judged = manifest.metrics.filter(({ data }) => /set aside|assembled/.test(data));
    expect(judged.filter(({ interval }) => interval === null)).toEqual([]);
    const assembled = manifest.calibrations.filter(({ pattern }) => pattern.includes('chest-imaging') || pattern.includes('radiology-report'));
    expect(assembled.length).toBeGreaterThan(0);
    for (const { head, pattern } of assembled) {
      const own = judged.filter((metric) => metric.head === head && metric.pattern.join() === pattern.join()).map(({ name }) => name);
      expect(own.sort(), `${head} ${pattern.join('+')}`).toEqual(['auroc', 'observedExpected', 'slope']);
    }
  });

  it('says of each question how it grew with the patients that taught it, so that a goal out of reach is seen to be so', () => {
    const card = read(`${current}/model-card.md`);
    for (const head of QUESTIONS) {
      const curve = lab.learningCurves.find((own) => own.head === head);
      const counts = curve?.points.map(({ patients }) => patients) ?? [];
      expect(counts.length, head).toBeGreaterThanOrEqual(4);
      expect(counts, head).toEqual([...counts].sort((a, b) => a - b));
      expect(card).toContain(
        `| ${head} | ${curve?.goal.toFixed(3) ?? ''} | ${curve?.reached.toFixed(3) ?? ''} | ${counts[0]?.toLocaleString('en-GB') ?? ''}: `,
      );
    }
  });

  // The product has no such silence; a question where it would help both classes would owe it to them.
  it('says of each question that silence on the least sure hours would harm a class, so nobody sick is passed over as uncertain', () => {
    expect(lab.silence.map(({ head }) => head).sort()).toEqual([...QUESTIONS].sort());
    expect(lab.silence.filter(({ kept }) => kept)).toEqual([]);
  });
});
