/** The label of the set turns 1 this many hours before onset, so onset is its first positive hour plus these. */
export const LABEL_LEADS_HOURS = 6;
export const HORIZON_HOURS = 6;
/** Later hours of the set nearly name the label by themselves: never-septic records end by hour 60, septic ones run on. */
export const LAST_ICU_HOUR = 48;

/** One stay of an hourly record, as far as the outcome needs it. */
export interface SepsisRecord {
  /** ICU hour of each row, from 1. */
  readonly icuHours: readonly number[];
  /** The set's own label of each row. */
  readonly labels: readonly boolean[];
}

export interface SepsisHour {
  /** Row of the record, from 0. */
  readonly row: number;
  /** Onset comes in (row, row + 6]. */
  readonly label: boolean;
}

/** Row of onset; undefined for a stay without sepsis, `unknown` for one whose label is positive from its first row. */
export function onsetRow({ labels }: SepsisRecord): number | 'unknown' | undefined {
  const first = labels.indexOf(true);
  if (first === 0) return 'unknown';
  return first < 0 ? undefined : first + LABEL_LEADS_HOURS;
}

/**
 * The hours at which the question may be asked: before onset and up to ICU hour 48. A stay that begins positive has none.
 * Hours of a stay without sepsis count as negatives to the end of its record: the set's label covers the whole stay.
 */
export function sepsisHours(record: SepsisRecord): readonly SepsisHour[] {
  const onset = onsetRow(record);
  if (onset === 'unknown') return [];
  return record.icuHours.flatMap((hour, row) =>
    hour > LAST_ICU_HOUR || row >= (onset ?? Infinity) ? [] : [{ row, label: onset !== undefined && onset <= row + HORIZON_HOURS }],
  );
}
