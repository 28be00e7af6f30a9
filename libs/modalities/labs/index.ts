import type { ModalityKind, ModalityPlugin, ModalityStream, Readiness, Reading, TensorInput } from '@concord/core/clinical';
import { hours, plus, since, type Instant } from '@concord/core/kernel';
import { SUMMARY_FEATURES, SUMMARY_HOURS } from '@concord/stages/alignment';
import { ANALYTES } from './analytes.ts';
import { accepts, observe } from './observe.ts';
import { attribute, table } from './table.ts';

/** Laboratory values are drawn every few hours to once a day; after two days none describes the patient. */
const STALE_AFTER = hours(SUMMARY_HOURS);
const CODES: ReadonlySet<string> = new Set(ANALYTES.map(({ code }) => code));

/** Laboratory values, by LOINC. */
export const labs: ModalityPlugin<Reading> = {
  kind: 'labs' as ModalityKind,
  accepts,
  observe,
  readiness,
  align,
  encoder: { encoder: 'labs', tokens: ANALYTES.length },
  table,
  staleAt,
  attribute,
};

function newestOf(stream: ModalityStream<Reading>): Instant | undefined {
  return stream.observations.findLast(({ value }) => value.number !== undefined && CODES.has(value.code))?.effectiveAt;
}

function readiness(stream: ModalityStream<Reading>, at: Instant): Readiness {
  const newest = newestOf(stream);
  if (newest === undefined) return { kind: 'absent' };
  return since(newest, at) >= STALE_AFTER ? { kind: 'stale', newest } : { kind: 'ready' };
}

function staleAt(stream: ModalityStream<Reading>): Instant | undefined {
  const newest = newestOf(stream);
  return newest === undefined ? undefined : plus(newest, STALE_AFTER);
}

/** The row of the table, one token per analyte: `[31 analytes, 19 features]`; what is not known is 0, and a whole analyte is masked. */
function align(stream: ModalityStream<Reading>, at: Instant): TensorInput {
  const row = table.row(stream, at);
  const width = SUMMARY_FEATURES.length;
  const age = SUMMARY_FEATURES.indexOf('age');
  const tokenMask = Uint8Array.from(ANALYTES, (_, analyte) => (Number.isNaN(row[analyte * width] ?? Number.NaN) ? 0 : 1));
  return {
    name: 'labs',
    data: row.map((value) => (Number.isNaN(value) ? 0 : value)),
    shape: [ANALYTES.length, width],
    tokenMask,
    tokenAgeHours: Float32Array.from(ANALYTES, (_, analyte) => (tokenMask[analyte] === 1 ? (row[analyte * width + age] ?? 0) : 0)),
  };
}

export { ANALYTES, canonicalAnalyte } from './analytes.ts';
