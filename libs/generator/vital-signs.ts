import { instant, type Instant } from '@concord/core/kernel';
import { hoursFrom, severityAt, type Condition, type LatentPlan } from './latent-state.ts';
import { hashUnit, smoothNoise } from './noise.ts';

/** Signs of a moment as the body has them, before any device measures them. */
export interface VitalSigns {
  /** /min */
  readonly heartRate: number;
  /** /min */
  readonly respiration: number;
  /** % */
  readonly spo2: number;
  /** mm[Hg] */
  readonly systolic: number;
  /** mm[Hg] */
  readonly diastolic: number;
  /** Cel */
  readonly temperature: number;
  /** L/min of supplemental oxygen; 0 on air. */
  readonly oxygenFlow: number;
  readonly consciousness: 'A' | 'C' | 'V';
}

/** How strongly severity moves each sign; 1 is the full swing below. */
interface Response {
  readonly heartRate: number;
  readonly respiration: number;
  readonly spo2: number;
  readonly pressure: number;
  readonly temperature: number;
  readonly mind: number;
}

const RESPONSE: Readonly<Record<Condition, Response>> = {
  pneumonia: { heartRate: 0.7, respiration: 1, spo2: 1, pressure: 0.5, temperature: 0.9, mind: 0.5 },
  sepsis: { heartRate: 1, respiration: 0.85, spo2: 0.5, pressure: 1, temperature: 1, mind: 1 },
  'heart-failure': { heartRate: 0.6, respiration: 0.9, spo2: 0.9, pressure: 0.15, temperature: 0, mind: 0.3 },
  copd: { heartRate: 0.6, respiration: 0.85, spo2: 0.75, pressure: 0.1, temperature: 0.2, mind: 0.8 },
  'after-surgery': { heartRate: 1, respiration: 0.5, spo2: 0.35, pressure: 1, temperature: 0.25, mind: 0.5 },
};

/** Change of a sign from health to the worst. */
const SWING = { heartRate: 56, respiration: 16, spo2: -12, systolic: -52, temperature: 2.6 } as const;

/** Saturation below which oxygen is given, and what one litre lifts it by. */
const OXYGEN_BELOW = 92;
const PERCENT_PER_LITRE = 0.8;
const FLOWS = [2, 3, 4, 6, 8, 10] as const;

const CHANNEL = { heartRate: 11, respiration: 12, spo2: 13, systolic: 14, temperature: 15, pulsePressure: 16, own: 20 } as const;

/** The signs at a moment; the same plan and moment give the same signs. */
export function signsAt(plan: LatentPlan, at: Instant): VitalSigns {
  const severity = severityAt(plan, at);
  const own = (index: number): number => hashUnit(plan.seed, CHANNEL.own, index);
  const response = RESPONSE[plan.condition];
  const hours = hoursFrom(plan.anchor, at);
  const wave = (channel: number, scaleHours: number): number => smoothNoise(plan.seed, channel, hours / scaleHours);
  const night = Math.cos((2 * Math.PI * (((at / 3_600_000) % 24) - 3)) / 24);
  const systolic = 116 + 24 * own(3) + SWING.systolic * response.pressure * severity + 4 * wave(CHANNEL.systolic, 1.5) - 4 * night;
  const flow = flowAt(plan, at);
  const air = airSaturation(plan, severity) + 0.5 * wave(CHANNEL.spo2, 0.4);
  return {
    heartRate: 64 + 20 * own(0) + SWING.heartRate * response.heartRate * severity + 2.5 * wave(CHANNEL.heartRate, 0.5) - 4 * night,
    respiration: 13.5 + 3 * own(1) + SWING.respiration * response.respiration * severity + 0.8 * wave(CHANNEL.respiration, 0.4),
    spo2: Math.min(flow > 0 ? 97 : 99, air + PERCENT_PER_LITRE * flow),
    systolic,
    diastolic: systolic * (0.55 + 0.08 * own(4)) + 2 * wave(CHANNEL.pulsePressure, 1.5),
    temperature: 36.4 + 0.4 * own(5) + SWING.temperature * response.temperature * severity + 0.15 * wave(CHANNEL.temperature, 3) - 0.2 * night,
    oxygenFlow: flow,
    consciousness: mind(severity * response.mind),
  };
}

function airSaturation({ condition, seed }: LatentPlan, severity: number): number {
  const healthy = condition === 'copd' ? 93.6 : 96.4 + 1.8 * hashUnit(seed, CHANNEL.own, 2);
  return healthy + SWING.spo2 * RESPONSE[condition].spo2 * severity;
}

/** Oxygen is set at the half hour, from how the patient was then; the noise of a moment does not turn the valve. */
function flowAt(plan: LatentPlan, at: Instant): number {
  const set = instant(Math.floor(at / 1_800_000) * 1_800_000);
  const target = plan.condition === 'copd' ? 88 : OXYGEN_BELOW;
  const lacking = target - airSaturation(plan, severityAt(plan, set));
  if (lacking <= 0) return 0;
  return FLOWS.find((flow) => flow * PERCENT_PER_LITRE >= lacking) ?? 10;
}

function mind(burden: number): VitalSigns['consciousness'] {
  if (burden > 0.82) return 'V';
  return burden > 0.72 ? 'C' : 'A';
}
