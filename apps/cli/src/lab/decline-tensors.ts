import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { ModalityStream, Reading } from '@concord/core/clinical';
import { splitOf, type Split } from '@concord/governance/models';
import { vitals } from '@concord/modalities/vitals';
import { endOfRow, hourlyRecords, timelineOf, type HourlyRecord } from '@concord/pipeline/evaluate';
import { HORIZONS_HOURS, indexHours } from '@concord/tasks/physiological-decline';
import type { NpzArray } from './npz.ts';

const SPLITS: readonly Split[] = ['train', 'calibration', 'validation'];

export interface DeclineRow {
  readonly record: HourlyRecord;
  readonly patient: number;
  readonly split: number;
  readonly row: number;
  /** Per horizon: 1 event, 0 none, -1 not an index hour of it. */
  readonly labels: readonly number[];
  readonly score: number;
}

/**
 * Tensors of every index hour of the PhysioNet 2019 folder, as the running product would make them.
 * @returns `vitals` [n, 6, 24, 3], `mask` [n, 6], `age` [n, 6], `labels` [n, 3], `patient`, `split` (0 train, 1 calibration, 2 validation), `row`, `score` [n].
 */
export function declineTensors(folder: string): readonly NpzArray[] {
  const rows = declineRows(folder);
  const n = rows.length;
  const slots = vitals.encoder.tokens;
  const size = slots * 24 * 3;
  const [data, mask, age] = [new Float32Array(n * size), new Uint8Array(n * slots), new Float32Array(n * slots)];
  let record: HourlyRecord | undefined;
  let stream: ModalityStream<Reading> | undefined;
  rows.forEach((row, index) => {
    if (row.record !== record) {
      record = row.record;
      stream = timelineOf(record, [vitals]).streams.get(vitals.kind) as ModalityStream<Reading> | undefined;
    }
    if (stream === undefined) return;
    const input = vitals.align(stream, endOfRow(row.row));
    data.set(input.data, index * size);
    mask.set(input.tokenMask, index * slots);
    age.set(input.tokenAgeHours, index * slots);
  });
  const column = (name: string, of: (row: DeclineRow) => number): NpzArray => ({ name, shape: [n], data: Int32Array.from(rows, of) });
  return [
    { name: 'vitals', shape: [n, slots, 24, 3], data },
    { name: 'mask', shape: [n, slots], data: mask },
    { name: 'age', shape: [n, slots], data: age },
    { name: 'labels', shape: [n, HORIZONS_HOURS.length], data: Int32Array.from(rows.flatMap(({ labels }) => labels)) },
    column('patient', ({ patient }) => patient),
    column('split', ({ split }) => split),
    column('row', ({ row }) => row),
    column('score', ({ score }) => score),
  ];
}

/** Every hour that is asked of at least one horizon. */
export function declineRows(folder: string): readonly DeclineRow[] {
  const csv = gunzipSync(readFileSync(join(folder, 'vitals_hourly.csv.gz'))).toString('utf8');
  const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
  const rows: DeclineRow[] = [];
  let patient = 0;
  for (const record of hourlyRecords(csv)) {
    const split = SPLITS.indexOf(splitOf(record.patientId, sha256));
    const byHorizon = HORIZONS_HOURS.map((horizon) => new Map(indexHours(record.hours, horizon).map((hour) => [hour.row, hour])));
    for (const { row, score } of byHorizon[0]?.values() ?? []) {
      const labels = byHorizon.map((hours) => Number(hours.get(row)?.label ?? -1));
      rows.push({ record, patient, split, row, labels, score });
    }
    patient += 1;
  }
  return rows;
}
