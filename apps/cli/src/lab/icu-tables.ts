import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { asOf, type ModalityPlugin, type PatientTimeline } from '@concord/core/clinical';
import type { Instant } from '@concord/core/kernel';
import { splitOf, type Split } from '@concord/governance/models';
import { labs } from '@concord/modalities/labs';
import { vitals } from '@concord/modalities/vitals';
import { CONTEXT_COLUMNS, contextRow } from '@concord/pipeline/assess';
import {
  atHour,
  diedInHospital,
  endOfRow,
  hourlyRecords,
  LATER_KNOWN,
  laterKnown,
  mortalityRecords,
  mortalityTimeline,
  timelineOf,
  type LaterKnown,
} from '@concord/pipeline/evaluate';
import { LANDMARK_HOURS } from '@concord/tasks/hospital-mortality';
import { HORIZONS_HOURS, indexHours } from '@concord/tasks/physiological-decline';
import { sepsisHours } from '@concord/tasks/sepsis-onset';
import type { NpzArray } from './npz.ts';

const PLUGINS: readonly ModalityPlugin[] = [vitals, labs];
const SPLITS: readonly Split[] = ['train', 'calibration', 'validation'];
const SUMMARIES: readonly string[] = [...CONTEXT_COLUMNS, ...PLUGINS.flatMap(({ table }) => table?.columns ?? [])];
/** Death in hospital reads courses too; of the 2019 set they would be 4 GB. */
const WITH_HOURS: readonly string[] = [...SUMMARIES, ...PLUGINS.flatMap(({ table }) => table?.hourly.columns ?? [])];

const LATER = Object.keys(LATER_KNOWN) as LaterKnown[];

/** Signals that the 2019 set never holds, and summaries that say the same twice there: left out to halve the file. */
const ABSENT_2019 = ['9269-2', '9187-6', '29463-7', '#mechanical-ventilation', '2703-7', '1742-6', '6598-7', '1751-7', '2093-3'];
const LABS_2019 = ['last', 'age', 'count24', 'change24', 'previous', 'mean48', 'min48', 'max48', 'first48'];
const SIGNS_2019 = ['last', 'age', 'count24', 'mean6', 'min6', 'max6', 'mean24', 'min24', 'max24', 'spread24', 'change1', 'change6', 'change24'];

/**
 * Tables of every hour of the PhysioNet 2019 folder, as the running product would make them.
 * @returns `values` [n, columns] (NaN where not known), `columns` (JSON, UTF-8 bytes), `decline` [n, 3] and `sepsis` [n] (-1 where
 * the hour is no index hour), `challenge` (the set's own label), `icuHour`, `patient`, `split` (0 train, 1 calibration, 2 validation).
 */
export function sepsisTables(folder: string): readonly NpzArray[] {
  const names = SUMMARIES.filter((name) => isIn2019(name));
  const csv = gunzipSync(readFileSync(join(folder, 'vitals_hourly.csv.gz'))).toString('utf8');
  const rows = csv.split('\n').filter((line) => line !== '').length - 1;
  const table = new Table(rows, names);
  const columns = { patient: column(rows), split: column(rows), icuHour: column(rows), challenge: column(rows), sepsis: column(rows) };
  const decline = new Int32Array(rows * HORIZONS_HOURS.length).fill(-1);
  let [at, patient] = [0, 0];
  for (const record of hourlyRecords(csv)) {
    const begin = at;
    const timeline = timelineOf(record, PLUGINS);
    const split = splitNumber(record.patientId);
    const icuHours = record.sepsis.map((_, row) => record.firstIcuHour + row);
    record.sepsis.forEach((label, row) => {
      table.add(at, timeline, endOfRow(row));
      columns.patient[at] = patient;
      columns.split[at] = split;
      columns.icuHour[at] = icuHours[row] ?? 0;
      columns.challenge[at] = Number(label);
      columns.sepsis[at] = -1;
      at += 1;
    });
    for (const { row, label } of sepsisHours({ icuHours, labels: record.sepsis })) columns.sepsis[begin + row] = Number(label);
    HORIZONS_HOURS.forEach((horizon, place) => {
      for (const { row, label } of indexHours(record.hours, horizon)) decline[(begin + row) * HORIZONS_HOURS.length + place] = Number(label);
    });
    patient += 1;
  }
  return [
    ...table.arrays(),
    { name: 'decline', shape: [rows, HORIZONS_HOURS.length], data: decline },
    ...Object.entries(columns).map(([name, data]) => ({ name, shape: [rows], data })),
  ];
}

/**
 * Tables of every adult stay of the PhysioNet 2012 folder at hours 12, 24, 36 and 48.
 * @returns `values`, `columns` as above and the hours of every signal, `died`, `daysToDeath`, `stayDays`, `saps`, `sofa` (-1 = none recorded;
 * targets of teaching, never a column), `hour`, `patient`, `split`, `record` (the set's number) [n].
 */
export function mortalityTables(folder: string): readonly NpzArray[] {
  const stays = ['a', 'b'].flatMap((set) => {
    const outcomes = readFileSync(join(folder, `outcomes_set_${set}.csv`), 'utf8');
    const died = diedInHospital(outcomes);
    const later = LATER.map((name) => laterKnown(outcomes, name));
    const events = gunzipSync(readFileSync(join(folder, `events_set_${set}.csv.gz`))).toString('utf8');
    return [...mortalityRecords(events)].map((record) => {
      const { recordId } = record;
      return { record, died: died.get(recordId) === true, later: later.map((known) => known.get(recordId) ?? -1) };
    });
  });
  const rows = stays.length * LANDMARK_HOURS.length;
  const table = new Table(rows, WITH_HOURS);
  const columns = { patient: column(rows), split: column(rows), hour: column(rows), died: column(rows), record: column(rows) };
  const targets = LATER.map((name) => ({ name, data: column(rows) }));
  stays.forEach(({ record, died, later }, patient) => {
    const timeline = mortalityTimeline(record, PLUGINS);
    LANDMARK_HOURS.forEach((hour, place) => {
      const at = patient * LANDMARK_HOURS.length + place;
      table.add(at, timeline, atHour(hour));
      columns.patient[at] = patient;
      columns.split[at] = splitNumber(record.recordId);
      columns.hour[at] = hour;
      columns.died[at] = Number(died);
      targets.forEach(({ data }, target) => {
        data[at] = later[target] ?? -1;
      });
      columns.record[at] = Number(record.recordId);
    });
  });
  return [
    ...table.arrays(),
    ...Object.entries(columns).map(([name, data]) => ({ name, shape: [rows], data })),
    ...targets.map((target) => ({ ...target, shape: [rows] })),
  ];
}

class Table {
  readonly #names: readonly string[];
  readonly #places: readonly number[];
  readonly #values: Float32Array<ArrayBuffer>;
  readonly #rows: number;
  readonly #hourly: boolean;

  constructor(rows: number, names: readonly string[]) {
    this.#rows = rows;
    this.#names = names;
    this.#places = names.map((name) => WITH_HOURS.indexOf(name));
    this.#hourly = names.length > SUMMARIES.length;
    this.#values = new Float32Array(rows * names.length);
  }

  add(row: number, timeline: PatientTimeline, at: Instant): void {
    const known = asOf(timeline, at);
    const made = PLUGINS.map(({ kind, table }) => {
      const stream = known.streams.get(kind) ?? { kind, observations: [] };
      return { summaries: table?.row(stream, at), hours: this.#hourly ? table?.hourly.row(stream, at) : undefined };
    });
    const parts = [...made.map(({ summaries }) => summaries), ...made.map(({ hours }) => hours)];
    const whole = Float32Array.from([contextRow(known, at), ...parts].flatMap((part) => [...(part ?? [])]));
    this.#places.forEach((place, index) => {
      this.#values[row * this.#places.length + index] = whole[place] ?? Number.NaN;
    });
  }

  arrays(): readonly NpzArray[] {
    return [
      { name: 'values', shape: [this.#rows, this.#names.length], data: this.#values },
      { name: 'columns', shape: [Buffer.byteLength(JSON.stringify(this.#names))], data: Uint8Array.from(Buffer.from(JSON.stringify(this.#names))) },
    ];
  }
}

function isIn2019(name: string): boolean {
  if (name.startsWith('context/') || name.includes('/points-')) return true;
  const [code = '', feature = ''] = name.split(/\/(?=[^/]*$)/);
  if (ABSENT_2019.some((absent) => code.endsWith(absent))) return false;
  return (vitals.table?.channels.includes(code) === true ? SIGNS_2019 : LABS_2019).includes(feature);
}

function column(rows: number): Int32Array<ArrayBuffer> {
  return new Int32Array(rows);
}

function splitNumber(patientId: string): number {
  return SPLITS.indexOf(splitOf(patientId, (bytes) => createHash('sha256').update(bytes).digest('hex')));
}
