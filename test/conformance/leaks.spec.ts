import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ModalityStream, Observation, PatientTimeline, Reading, RiskTask, SourceId } from '@concord/core/clinical';
import { hours, minus, minutes, plus, seededRng, type Milliseconds } from '@concord/core/kernel';
import { hospitalMortality } from '@concord/tasks/hospital-mortality';
import { tasks } from '@concord/tasks/registry';
import { BLOODS, CALM, NOON, patient } from '@concord/testing';
import { drawnFilm, openModel, REPORT, type TestModel } from '../model.ts';

let model: TestModel;
beforeAll(async () => {
  model = await openModel();
});
afterAll(() => model.runner.close());

type Asked = readonly RiskTask[];
/** Questions that may be asked at the same moments. */
const QUESTIONS: readonly (readonly [name: string, asked: Asked])[] = [
  ['decline and sepsis', tasks.filter(({ id }) => id !== hospitalMortality.id)],
  ['death in hospital', [hospitalMortality]],
];
const isAtHour48 = (asked: Asked): boolean => asked.includes(hospitalMortality);

/** Enough stays to meet every branch, few enough for seconds; each is asked with every reason for its score. */
const RUNS = { numRuns: 6 };
const FILM = drawnFilm();
const SIGNS: readonly (readonly [code: string, unit: string, from: number, to: number])[] = [
  ['8867-4', '/min', 45, 140],
  ['9279-1', '/min', 8, 34],
  ['2708-6', '%', 84, 100],
  ['8480-6', 'mm[Hg]', 80, 190],
  ['8310-5', 'Cel', 35, 39.5],
];

/** A stay with irregular signs and bloods, a report and a film; at hour 48 of intensive care for the question that is asked only then. */
function stay(seed: number, asked: Asked, admittedBack: Milliseconds = hours(isAtHour48(asked) ? 48 : 20)): PatientTimeline {
  const rng = seededRng(seed);
  let built = patient()
    .admitted(minus(NOON, admittedBack), 'icu')
    .hourly(3, CALM, minus(NOON, hours(12)))
    .hourly(2, CALM)
    .labs(minus(NOON, hours(6)), BLOODS)
    .report(minus(NOON, hours(3)), REPORT)
    .image(minus(NOON, hours(4)), FILM);
  for (let index = 0; index < 25; index += 1) {
    const [code, unit, from, to] = SIGNS[Math.floor(rng.next() * SIGNS.length)]!;
    built = built.observation('vitals' as never, reading(code, unit, from + rng.next() * (to - from), minus(NOON, minutes(Math.floor(rng.next() * 16 * 60)))));
  }
  return built.build();
}

function reading(code: string, unit: string, number: number, at = NOON): Observation<Reading> {
  return {
    id: `${code}-${String(at)}-${number}`,
    effectiveAt: at,
    availableAt: at,
    value: { code, number, unit, device: 'monitor-1' },
    sourceId: 'monitor' as SourceId,
  };
}

const withStream = (timeline: PatientTimeline, change: (stream: ModalityStream) => readonly Observation[]): PatientTimeline => ({
  ...timeline,
  streams: new Map([...timeline.streams].map(([kind, stream]) => [kind, { kind, observations: change(stream) }])),
});

/** The whole answer: score, reasons, states, when it turns stale. */
async function answer(timeline: PatientTimeline, asked: Asked): Promise<string> {
  const answers = await model.assess({ timeline, asOf: NOON, tasks: asked });
  expect(answers.map(({ outcome }) => outcome.kind)).toEqual(asked.map(() => 'scored'));
  return JSON.stringify(answers);
}

/** Scores and reasons alone, without what names the inputs. */
async function score(timeline: PatientTimeline, asked: Asked): Promise<string> {
  const answers = JSON.parse(await answer(timeline, asked)) as readonly { readonly outcome: unknown }[];
  return JSON.stringify(answers.map(({ outcome }) => outcome));
}

describe.each(QUESTIONS)('%s: no score changes', (_, asked) => {
  const holds = (property: (seed: number) => Promise<void>) => fc.assert(fc.asyncProperty(fc.integer({ min: 1, max: 1e6 }), property), { ...RUNS, seed: 7 });

  it('when rows of the future are appended to the record, however sick', async () => {
    await holds(async (seed) => {
      const timeline = stay(seed, asked);
      const doomed = Array.from({ length: 6 }, (__, hour) => reading('2708-6', '%', 70, plus(NOON, hours(hour + 1))));
      const longer = withStream(timeline, ({ kind, observations }) => (String(kind) === 'vitals' ? [...observations, ...doomed] : observations));
      expect(await answer(longer, asked)).toBe(await answer(timeline, asked));
    });
  });

  it('when the record is longer to the past: what lies more than two days back is told by nothing', async () => {
    await holds(async (seed) => {
      const timeline = stay(seed, asked);
      const old = Array.from({ length: 30 }, (__, hour) => reading('8867-4', '/min', 150, minus(NOON, hours(49 + hour))));
      const longer = withStream(timeline, ({ kind, observations }) => (String(kind) === 'vitals' ? [...old, ...observations] : observations));
      expect(await score(longer, asked)).toBe(await score(timeline, asked));
    });
  });

  it('with the hour of admission, as long as the question may be asked', async () => {
    await holds(async (seed) => {
      const moved = isAtHour48(asked) ? minutes(48 * 60 + (seed % 60)) : hours(7 + (seed % 41));
      expect(await score(stay(seed, asked, moved), asked)).toBe(await score(stay(seed, asked), asked));
    });
  });

  it('with the order in which the record arrived', async () => {
    await holds(async (seed) => {
      const timeline = stay(seed, asked);
      const rng = seededRng(seed + 1);
      const shuffled = withStream(timeline, ({ observations }) =>
        observations
          .map((one) => ({ one, key: rng.next() }))
          .sort((a, b) => a.key - b.key)
          .map(({ one }) => one),
      );
      const turned = { ...shuffled, streams: new Map([...shuffled.streams].reverse()) };
      expect(await answer(turned, asked)).toBe(await answer(timeline, asked));
    });
  });

  it('when the whole stay lies at another hour of another day of the same year of life', async () => {
    await holds(async (seed) => {
      const by = minutes((seed % 40) * 24 * 60 + (seed % 1440));
      const timeline = stay(seed, asked);
      const move = <V>(one: Observation<V>): Observation<V> => ({ ...one, effectiveAt: plus(one.effectiveAt, by), availableAt: plus(one.availableAt, by) });
      const moved = {
        ...withStream(timeline, ({ observations }) => observations.map(move)),
        stays: timeline.stays.map((one) => ({ ...move(one), value: { ...one.value, start: plus(one.value.start, by) } })),
      };
      const logits = async (one: PatientTimeline, at = NOON) =>
        (await model.assess({ timeline: one, asOf: at, tasks: asked })).map(({ outcome }) => (outcome.kind === 'scored' ? outcome.score.logit : outcome));
      expect(await logits(moved, plus(NOON, by))).toEqual(await logits(timeline));
    });
  });
});

describe('death in hospital, asked again within its hour', () => {
  it('does not move while nothing new was measured, and does when something was', async () => {
    const logitAt = async (timeline: PatientTimeline, later: number) => {
      const [answered] = await model.assess({ timeline, asOf: plus(NOON, minutes(later)), tasks: [hospitalMortality] });
      return answered?.outcome.kind === 'scored' ? answered.outcome.score.logit : undefined;
    };
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 1e6 }), fc.integer({ min: 1, max: 59 }), async (seed, later) => {
        const timeline = stay(seed, [hospitalMortality]);
        expect(await logitAt(timeline, later)).toBe(await logitAt(timeline, 0));
      }),
      { ...RUNS, seed: 11 },
    );
    const timeline = stay(3, [hospitalMortality]);
    const worse = withStream(timeline, ({ kind, observations }) =>
      String(kind) === 'vitals' ? [...observations, reading('8480-6', 'mm[Hg]', 62, plus(NOON, minutes(20)))] : observations,
    );
    expect(await logitAt(worse, 30)).not.toBe(await logitAt(timeline, 30));
  });
});

describe.each(QUESTIONS)('%s: a check that would see a leak', (_, asked) => {
  it('the same record with one worse reading now has another score', async () => {
    const timeline = stay(3, asked);
    const worse = withStream(timeline, ({ kind, observations }) => (String(kind) === 'vitals' ? [...observations, reading('2708-6', '%', 70)] : observations));
    expect(await score(worse, asked)).not.toBe(await score(timeline, asked));
  });
});
