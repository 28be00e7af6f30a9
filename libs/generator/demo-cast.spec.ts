import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ageYears, NEWS2_CODES, news2At, type ModalityKind, type PatientId, type PatientTimeline, type SourceId } from '@concord/core/clinical';
import { days, hours, instant, minus, plus, type Instant } from '@concord/core/kernel';
import { readReport } from '@concord/modalities/radiology-report';
import { demoCast, demoReadings, type DemoPatient } from './demo-cast.ts';

const anchor = instant(Date.UTC(2026, 10, 24, 18));
const cast = demoCast({ seed: 1, anchor });
const special = (kind: DemoPatient['special']): DemoPatient => {
  const found = cast.find((patient) => patient.special === kind);
  if (found === undefined) throw new Error(`no ${String(kind)} in the cast`);
  return found;
};
const vitals = 'vitals' as ModalityKind;
const known = (patient: DemoPatient, at: Instant): PatientTimeline => ({
  patientId: patient.key as PatientId,
  revision: 1,
  demographics: [
    { id: 'd', effectiveAt: instant(0), availableAt: instant(0), value: { sex: patient.sex, birthDate: patient.birthDate }, sourceId: 'demo' as SourceId },
  ],
  stays: [],
  withheld: [],
  streams: new Map([
    [
      vitals,
      {
        kind: vitals,
        observations: demoReadings(patient, patient.admittedAt, at).map(({ effectiveAt, reading }, index) => ({
          id: String(index),
          effectiveAt,
          availableAt: effectiveAt,
          value: reading,
          sourceId: 'demo' as SourceId,
        })),
      },
    ],
  ]),
});
const news2 = (patient: DemoPatient, at: Instant = anchor) => news2At(known(patient, at), at);

describe('the cast of the demo', () => {
  it('is the same to the byte for the same seed, and another for the next', () => {
    expect(demoCast({ seed: 1, anchor })).toEqual(cast);
    expect(demoCast({ seed: 2, anchor })[0]?.reports).not.toEqual(cast[0]?.reports);
  });

  it('has no report that names another view than its film, which would look like somebody else’s', () => {
    const titles = [1, 2, 3].flatMap((seed) => demoCast({ seed, anchor }).flatMap(({ reports }) => reports.map(({ text }) => text.split('\n')[0])));
    expect(titles.length).toBeGreaterThan(40);
    expect(titles.filter((title) => title === undefined || /\bPA\b/.test(title))).toEqual([]);
  });

  it('has at least 24 patients in two wards, each with a name, a record number and a bed of its own', () => {
    expect(cast.length).toBeGreaterThanOrEqual(24);
    expect(new Set(cast.map(({ wardId }) => wardId))).toEqual(new Set(['ward-a', 'ward-b']));
    for (const of of ['key', 'mrn', 'family', 'bed'] as const) expect(new Set(cast.map((patient) => patient[of])).size, of).toBe(cast.length);
    const uids = cast.flatMap(({ images }) => images.flatMap((image) => [image.studyInstanceUid, image.seriesInstanceUid, image.sopInstanceUid]));
    expect(new Set(uids).size).toBe(uids.length);
    for (const uid of uids) expect(uid).toMatch(/^2\.25\.[1-9]\d{0,38}$/);
    for (const { admittedAt } of cast) {
      expect(admittedAt).toBeLessThanOrEqual(minus(anchor, days(1)));
      expect(admittedAt).toBeGreaterThanOrEqual(minus(anchor, days(4)));
    }
  });

  it('shows every course, every way of measuring, and every state that a screen has to draw', () => {
    expect(new Set(cast.map(({ plan }) => plan.course))).toEqual(new Set(['stable', 'slow-decline', 'sudden-decline', 'recovering']));
    const devices = cast.map(({ monitoring }) => `${monitoring.monitor ? 'monitor' : ''} ${monitoring.wearable ? 'wearable' : ''}`.trim());
    expect(new Set(devices)).toEqual(new Set(['monitor', 'wearable', 'monitor wearable', '']));
    const chest = cast.map(({ reports, images }) => `${String(reports.length)}${String(images.length)}`);
    expect(new Set(chest)).toEqual(new Set(['00', '11', '10', '01']));
    expect(cast.some(({ reports }) => reports.some(({ status }) => status === 'preliminary'))).toBe(true);
  });

  it('has one patient under 18, for whom NEWS2 was not made', () => {
    const child = special('under-age');
    expect(ageYears({ sex: child.sex, birthDate: child.birthDate }, anchor)).toBe(15);
    expect(news2(child).applies).toBe(false);
    expect(cast.filter((patient) => (ageYears({ sex: patient.sex, birthDate: patient.birthDate }, anchor) ?? 0) < 18)).toEqual([child]);
  });

  it('has one whose signs are all fresh and who needs someone now, and still does hours later', () => {
    for (const later of [0, 1, 3, 8]) {
      expect(news2(special('complete-emergency'), plus(anchor, hours(later))), `${String(later)} h`).toMatchObject({ measured: 7, band: 'emergency' });
    }
  });

  it('has one whose signs have stopped, one with hardly any, and one with a prescribed saturation', () => {
    expect(news2(special('stale'))).toMatchObject({ measured: 0 });
    expect(demoReadings(special('stale'), anchor, plus(anchor, hours(12)))).toEqual([]);
    expect(demoReadings(special('too-little'), minus(anchor, days(4)), anchor).length).toBeLessThanOrEqual(8);
    expect(demoReadings(special('scale-2'), minus(anchor, days(4)), anchor).filter(({ reading }) => reading.code === NEWS2_CODES.spo2Scale2)).toHaveLength(1);
  });

  it('has one whose report sees nothing where the film shows much', () => {
    const conflict = special('conflict');
    expect(conflict.images[0]?.findings.map(({ kind }) => kind)).toEqual(['opacity', 'effusion']);
    const said = readReport(conflict.reports[0]?.text ?? '').assertions;
    expect(said.every(({ assertion }) => assertion === 'absent')).toBe(true);
    expect(said.map(({ finding }) => finding)).toContain('effusion');
  });

  it('elsewhere says in the report what the film shows', () => {
    for (const { special: kind, reports, images, bed } of cast) {
      if (kind === 'conflict' || reports[0] === undefined || images[0] === undefined) continue;
      const said = readReport(reports[0].text)
        .assertions.filter(({ assertion }) => assertion === 'present' || assertion === 'possible')
        .map(({ finding }) => finding);
      const shown = new Set(images[0].findings.map(({ kind: finding }) => finding));
      if (shown.has('effusion')) expect(said, bed).toContain('effusion');
      if (shown.has('cardiomegaly')) expect(said, bed).toContain('cardiomegaly');
      if (shown.has('opacity'))
        expect(
          said.some((finding) => ['opacity', 'consolidation', 'atelectasis', 'nodule'].includes(finding)),
          bed,
        ).toBe(true);
    }
  });
});

describe('a course', () => {
  it('is the same however the time is cut, so that a demo that restarts goes on', () => {
    const at = fc.integer({ min: -30 * 60, max: 600 }).map((minutes) => instant(anchor + minutes * 60_000));
    fc.assert(
      fc.property(fc.constantFrom(...cast), at, at, at, (patient, a, b, c) => {
        const [from, middle, to] = [a, b, c].sort((x, y) => x - y) as [Instant, Instant, Instant];
        const whole = demoReadings(patient, from, to);
        expect([...demoReadings(patient, from, middle), ...demoReadings(patient, middle, to)]).toEqual(whole);
        for (const { effectiveAt } of whole) expect(effectiveAt > from && effectiveAt <= to).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  it('never shows what no body has, and never two values of one sign at one moment from one device', () => {
    const range = {
      '8867-4': [20, 230],
      '9279-1': [4, 65],
      '2708-6': [55, 100],
      '8480-6': [50, 230],
      '8462-4': [25, 140],
      '8310-5': [34, 41.5],
      '3151-8': [0, 15],
    } as const;
    for (const patient of cast) {
      const readings = demoReadings(patient, patient.admittedAt, plus(anchor, hours(6)));
      for (const { reading } of readings) {
        const bounds = Object.entries(range).find(([code]) => code === reading.code)?.[1];
        if (reading.number === undefined || bounds === undefined) continue;
        const [low, high] = bounds;
        expect(reading.number >= low && reading.number <= high, `${patient.bed} ${reading.code} ${String(reading.number)}`).toBe(true);
      }
      const keys = readings.map(({ effectiveAt, reading }) => `${String(effectiveAt)} ${reading.code} ${reading.device ?? ''}`);
      expect(new Set(keys).size).toBe(keys.length);
    }
  });

  it('that declines scores higher at the end than a day before, and one that recovers lower', () => {
    const mean = (patient: DemoPatient, from: number, to: number): number => {
      const at = Array.from({ length: 7 }, (_, step) => plus(anchor, hours(from + ((to - from) * step) / 6)));
      return at.reduce((sum, moment) => sum + news2(patient, moment).atLeast, 0) / at.length;
    };
    for (const patient of cast.filter(({ plan, monitoring }) => plan.course !== 'stable' && monitoring.rounds === 'full')) {
      const [before, after] = [mean(patient, -24, -20), mean(patient, turned(patient), turned(patient) + 4)];
      if (patient.plan.course === 'recovering') expect(after, patient.bed).toBeLessThanOrEqual(before + 1);
      else expect(after, patient.bed).toBeGreaterThan(before + 1);
    }
  });
});

/** Hours from the anchor when the turn is over. */
function turned(patient: DemoPatient): number {
  return Math.max(0, patient.plan.turn[1]);
}
