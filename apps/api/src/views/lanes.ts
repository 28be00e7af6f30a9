import type { Lane, WireNews2 } from '@concord/contracts';
import { NEWS2_CODES } from '@concord/core/clinical';
import { toIso } from '@concord/core/kernel';
import type { ObservationRecord, SeriesPoint } from '@concord/core/ports';

interface LaneKind {
  readonly code: string;
  readonly label: string;
  /** UCUM, as printed. */
  readonly unit: string;
  /** Edge of the band in which NEWS2 gives no points; RCP, NEWS2 chart (2017). */
  readonly threshold: number | null;
  /** Fixed, so that two patients and two hours can be compared by eye. */
  readonly range: readonly [number, number];
  readonly parameter: string;
}

/** The lanes of the shared time axis, top to bottom. */
const LANES: readonly LaneKind[] = [
  { code: NEWS2_CODES.respiration, label: 'Respiration', unit: '/min', threshold: 20, range: [4, 44], parameter: 'respiration' },
  { code: NEWS2_CODES.spo2, label: 'SpO2', unit: '%', threshold: 96, range: [78, 100], parameter: 'spo2' },
  { code: NEWS2_CODES.pulse, label: 'Heart rate', unit: '/min', threshold: 90, range: [30, 180], parameter: 'pulse' },
  { code: NEWS2_CODES.systolic, label: 'Systolic pressure', unit: 'mm[Hg]', threshold: 111, range: [60, 220], parameter: 'systolic' },
  { code: NEWS2_CODES.temperature, label: 'Temperature', unit: 'Cel', threshold: 38, range: [34, 41], parameter: 'temperature' },
  { code: NEWS2_CODES.oxygenFlow, label: 'Oxygen', unit: 'L/min', threshold: null, range: [0, 15], parameter: 'oxygen' },
  { code: NEWS2_CODES.consciousness, label: 'Consciousness', unit: 'ACVPU', threshold: null, range: [0, 1], parameter: 'consciousness' },
];

export const LANE_CODES: readonly string[] = LANES.map(({ code }) => code);

/** Every lane is there, also an empty one: what was not measured is seen as not measured. */
export function lanesOf(points: readonly SeriesPoint[], newest: readonly ObservationRecord[], news2: WireNews2): Lane[] {
  return LANES.map((kind) => ({
    code: kind.code,
    label: kind.label,
    unit: kind.unit,
    latest: latestOf(kind, newest, news2),
    threshold: kind.threshold,
    range: [kind.range[0], kind.range[1]],
    points: points.filter(({ code }) => code === kind.code).map(pointOf),
  }));
}

function latestOf(kind: LaneKind, newest: readonly ObservationRecord[], news2: WireNews2): Lane['latest'] {
  const reading = newest.find(({ code }) => code === kind.code);
  if (reading === undefined) return null;
  const part = news2.parts.find(({ parameter }) => parameter === kind.parameter);
  return {
    value: reading.number ?? null,
    text: reading.text ?? null,
    at: toIso(reading.effectiveAt),
    points: part?.points ?? null,
    stale: part?.state === 'stale',
  };
}

/** A coded answer has no mean; a number keeps its extremes beside it, so that a short fall does not vanish in an average. */
function pointOf(point: SeriesPoint): Lane['points'][number] {
  const coded = point.text !== undefined;
  return {
    at: toIso(point.at),
    mean: coded ? null : point.mean,
    min: coded ? null : point.min,
    max: coded ? null : point.max,
    text: point.text ?? null,
    device: point.device,
  };
}
