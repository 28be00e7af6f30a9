import { describe, expect, it } from 'vitest';
import { LOINC, hours, instant, minus } from '@concord/core/kernel';
import type { ObservationRecord, PatientRecord } from '@concord/core/ports';
import { news2ToWire } from '@concord/contracts';
import { lanesOf } from './lanes.ts';
import { news2Now } from './vital-signs.ts';

const now = instant(Date.parse('2026-11-24T12:00:00Z'));
const patient = { id: 'p', sourceId: 's', demographics: { birthDate: '1961-04-12', sex: 'female' } } as unknown as PatientRecord;

function reading(code: string, value: number | string, ageHours = 0.5, codeSystem: string = LOINC): ObservationRecord {
  const value_ = typeof value === 'number' ? { number: value, unit: '1' } : { text: value };
  return {
    id: code,
    code,
    codeSystem,
    effectiveAt: minus(now, hours(ageHours)),
    availableAt: now,
    modality: 'vitals',
    ...value_,
  } as unknown as ObservationRecord;
}

const seven = [
  reading('9279-1', 22),
  reading('2708-6', 93),
  reading('3151-8', 0),
  reading('8480-6', 105),
  reading('8867-4', 95),
  reading('80288-4', 'A'),
  reading('8310-5', 38.4),
];

describe('NEWS2 when a page is read', () => {
  it('is a total of seven fresh parameters', () => {
    expect(news2Now(patient, seven, now)).toMatchObject({ total: 7, atLeast: 7, measured: 7 });
  });

  it('is a lower bound once one of them is older than four hours', () => {
    const old = seven.map((one) => (one.code === '9279-1' ? reading('9279-1', 22, 4.1) : one));
    expect(news2Now(patient, old, now)).toMatchObject({ total: null, atLeast: 5, measured: 6 });
  });

  it('does not use a reading ahead of its time', () => {
    expect(news2Now(patient, [reading('9279-1', 30, -0.05)], now)).toMatchObject({ measured: 0, atLeast: 0 });
  });

  it('reads the prescription of scale 2 in either form in which it is stored', () => {
    const scale2 = (code: string, system: string) => news2Now(patient, [reading('2708-6', 90), reading(code, 'true', 100, system)], now).atLeast;
    expect(scale2('https://concord.example/fhir/CodeSystem/news2#spo2-scale-2', '')).toBe(0);
    expect(scale2('spo2-scale-2', 'https://concord.example/fhir/CodeSystem/news2')).toBe(0);
    expect(news2Now(patient, [reading('2708-6', 90)], now).atLeast).toBe(3);
  });

  it('shows a lane for every sign, with points and age of the newest reading', () => {
    const readings = [reading('9279-1', 22, 5), reading('8867-4', 95)];
    const lanes = lanesOf([], readings, news2ToWire(news2Now(patient, readings, now)));
    expect(lanes.map(({ label }) => label)).toEqual(['Respiration', 'SpO2', 'Heart rate', 'Systolic pressure', 'Temperature', 'Oxygen', 'Consciousness']);
    expect(lanes[0]?.latest).toMatchObject({ value: 22, stale: true });
    expect(lanes[2]?.latest).toMatchObject({ value: 95, points: 1, stale: false });
    expect(lanes[1]?.latest).toBeNull();
  });
});
