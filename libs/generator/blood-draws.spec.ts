import { describe, expect, it } from 'vitest';
import { hours, instant, minus, plus } from '@concord/core/kernel';
import { ANALYTES } from '@concord/modalities/labs';
import { demoCast, demoReadings, type DemoPatient } from './demo-cast.ts';

const anchor = instant(Date.UTC(2026, 10, 24, 18));
const cast = demoCast({ seed: 24, anchor });
const CODES: ReadonlySet<string> = new Set(ANALYTES.map(({ code }) => code));
const bloods = (patient: DemoPatient, from = patient.admittedAt, to = anchor) =>
  demoReadings(patient, from, to).filter(({ reading }) => CODES.has(reading.code));
const newest = (patient: DemoPatient, code: string): number => bloods(patient).findLast(({ reading }) => reading.code === code)?.reading.number ?? Number.NaN;
const of = (condition: string, course: string) => cast.filter(({ plan }) => plan.condition === condition && plan.course === course && plan.peak > 0.6);

describe('blood of the demo patients', () => {
  it('is drawn of everybody who is measured, within what the door of the labs takes', () => {
    for (const patient of cast.filter(({ monitoring }) => monitoring.from === undefined)) {
      expect(bloods(patient).length, patient.key).toBeGreaterThan(0);
      for (const { reading } of bloods(patient)) {
        const [low, high] = ANALYTES.find(({ code }) => code === reading.code)!.possible;
        expect(reading.number).toBeGreaterThanOrEqual(low);
        expect(reading.number).toBeLessThanOrEqual(high);
      }
    }
  });

  it('tells of a sepsis that takes hold: lactate and white cells up, platelets down', () => {
    const [septic, calm] = [of('sepsis', 'sudden-decline')[0]!, cast.find(({ plan }) => plan.course === 'stable' && plan.rest < 0.25)!];
    expect(newest(septic, '2524-7')).toBeGreaterThan(newest(calm, '2524-7'));
    expect(newest(septic, '777-3')).toBeLessThan(newest(calm, '777-3'));
  });

  it('goes on the same however the time is cut: a demo that was restarted draws no blood twice', () => {
    const [patient] = cast;
    const middle = minus(anchor, hours(11));
    const cut = [...bloods(patient!, patient!.admittedAt, middle), ...bloods(patient!, middle, plus(anchor, hours(9)))];
    expect(cut).toEqual(bloods(patient!, patient!.admittedAt, plus(anchor, hours(9))));
  });
});
