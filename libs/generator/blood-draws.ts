import { instant, type Instant } from '@concord/core/kernel';
import { severityAt, type Condition, type LatentPlan } from './latent-state.ts';
import { hashNormal, hashUnit } from './noise.ts';

/** A laboratory value of a draw, in the unit that the laboratory prints. */
export interface DrawnValue {
  /** LOINC. */
  readonly code: string;
  readonly value: number;
  readonly unit: string;
}

interface Analyte {
  readonly code: string;
  readonly unit: string;
  /** Of a well adult. */
  readonly well: number;
  /** Change from health to the worst, where the condition moves it at all. */
  readonly swing: number;
  /** Spread between well adults, and from draw to draw. */
  readonly spread: number;
  readonly least: number;
  readonly decimals: number;
  /** Share of the swing, per condition. */
  readonly moved: Readonly<Record<Condition, number>>;
}

type Shares = readonly [pneumonia: number, sepsis: number, heartFailure: number, copd: number, afterSurgery: number];

const moved = (...[pneumonia, sepsis, heartFailure, copd, afterSurgery]: Shares): Analyte['moved'] => ({
  pneumonia,
  sepsis,
  'heart-failure': heartFailure,
  copd,
  'after-surgery': afterSurgery,
});

/** A basic panel: what a ward draws of everybody, and how far an illness moves it. Orders of magnitude, for drawn patients. */
const PANEL: readonly Analyte[] = [
  { code: '2160-0', unit: 'mg/dL', well: 0.9, swing: 1.8, spread: 0.12, least: 0.4, decimals: 2, moved: moved(0.3, 1, 0.6, 0.1, 0.4) },
  { code: '3094-0', unit: 'mg/dL', well: 15, swing: 34, spread: 3, least: 5, decimals: 0, moved: moved(0.4, 1, 0.7, 0.2, 0.4) },
  { code: '2524-7', unit: 'mmol/L', well: 1.1, swing: 4.2, spread: 0.2, least: 0.5, decimals: 1, moved: moved(0.4, 1, 0.3, 0.2, 0.6) },
  { code: '6690-2', unit: '10*3/uL', well: 7.4, swing: 11, spread: 1.2, least: 2, decimals: 1, moved: moved(0.9, 1, 0.1, 0.4, 0.6) },
  { code: '777-3', unit: '10*3/uL', well: 245, swing: -130, spread: 35, least: 30, decimals: 0, moved: moved(0.1, 1, 0.1, 0, 0.3) },
  { code: '2951-2', unit: 'mmol/L', well: 139, swing: -7, spread: 1.8, least: 118, decimals: 0, moved: moved(0.5, 0.4, 1, 0.3, 0.3) },
  { code: '2823-3', unit: 'mmol/L', well: 4.1, swing: 0.9, spread: 0.25, least: 2.6, decimals: 1, moved: moved(0.1, 0.8, 0.7, 0.2, 0.3) },
  { code: '1975-2', unit: 'mg/dL', well: 0.6, swing: 2.2, spread: 0.15, least: 0.2, decimals: 1, moved: moved(0.2, 1, 0.5, 0, 0.2) },
  { code: '2345-7', unit: 'mg/dL', well: 104, swing: 60, spread: 12, least: 55, decimals: 0, moved: moved(0.5, 1, 0.3, 0.6, 0.6) },
  { code: '718-7', unit: 'g/dL', well: 13.2, swing: -3.4, spread: 0.8, least: 6, decimals: 1, moved: moved(0.2, 0.5, 0.4, 0, 1) },
];

const CHANNEL = { own: 71, draw: 81, hours: 61 } as const;
const HOUR = 3_600_000;
/** From arrival on the ward to the first needle. */
const FIRST_DRAW_HOURS = 0.6;

/** Moments at which blood is drawn: daily when well, more often the sicker the patient was at the last draw. */
export function* drawTimes(plan: LatentPlan, admittedAt: Instant, upTo: number): Generator<{ readonly effectiveAt: Instant; readonly index: number }> {
  let at = admittedAt + FIRST_DRAW_HOURS * HOUR;
  for (let index = 0; at <= upTo; index += 1) {
    yield { effectiveAt: instant(Math.round(at)), index };
    const severity = severityAt(plan, instant(Math.round(at)));
    const gap = severity > 0.6 ? 6 : severity > 0.35 ? 12 : 24;
    at += gap * HOUR * (0.94 + 0.12 * hashUnit(plan.seed, CHANNEL.hours, index));
  }
}

/** What the laboratory finds in one draw; the same plan and moment give the same values. */
export function valuesAt(plan: LatentPlan, at: Instant, index: number): readonly DrawnValue[] {
  const severity = severityAt(plan, at);
  return PANEL.map(({ code, unit, well, swing, spread, least, decimals, moved: by }, place) => {
    const own = spread * hashNormal(plan.seed, CHANNEL.own, place);
    const noise = 0.25 * spread * hashNormal(plan.seed, CHANNEL.draw + place, index);
    const value = Math.max(least, well + own + noise + swing * by[plan.condition] * severity);
    return { code, unit, value: Number(value.toFixed(decimals)) };
  });
}
