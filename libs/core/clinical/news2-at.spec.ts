import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hours, instant, minus, minutes, type Instant } from '../kernel/index.ts';
import type { ModalityKind, PatientId, SourceId } from './identity.ts';
import { NEWS2_CODES, news2At } from './news2-at.ts';
import { NEWS2_PARAMETERS, type News2Parameter } from './news2.ts';
import type { Reading } from './stored.ts';
import type { Observation, PatientTimeline } from './timeline.ts';

const now = instant(Date.UTC(2026, 10, 24, 8));
const vitals = 'vitals' as ModalityKind;
let made = 0;

const reading = (code: string, value: number | string, at: Instant = minus(now, minutes(30))): Observation<Reading> => ({
  id: `o${String((made += 1)).padStart(6, '0')}`,
  effectiveAt: at,
  availableAt: at,
  value: { code, device: null, ...(typeof value === 'number' ? { number: value } : { text: value }) },
  sourceId: 'monitor' as SourceId,
});

const timeline = (observations: readonly Observation<Reading>[], birthDate: string | undefined = '1961-04-12'): PatientTimeline => ({
  patientId: 'p' as PatientId,
  revision: 1,
  demographics: [
    { id: 'd', effectiveAt: instant(0), availableAt: instant(0), value: { sex: 'female', ...(birthDate ? { birthDate } : {}) }, sourceId: 'adt' as SourceId },
  ],
  stays: [],
  streams: new Map([[vitals, { kind: vitals, observations }]]),
  withheld: [],
});

const normal: Readonly<Record<News2Parameter, (at?: Instant) => Observation<Reading>>> = {
  respiration: (at) => reading(NEWS2_CODES.respiration, 26, at),
  spo2: (at) => reading(NEWS2_CODES.spo2, 92, at),
  oxygen: (at) => reading(NEWS2_CODES.oxygenFlow, 2, at),
  systolic: (at) => reading(NEWS2_CODES.systolic, 108, at),
  pulse: (at) => reading(NEWS2_CODES.pulse, 112, at),
  consciousness: (at) => reading(NEWS2_CODES.consciousness, 'A', at),
  temperature: (at) => reading(NEWS2_CODES.temperature, 38.4, at),
};
const all = () => NEWS2_PARAMETERS.map((parameter) => normal[parameter]());

describe('NEWS2 of a patient', () => {
  it('has a total and a band when all seven are fresh', () => {
    const news2 = news2At(timeline(all()), now);
    expect(news2).toMatchObject({ total: 11, atLeast: 11, measured: 7, of: 7, band: 'emergency', singleThree: true, applies: true });
    expect(news2.parts.map(({ points }) => points)).toEqual([3, 2, 2, 1, 2, 0, 1]);
  });

  it('is a lower bound without a band for every one of the 127 incomplete patterns', () => {
    const whole = news2At(timeline(all()), now);
    for (let pattern = 0; pattern < 127; pattern += 1) {
      const kept = NEWS2_PARAMETERS.filter((_, bit) => (pattern & (1 << bit)) !== 0);
      const news2 = news2At(timeline(kept.map((parameter) => normal[parameter]())), now);
      expect(news2.total).toBeNull();
      expect(news2.band).toBeNull();
      expect(news2.measured).toBe(kept.length);
      expect(news2.atLeast).toBe(whole.parts.filter(({ parameter }) => kept.includes(parameter)).reduce((sum, { points }) => sum + (points ?? 0), 0));
      expect(news2.parts.filter(({ state }) => state === 'missing')).toHaveLength(7 - kept.length);
    }
  });

  it('counts a reading of exactly four hours ago, and no longer one second later', () => {
    const old = all().filter(({ value }) => value.code !== NEWS2_CODES.temperature);
    const atFourHours = news2At(timeline([...old, normal.temperature(minus(now, hours(4)))]), now);
    expect(atFourHours.total).toBe(11);
    const later = news2At(timeline([...old, normal.temperature(instant(now - hours(4) - 1000))]), now);
    expect(later).toMatchObject({ total: null, atLeast: 10, measured: 6 });
    expect(later.parts.at(-1)).toMatchObject({ parameter: 'temperature', state: 'stale', points: null });
  });

  it('takes the newest reading of a parameter, whatever the order they arrived in', () => {
    const values = fc.array(fc.tuple(fc.integer({ min: 0, max: 230 }), fc.integer({ min: 40, max: 180 })), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(values, (pairs) => {
        const unique = [...new Map(pairs).entries()];
        const observations = unique.map(([minutesAgo, pulse]) => reading(NEWS2_CODES.pulse, pulse, minus(now, minutes(minutesAgo))));
        const forward = news2At(timeline(observations), now);
        expect(news2At(timeline([...observations].reverse()), now)).toEqual(forward);
        expect(forward.parts.find(({ parameter }) => parameter === 'pulse')?.effectiveAt).toBe(now - Math.min(...unique.map(([ago]) => ago)) * 60_000);
      }),
    );
  });

  it('knows oxygen from a flow above 0 or more than 21 %, air from flow 0 or 21 %, and nothing from silence', () => {
    const oxygen = (...observations: Observation<Reading>[]) => news2At(timeline(observations), now).parts.find(({ parameter }) => parameter === 'oxygen');
    expect(oxygen(reading(NEWS2_CODES.oxygenFlow, 0.5))).toMatchObject({ state: 'fresh', points: 2 });
    expect(oxygen(reading(NEWS2_CODES.oxygenConcentration, 24))).toMatchObject({ state: 'fresh', points: 2 });
    expect(oxygen(reading(NEWS2_CODES.oxygenFlow, 0))).toMatchObject({ state: 'fresh', points: 0 });
    expect(oxygen(reading(NEWS2_CODES.oxygenConcentration, 21))).toMatchObject({ state: 'fresh', points: 0 });
    expect(oxygen()).toMatchObject({ state: 'missing', points: null });
    expect(oxygen(reading(NEWS2_CODES.oxygenFlow, 2, minus(now, minutes(90))), reading(NEWS2_CODES.oxygenConcentration, 21))).toMatchObject({ points: 0 });
  });

  it('uses SpO2 scale 2 only while it is prescribed and recorded', () => {
    const spo2 = [reading(NEWS2_CODES.spo2, 90), reading(NEWS2_CODES.oxygenFlow, 1)];
    const points = (...more: Observation<Reading>[]) => news2At(timeline([...spo2, ...more]), now).atLeast;
    expect(points()).toBe(5);
    expect(points(reading(NEWS2_CODES.spo2Scale2, 'true', minus(now, hours(60))))).toBe(2);
    expect(points(reading(NEWS2_CODES.spo2Scale2, 'true', minus(now, hours(60))), reading(NEWS2_CODES.spo2Scale2, 'false', minus(now, hours(2))))).toBe(5);
  });

  it('is not given under 16 years or in pregnancy', () => {
    for (const child of [
      news2At(timeline(all(), '2010-11-25'), now),
      news2At(timeline(all(), '2011'), now),
      news2At(timeline([...all(), reading(NEWS2_CODES.pregnancy, 'true', minus(now, hours(24 * 60)))]), now),
    ]) {
      expect(child).toMatchObject({ applies: false, total: null, atLeast: 0, band: null, singleThree: false });
      expect(child.parts.every(({ points }) => points === null)).toBe(true);
    }
    expect(news2At(timeline(all(), '2010-11-24'), now).applies).toBe(true);
    expect(news2At(timeline([...all(), reading(NEWS2_CODES.pregnancy, 'false')]), now).applies).toBe(true);
  });

  it('ignores words that are no level of consciousness', () => {
    expect(news2At(timeline([reading(NEWS2_CODES.consciousness, 'asleep')]), now).measured).toBe(0);
  });
});
