import { NEWS2_CODES, type Reading } from '@concord/core/clinical';
import { instant, type Instant } from '@concord/core/kernel';
import { drawTimes, valuesAt } from './blood-draws.ts';
import { severityAt, type LatentPlan } from './latent-state.ts';
import { hashNormal, hashUnit } from './noise.ts';
import { signsAt, type VitalSigns } from './vital-signs.ts';

/** One reading and when it was taken. */
export interface GeneratedReading {
  readonly effectiveAt: Instant;
  readonly reading: Reading;
}

/** What measures the patient, how often, and when it stops. */
export interface Monitoring {
  readonly monitor?: { readonly device: string; readonly everyMinutes: number };
  readonly wearable?: { readonly device: string; readonly everyMinutes: number };
  /** Ward rounds write cuff pressure and temperature; `full` adds consciousness, oxygen and, where no monitor counts, rates. */
  readonly rounds: 'full' | 'partial' | 'none';
  /** Hours between rounds when well; sicker patients are seen more often. */
  readonly roundHours: number;
  /** Nothing is measured before. */
  readonly from?: Instant;
  /** Nothing is measured from here on. */
  readonly until?: Instant;
  /** Prescribed target saturation 88-92 %: written once, on admission. */
  readonly scale2?: boolean;
}

export interface MonitoredPatient {
  readonly admittedAt: Instant;
  readonly plan: LatentPlan;
  readonly monitoring: Monitoring;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DIASTOLIC = '8462-4';

/**
 * Every reading with `from` < time ≤ `to`, in order of time. What one span yields does not depend on how it is cut: a
 * demo that was restarted goes on with the same course.
 */
export function readingsBetween(patient: MonitoredPatient, from: Instant, to: Instant): readonly GeneratedReading[] {
  const first = Math.max(from, (patient.monitoring.from ?? patient.admittedAt) - 1);
  const last = Math.min(to, patient.monitoring.until ?? to);
  return [...streams(patient), ...prescriptions(patient), bloodsOf(patient)]
    .flatMap((stream) => [...stream(first, last)])
    .sort((a, b) => a.effectiveAt - b.effectiveAt || (a.reading.code < b.reading.code ? -1 : 1));
}

type Stream = (after: number, upTo: number) => Iterable<GeneratedReading>;

function streams(patient: MonitoredPatient): readonly Stream[] {
  const { monitor, wearable, rounds } = patient.monitoring;
  return [
    ...(monitor === undefined ? [] : bedside(patient, monitor)),
    ...(wearable === undefined ? [] : worn(patient, wearable)),
    ...(rounds === 'none' ? [] : [roundsOf(patient)]),
  ];
}

function prescriptions({ admittedAt, monitoring }: MonitoredPatient): readonly Stream[] {
  if (monitoring.scale2 !== true) return [];
  const at = instant(admittedAt + 40 * MINUTE);
  return [(after, upTo) => (at > after && at <= upTo ? [{ effectiveAt: at, reading: { code: NEWS2_CODES.spo2Scale2, text: 'true', device: null } }] : [])];
}

interface Channel {
  readonly number: number;
  readonly code: string;
  readonly unit: string;
  readonly device: string;
  readonly everyMinutes: number;
  readonly sign: (signs: VitalSigns) => number;
  /** Standard deviation of one measurement. */
  readonly noise: number;
  /** Lowest and highest that the device shows. */
  readonly range: readonly [number, number];
  /** Error while the patient moves, and how often that is, per quarter of an hour. */
  readonly motion: { readonly error: number; readonly chance: number };
  /** Chance, per hour, that the sensor is off. */
  readonly off: number;
}

function bedside(patient: MonitoredPatient, { device, everyMinutes }: NonNullable<Monitoring['monitor']>): readonly Stream[] {
  const with_ = { device, everyMinutes, off: 0.03 };
  return [
    sampled(patient, { ...with_, ...HEART, noise: 1.5, motion: { error: 22, chance: 0.015 } }),
    sampled(patient, { ...with_, ...BREATHS, noise: 1, motion: { error: 8, chance: 0.02 } }),
    sampled(patient, { ...with_, ...SATURATION, noise: 0.5, motion: { error: -7, chance: 0.02 } }),
  ];
}

function worn(patient: MonitoredPatient, { device, everyMinutes }: NonNullable<Monitoring['wearable']>): readonly Stream[] {
  const with_ = { device, off: 0.12 };
  return [
    sampled(patient, { ...with_, ...HEART, number: 41, everyMinutes, noise: 3, motion: { error: 30, chance: 0.06 } }),
    sampled(patient, { ...with_, ...BREATHS, number: 42, everyMinutes: everyMinutes * 3, noise: 1.5, motion: { error: 6, chance: 0.05 } }),
    sampled(patient, { ...with_, ...SATURATION, number: 43, everyMinutes: everyMinutes * 3, noise: 1, motion: { error: -9, chance: 0.06 } }),
  ];
}

const HEART = { number: 31, code: NEWS2_CODES.pulse, unit: '/min', sign: (signs: VitalSigns) => signs.heartRate, range: [25, 220] } as const;
const BREATHS = { number: 32, code: NEWS2_CODES.respiration, unit: '/min', sign: (signs: VitalSigns) => signs.respiration, range: [5, 60] } as const;
const SATURATION = { number: 33, code: NEWS2_CODES.spo2, unit: '%', sign: (signs: VitalSigns) => signs.spo2, range: [60, 100] } as const;

/** A device that measures at even steps, with noise, motion and hours when its sensor is off. */
function sampled({ admittedAt, plan }: MonitoredPatient, channel: Channel): Stream {
  const step = channel.everyMinutes * MINUTE;
  const shift = Math.floor(hashUnit(plan.seed, channel.number, -1) * Math.min(step, 30_000));
  return function* samples(after, upTo) {
    const firstIndex = Math.max(0, Math.floor((after - admittedAt - shift) / step) + 1);
    for (let index = firstIndex; admittedAt + shift + index * step <= upTo; index += 1) {
      const effectiveAt = instant(admittedAt + shift + index * step);
      if (isOff(plan, channel, effectiveAt)) continue;
      yield {
        effectiveAt,
        reading: { code: channel.code, number: measured(plan, channel, { effectiveAt, index }), unit: channel.unit, device: channel.device },
      };
    }
  };
}

function measured(plan: LatentPlan, channel: Channel, { effectiveAt, index }: { readonly effectiveAt: Instant; readonly index: number }): number {
  const quarter = Math.floor(effectiveAt / (15 * MINUTE));
  const moves = hashUnit(plan.seed, channel.number + 100, quarter) < channel.motion.chance;
  const motion = moves ? channel.motion.error * (0.4 + hashUnit(plan.seed, channel.number + 200, index)) : 0;
  const [lowest, highest] = channel.range;
  const value = channel.sign(signsAt(plan, effectiveAt)) + channel.noise * hashNormal(plan.seed, channel.number, index) + motion;
  return Math.round(Math.min(highest, Math.max(lowest, value)));
}

function isOff(plan: LatentPlan, { number, off }: Channel, at: Instant): boolean {
  // One sensor box carries all channels of a device, so the draw ignores which channel asks.
  const box = Math.floor(number / 10) + 300;
  const hour = Math.floor(at / HOUR);
  if (hashUnit(plan.seed, box, hour) >= off) return false;
  const offMinutes = 15 + 40 * hashUnit(plan.seed, box + 1, hour);
  return (at % HOUR) / MINUTE < offMinutes;
}

/** The laboratory's answers, at the time of the draw. */
function bloodsOf({ admittedAt, plan }: MonitoredPatient): Stream {
  return function* bloods(after, upTo) {
    for (const { effectiveAt, index } of drawTimes(plan, admittedAt, upTo)) {
      if (effectiveAt <= after) continue;
      for (const { code, value, unit } of valuesAt(plan, effectiveAt, index)) yield { effectiveAt, reading: { code, number: value, unit, device: null } };
    }
  };
}

/** Rounds: more often the sicker the patient was at the last one. */
function roundsOf(patient: MonitoredPatient): Stream {
  return function* rounds(after, upTo) {
    for (const { effectiveAt, index } of roundTimes(patient, upTo)) {
      if (effectiveAt > after) yield* roundAt(patient, effectiveAt, index);
    }
  };
}

function* roundTimes({ admittedAt, plan, monitoring }: MonitoredPatient, upTo: number): Generator<{ readonly effectiveAt: Instant; readonly index: number }> {
  let at = admittedAt + 12 * MINUTE;
  for (let index = 0; at <= upTo; index += 1) {
    yield { effectiveAt: instant(at), index };
    const severity = severityAt(plan, instant(at));
    const gap = severity > 0.6 ? 1 : severity > 0.35 ? Math.min(2, monitoring.roundHours) : monitoring.roundHours;
    at += Math.round(gap * HOUR * (0.92 + 0.16 * hashUnit(plan.seed, 51, index)));
  }
}

function* roundAt({ plan, monitoring }: MonitoredPatient, effectiveAt: Instant, index: number): Generator<GeneratedReading> {
  const signs = signsAt(plan, effectiveAt);
  const jitter = (channel: number, size: number): number => size * hashNormal(plan.seed, channel, index);
  const number = (code: string, value: number, unit: string): GeneratedReading => ({ effectiveAt, reading: { code, number: value, unit, device: null } });
  yield number(NEWS2_CODES.systolic, Math.round(signs.systolic + jitter(52, 3)), 'mm[Hg]');
  yield number(DIASTOLIC, Math.round(signs.diastolic + jitter(53, 3)), 'mm[Hg]');
  yield number(NEWS2_CODES.temperature, Math.round((signs.temperature + jitter(54, 0.1)) * 10) / 10, 'Cel');
  if (monitoring.rounds === 'partial') return;
  yield number(NEWS2_CODES.oxygenFlow, signs.oxygenFlow, 'L/min');
  yield { effectiveAt, reading: { code: NEWS2_CODES.consciousness, text: signs.consciousness, device: null } };
  if (monitoring.monitor !== undefined) return;
  yield number(NEWS2_CODES.respiration, Math.round(signs.respiration + jitter(55, 1)), '/min');
  yield number(NEWS2_CODES.pulse, Math.round(signs.heartRate + jitter(56, 2)), '/min');
  yield number(NEWS2_CODES.spo2, Math.min(100, Math.round(signs.spo2 + jitter(57, 0.6))), '%');
}
