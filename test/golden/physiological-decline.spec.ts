import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Assessment } from '@concord/core/clinical';
import { hours, minus } from '@concord/core/kernel';
import { physiologicalDecline } from '@concord/tasks/physiological-decline';
import { CALM, NOON, patient } from '@concord/testing';
import { drawnFilm, openModel, REPORT, type TestModel } from '../model.ts';

const FILE = new URL('./physiological-decline.json', import.meta.url);
const WORSE = { respiration: 22, spo2: 96, systolic: 112, diastolic: 66, pulse: 116, temperature: 37.4 };

/** Frozen patients. A change of a number here is a change of what a ward reads: it needs a new bundle, never a new golden file alone. */
const PATIENTS = {
  'calm, signs alone': patient()
    .admitted(minus(NOON, hours(12)), 'ward')
    .hourly(10, CALM),
  'worse within the hour': patient()
    .admitted(minus(NOON, hours(12)), 'icu')
    .hourly(9, CALM, minus(NOON, hours(1)))
    .signs(NOON, WORSE),
  'signs, report and film': patient()
    .admitted(minus(NOON, hours(12)), 'ward')
    .hourly(10, CALM)
    .report(minus(NOON, hours(1)), REPORT)
    .image(minus(NOON, hours(2)), drawnFilm()),
  'three hours only': patient().hourly(3, CALM),
};

let model: TestModel;
beforeAll(async () => {
  model = await openModel();
});
afterAll(() => model.runner.close());

/** Everything but what names the machine, and what only puts the same figures into other words. */
function frozen({ pins: { runtime: _, ...pins }, outcome, ...assessment }: Assessment): unknown {
  const told = outcome.kind === 'scored' ? { kind: outcome.kind, score: outcome.score, evidence: outcome.evidence } : outcome;
  return JSON.parse(JSON.stringify({ ...assessment, outcome: told, pins }));
}

/** Numbers may differ by 1e-5 on another class of processor (DESIGN 5); everything else is exact. */
function near(value: unknown): unknown {
  if (typeof value === 'number' && !Number.isInteger(value)) return expect.closeTo(value, 4) as unknown;
  if (Array.isArray(value)) return value.map(near);
  if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, near(item)]));
  return value;
}

describe('frozen patients', () => {
  it.each(Object.entries(PATIENTS))('%s', async (name, built) => {
    const seen = (await model.assess({ timeline: built.build(), asOf: NOON, tasks: physiologicalDecline })).map(frozen);
    const all = existsSync(FILE) ? (JSON.parse(readFileSync(FILE, 'utf8')) as Record<string, unknown>) : {};
    if (process.env['CONCORD_GOLDEN'] === 'write') writeFileSync(FILE, `${JSON.stringify({ ...all, [name]: seen }, null, 1)}\n`);
    else expect(seen).toEqual(near(all[name]));
  });

  it('the golden file was made with the bundle that is served', () => {
    const all = JSON.parse(readFileSync(FILE, 'utf8')) as Record<string, readonly { bundle: string }[]>;
    expect(Object.values(all).flatMap((list) => list.map(({ bundle }) => bundle))).toEqual(Array.from({ length: 12 }, () => model.bundle.id));
  });
});
