import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import type { ModalityStream, PatientId, Reading, ReceivedCoded, ReceivedQuantity, Sha256, SourceId } from '@concord/core/clinical';
import { hours, LOINC, minus, minutes, plus } from '@concord/core/kernel';
import { CALM, NOON, patient, type TimelineBuilder } from '@concord/testing';
import { CHANNELS, vitals } from './index.ts';

const arrival = {
  sourceId: 'monitor' as SourceId,
  subject: '00000000-0000-4000-8000-0000000000aa' as PatientId,
  blob: 'a'.repeat(64) as Sha256,
  effectiveAt: NOON,
  receivedAt: plus(NOON, minutes(1)),
};
const quantity = (code: string, value: number, unit: string): ReceivedQuantity => ({
  ...arrival,
  kind: 'quantity',
  code: { system: LOINC, code },
  value,
  unit,
});
const coded = (code: string, value: string, system = LOINC): ReceivedCoded => ({ ...arrival, kind: 'coded', code: { system, code }, value });
const readingOf = (received: ReceivedQuantity | ReceivedCoded): Reading | string => {
  const seen = vitals.observe(received);
  return seen.ok ? (seen.value[0]?.value ?? 'nothing') : seen.error.kind;
};
const streamOf = (timeline: TimelineBuilder) => timeline.build().streams.get(vitals.kind) as ModalityStream<Reading>;

describe('a sign that arrives', () => {
  it.each([
    ['8310-5', 98.6, '[degF]', 37],
    ['8310-5', 102.56, '[degF]', 39.2],
    ['8310-5', 310.15, 'K', 37],
    ['8480-6', 14.6655, 'kPa', 110],
    ['8480-6', 12.2656, 'kPa', 92],
    ['8867-4', 1.5, '/s', 90],
    ['8867-4', 72, '{beats}/min', 72],
    ['9279-1', 18, '{breaths}/min', 18],
    ['59408-5', 0.97, '1', 97],
    ['2708-6', 97, '%', 97],
    ['3151-8', 2, 'L/min', 2],
  ])('reads %s %s %s as %s in its canonical unit', (code, value, unit, number) => {
    expect(readingOf(quantity(code, value, unit))).toMatchObject({ number });
  });

  it.each([
    ['a unit outside UCUM', quantity('8867-4', 77, '[furlong_bogus]'), 'unsupported-unit'],
    ['another dimension', quantity('8867-4', 77, 'kg'), 'unsupported-unit'],
    ['no unit at all', quantity('8867-4', 77, ''), 'unsupported-unit'],
    ['a name of Object.prototype as unit', quantity('8867-4', 77, 'constructor'), 'unsupported-unit'],
    ['a negative pulse', quantity('8867-4', -5, '/min'), 'impossible-value'],
    ['a temperature in Fahrenheit said to be Celsius', quantity('8310-5', 98.6, 'Cel'), 'impossible-value'],
    ['a saturation above 100 %', quantity('2708-6', 104, '%'), 'impossible-value'],
    ['a number that is none', quantity('8867-4', Number.NaN, '/min'), 'unsupported-unit'],
    ['consciousness in unknown words', coded('80288-4', 'fine'), 'unreadable'],
  ])('is refused with %s', (_, received, kind) => {
    expect(readingOf(received)).toBe(kind);
  });

  it('is kept as it was sent when the unit is canonical, without rounding', () => {
    expect(readingOf(quantity('9279-1', 17.55, '/min'))).toMatchObject({ number: 17.55 });
  });

  it('keeps consciousness as a letter and SpO2 scale 2 under the joined code', () => {
    expect(readingOf(coded('67775-7', 'Responds to voice'))).toMatchObject({ code: '80288-4', text: 'V' });
    expect(readingOf(coded('spo2-scale-2', 'true', 'https://concord.example/fhir/CodeSystem/news2'))).toMatchObject({
      code: 'https://concord.example/fhir/CodeSystem/news2#spo2-scale-2',
      text: 'true',
    });
  });
});

describe('whether signs can speak', () => {
  it('they are absent when nothing was measured', () => {
    expect(vitals.readiness({ kind: vitals.kind, observations: [] }, NOON)).toEqual({ kind: 'absent' });
  });

  it('they are stale after six hours, and turn so at the moment that was promised', () => {
    const stream = streamOf(patient().hourly(8, CALM));
    const turns = vitals.staleAt(stream)!;
    expect(vitals.readiness(stream, minus(turns, minutes(1))).kind).toBe('ready');
    expect(vitals.readiness(stream, turns)).toEqual({ kind: 'stale', newest: NOON });
  });
});

describe('hourly windows', () => {
  const cell = (data: Float32Array, channel: number, step: number) => [...data.slice((channel * 24 + step) * 3, (channel * 24 + step) * 3 + 3)];

  it('carry the last value forward, say how old it is, and leave what was never measured unknown', () => {
    const { data, tokenMask, tokenAgeHours } = vitals.align(streamOf(patient().signs(minus(NOON, hours(3)), { pulse: 88 })), NOON);
    expect(cell(data, 0, 23)).toEqual([88, 1, 3]);
    expect(cell(data, 0, 20)).toEqual([88, 1, 0]);
    expect(cell(data, 0, 19)).toEqual([0, 0, 0]);
    expect([...tokenMask]).toEqual([1, 0, 0, 0, 0, 0]);
    expect(tokenAgeHours[0]).toBe(3);
  });

  it('take the middle of the newest three samples, so that one spike does not count', () => {
    const stream = streamOf(
      patient()
        .signs(minus(NOON, minutes(20)), { spo2: 97 })
        .signs(minus(NOON, minutes(10)), { spo2: 61 })
        .signs(NOON, { spo2: 96 }),
    );
    expect(cell(vitals.align(stream, NOON).data, CHANNELS.indexOf('2708-6'), 23)).toEqual([96, 1, 0]);
  });

  it('forget what is older than a day', () => {
    expect([...vitals.align(streamOf(patient().signs(minus(NOON, hours(24)), CALM)), NOON).tokenMask]).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it('never hold a value where the mask says unknown, whatever was measured when', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ back: fc.integer({ min: 0, max: 40 * 60 }), pulse: fc.integer({ min: 30, max: 200 }) }), { maxLength: 40 }),
        (samples) => {
          const ordered = [...samples].sort((a, b) => b.back - a.back);
          const stream = streamOf(
            ordered.reduce((built, { back, pulse }) => built.signs(minus(NOON, minutes(back)), { pulse }), patient().signs(minus(NOON, hours(50)), CALM)),
          );
          const { data } = vitals.align(stream, NOON);
          for (let at = 0; at < data.length; at += 3) if (data[at + 1] === 0) expect([data[at], data[at + 2]]).toEqual([0, 0]);
        },
      ),
    );
  });
});

describe('reasons', () => {
  it('say which way a sign goes and point to a window that holds its first and newest sample', () => {
    const stream = streamOf(
      patient()
        .signs(minus(NOON, hours(4)), { respiration: 17 })
        .signs(NOON, { respiration: 22, pulse: 80 }),
    );
    const [pulse, respiration] = vitals.attribute(stream, NOON, Float32Array.of(0.1, 0.4, 0, 0, 0, 0));
    expect(respiration).toMatchObject({
      kind: 'signal-window',
      text: 'Respiration rising, 17 to 22 /min',
      pointer: { code: '9279-1', from: minus(NOON, hours(4)), to: NOON },
    });
    expect(respiration?.contribution).toBeCloseTo(0.4);
    expect(pulse?.text).toBe('Pulse steady at 80 /min');
  });

  it('never reassure with a sign of danger: where one lowers the chance, it says what it is by itself', () => {
    const texts = (signs: Parameters<TimelineBuilder['signs']>[1], contribution: number): readonly string[] =>
      vitals.attribute(streamOf(patient().signs(NOON, signs)), NOON, new Float32Array(6).fill(contribution)).map(({ text }) => text);
    expect(texts({ respiration: 30 }, -0.3)).toEqual(['Respiration steady at 30 /min, by itself NEWS2 3']);
    expect(texts({ respiration: 30 }, 0.3)).toEqual(['Respiration steady at 30 /min']);
    expect(texts({ respiration: 22 }, -0.3)).toEqual(['Respiration steady at 22 /min']);
    // 88 % is where a patient on scale 2 belongs.
    expect(texts({ spo2: 88 }, -0.3)).toEqual(['SpO2 steady at 88%']);
    expect(texts({ spo2: 82 }, -0.3)).toEqual(['SpO2 steady at 82%, by itself NEWS2 3']);
  });
});
