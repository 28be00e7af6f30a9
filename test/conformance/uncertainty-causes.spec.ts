import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Assess, Assessment, ImageValue } from '@concord/core/clinical';
import { hours, minus, minutes, plus, seededRng, type Milliseconds } from '@concord/core/kernel';
import { chestSample, labValues, signsAt } from '@concord/generator';
import { modalities } from '@concord/modalities/registry';
import { readReport } from '@concord/modalities/radiology-report';
import { createAssess } from '@concord/pipeline/assess';
import { physiologicalDecline } from '@concord/tasks/physiological-decline';
import { NOON, patient } from '@concord/testing';
import { drawnFilm, openModel, sha256, type TestModel } from '../model.ts';

const DAY = physiologicalDecline.find(({ id }) => id.endsWith('24h'))!;
const SEEDS = [1, 2, 3, 4];
/** Halvings in the search for a severity: to half a hundredth. */
const STEPS = 7;
/** Severity of a patient whose sources agree; sick enough that every cause has room to move. */
const MILD = 0.2;
const SICKER = 0.3;
/** How many times its own part moves as far as any other. */
const TIMES = 3;

let model: TestModel;
let films: Map<string, ImageValue>;
beforeAll(async () => {
  model = await openModel();
  films = new Map();
});
afterAll(() => model.runner.close());

type Parts = { readonly [Part in 'data' | 'model' | 'conflict' | 'missing']: number };
/** Severity that each source shows; of one hidden state all are the same. Absent: not measured. */
interface Shown {
  readonly signs: number;
  readonly report?: number;
  readonly film?: number;
  readonly labs?: number;
}

const all = (severity: number): Shown => ({ signs: severity, report: severity, film: severity });

/** Signs by the hour, a written report, a drawn film through the image modality, a blood panel: what the doors would have kept. */
function timelineOf({ signs, report, film, labs }: Shown, seed: number, { clock = 0 as Milliseconds } = {}) {
  const plan = { seed, condition: 'pneumonia', course: 'stable', rest: signs, peak: signs, turn: [0, 1], anchor: NOON } as const;
  let built = patient();
  for (let back = 12; back >= 1; back -= 1) {
    const at = minus(NOON, hours(back));
    const { heartRate: pulse, ...rest } = signsAt(plan, at);
    const { respiration, spo2, systolic, diastolic, temperature } = rest;
    built = built.signs(plus(at, clock), { pulse, respiration, spo2, systolic, diastolic, temperature });
  }
  const chest = (severity: number) => chestSample({ severity, condition: 'pneumonia', rng: seededRng(`chest-${String(seed)}`) });
  if (report !== undefined) {
    const { text } = chest(report);
    built = built.report(minus(NOON, hours(2)), text, { derived: readReport(text) });
  }
  if (film !== undefined) {
    const key = `${String(film)} ${String(seed)}`;
    const drawn = films.get(key) ?? drawnFilm(chest(film).findings, seed);
    films.set(key, drawn);
    built = built.image(minus(NOON, hours(2)), drawn);
  }
  if (labs !== undefined) {
    const panel = labValues({ severity: labs, rng: seededRng(`labs-${String(seed)}`) });
    built = built.labs(minus(NOON, hours(3)), Object.fromEntries(panel.map(({ code, value }) => [code, value])));
  }
  return built.build();
}

interface Way {
  readonly assess?: Assess;
  readonly clock?: Milliseconds;
}

interface Answer {
  readonly parts: Parts;
  readonly probability: number;
}

/** Undefined where nobody is asked: who scores high already is not at risk. */
async function asked(shown: Shown, seed: number, { assess = model.assess, clock = 0 as Milliseconds }: Way = {}): Promise<Answer | undefined> {
  const [assessment] = await assess({ timeline: timelineOf(shown, seed, { clock }), asOf: NOON, tasks: [DAY] });
  const outcome = (assessment as Assessment).outcome;
  if (outcome.kind !== 'scored') return undefined;
  const { missing, ...parts } = outcome.explanation!.uncertainty;
  return { parts: { ...parts, missing: missing ?? 0 }, probability: outcome.score.probability };
}

async function answer(shown: Shown, seed: number, way?: Way): Promise<Answer> {
  const answered = await asked(shown, seed, way);
  if (answered === undefined) throw new Error('not scored');
  return answered;
}

/** The answer about a patient whose severity is such that the score is `wanted` again, whatever else is known of them. */
async function sameRisk(wanted: number, shown: (severity: number) => Shown, seed: number): Promise<Answer> {
  let found = await answer(shown(0), seed);
  let [low, high] = [0, 0.6];
  for (let step = 0; step < STEPS; step += 1) {
    const severity = (low + high) / 2;
    const next = await asked(shown(severity), seed);
    if (next !== undefined && Math.abs(next.probability - wanted) < Math.abs(found.probability - wanted)) found = next;
    if (next !== undefined && next.probability < wanted) low = severity;
    else high = severity;
  }
  return found;
}

const movement = (before: Answer, after: Answer): Parts => ({
  data: after.parts.data - before.parts.data,
  model: after.parts.model - before.parts.model,
  conflict: after.parts.conflict - before.parts.conflict,
  missing: after.parts.missing - before.parts.missing,
});

const PARTS = ['data', 'model', 'conflict', 'missing'] as const;
const mean = (rows: readonly Parts[]): Parts => {
  const of = (part: keyof Parts): number => rows.reduce((sum, row) => sum + Math.abs(row[part]), 0) / rows.length;
  return { data: of('data'), model: of('model'), conflict: of('conflict'), missing: of('missing') };
};

async function change(cause: (seed: number) => Promise<readonly [before: Answer, after: Answer]>): Promise<readonly Parts[]> {
  const rows = [];
  for (const seed of SEEDS) rows.push(movement(...(await cause(seed))));
  return rows;
}

/** Its own part grows in every patient, and on average by several times what any other part moves. */
function movesAlone(rows: readonly Parts[], own: keyof Parts): void {
  expect(Math.min(...rows.map((row) => row[own])), own).toBeGreaterThan(0);
  const moved = mean(rows);
  const others = PARTS.filter((part) => part !== own).map((part) => moved[part]);
  expect(moved[own] / Math.max(...others), JSON.stringify(moved)).toBeGreaterThan(TIMES);
}

describe('the uncertainty of a score moves with its own cause and with no other, from signs, report and film of one patient', () => {
  it('data: the whole patient comes nearer to the middle of the risk, and every source says so', async () => {
    movesAlone(await change(async (seed) => [await answer(all(MILD), seed), await answer(all(SICKER), seed)]), 'data');
  });

  it('conflict: the chest is sick and the signs are well, at the risk of a patient whose sources agree', async () => {
    const rows = await change(async (seed) => {
      const against = await answer({ signs: 0, report: 0.95, film: 0.95 }, seed);
      return [await sameRisk(against.probability, all, seed), against];
    });
    movesAlone(rows, 'conflict');
  });

  it('model: the map was fitted on a tenth of the patients; what is told of the data follows by a tenth, for the mean of wider draws is another', async () => {
    const thin = {
      ...model.bundle,
      calibrations: model.bundle.calibrations.map((one) => ({ ...one, covariance: one.covariance.map((value) => 10 * value) as [number, number, number] })),
    };
    const assess = createAssess({ plugins: modalities, bundle: thin, runner: model.runner, hash: sha256 });
    for (const seed of SEEDS) {
      const [{ parts: before }, { parts: after }] = [await answer(all(MILD), seed), await answer(all(MILD), seed, { assess })];
      expect(after.model / before.model).toBeGreaterThan(5);
      expect(Math.abs(after.data / before.data - 1)).toBeLessThan(0.15);
      expect([after.conflict, after.missing]).toEqual([before.conflict, before.missing]);
    }
  });

  it('missing information: the report is not there yet, at the same risk', async () => {
    const rows = await change(async (seed) => {
      const before = await answer(all(MILD), seed);
      return [before, await sameRisk(before.probability, (signs) => ({ signs }), seed)];
    });
    movesAlone(rows, 'missing');
  });
});

describe('a clock of the signs that is wrong', () => {
  it.each([-60, -5, 5])('by %i minutes moves the chance by less than five points; further ahead no door takes it', async (ahead) => {
    for (const seed of SEEDS) {
      const right = await answer(all(SICKER), seed);
      const wrong = await answer(all(SICKER), seed, { clock: minutes(ahead) });
      expect(Math.abs(wrong.probability - right.probability)).toBeLessThan(0.05);
      expect(wrong.probability).not.toBe(right.probability);
    }
  });
});
