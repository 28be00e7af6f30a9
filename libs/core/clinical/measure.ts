import type { Result } from '../kernel/index.ts';
import type { IngestError, ReceivedQuantity } from './received.ts';

/** A quantity that a modality stores: its code, its canonical unit, the units it may arrive in, and what a living person can have. */
export interface Measure {
  /** LOINC that is stored. */
  readonly code: string;
  readonly name: string;
  /** Canonical, UCUM. */
  readonly unit: string;
  /** How the unit reads on a screen. */
  readonly shown: string;
  /** Outside it the number is an error of the sender, and is refused. */
  readonly possible: readonly [low: number, high: number];
  /** Decimals kept when a unit was converted: the resolution of the instrument, so that no rounding residue crosses a band. */
  readonly decimals: number;
  /** Units of the same dimension, as factor and offset into the canonical one. */
  readonly from: Readonly<Record<string, readonly [factor: number, offset: number]>>;
}

/** The number in the canonical unit; refused with a unit of another dimension, and where no living person has such a number. */
export function measured({ code, value, unit }: ReceivedQuantity, measure: Measure): Result<number, IngestError> {
  const number = converted(value, unit, measure);
  if (number === undefined) return { ok: false, error: { kind: 'unsupported-unit', code: code.code, unit } };
  const [low, high] = measure.possible;
  return number >= low && number <= high ? { ok: true, value: number } : { ok: false, error: { kind: 'impossible-value', code: code.code, unit } };
}

/** UCUM annotations in braces carry no dimension: `{beats}/min` is `/min`. */
function converted(value: number, unit: string, { from, decimals }: Measure): number | undefined {
  const bare = unit.replace(/\{[^{}]*\}/g, '');
  // Own names only: `constructor` is no unit.
  const rule = Object.hasOwn(from, bare) ? from[bare] : undefined;
  if (rule === undefined || !Number.isFinite(value)) return undefined;
  const [factor, offset] = rule;
  if (factor === 1 && offset === 0) return value;
  const scale = 10 ** decimals;
  return Math.round((value * factor + offset) * scale) / scale;
}
