import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '@concord/adapters/crypto';
import type { Observation, PatientId, Reading, ReceivedQuantity, Sha256, SourceId } from '@concord/core/clinical';
import { days, instant, LOINC, plus, type Instant } from '@concord/core/kernel';
import { splitOf } from '@concord/governance/models';
import { heartRateVariability } from '@concord/modalities/heart-rate-variability';
import type { NpzArray } from './npz.ts';

const CODES = { sdnn: ['80404-7', 'ms'], pulse: ['40443-4', '/min'], steps: ['41950-7', '{steps}'] } as const;
const SPLITS = { train: 0, calibration: 1, validation: 2 } as const;
const SHAPE = [3, 14, 3] as const;
const SIZE = SHAPE.reduce((product, side) => product * side, 1);

/**
 * Days of the people of the Welltory set, through the modality's own door.
 * @returns `days` [n, 3, 14, 3] up to the end of a day, `next` [n, 3] what was measured on the following day (NaN: nothing),
 * `patient` [n], `split` [n].
 */
export function wearableTensors(folder: string): readonly NpzArray[] {
  const people = [...peopleOf(folder)].sort(([a], [b]) => (a < b ? -1 : 1));
  const rows = people.flatMap(([code, observations], patient) =>
    daysOf(observations).map((row) => ({ ...row, patient, split: SPLITS[splitOf(code, sha256)] })),
  );
  const data = new Float32Array(rows.length * SIZE);
  rows.forEach((row, index) => {
    data.set(row.data, index * SIZE);
  });
  return [
    { name: 'days', shape: [rows.length, ...SHAPE], data },
    { name: 'next', shape: [rows.length, 3], data: Float32Array.from(rows.flatMap(({ next }) => next)) },
    { name: 'patient', shape: [rows.length], data: Int32Array.from(rows, ({ patient }) => patient) },
    { name: 'split', shape: [rows.length], data: Int32Array.from(rows, ({ split }) => split) },
  ];
}

type Person = readonly Observation<Reading>[];

function peopleOf(folder: string): ReadonlyMap<string, Person> {
  const people = new Map<string, Observation<Reading>[]>();
  const add = (person: string, [code, unit]: readonly [string, string], cell: string | undefined, at: Instant): void => {
    if (cell === undefined || cell === '') return;
    const seen = heartRateVariability.observe(asReceived({ code, unit, value: Number(cell), at }));
    // What the door refuses is left out, as it is of a patient.
    if (seen.ok) people.set(person, [...(people.get(person) ?? []), ...seen.value]);
  };
  // The clocks are local and unlabelled: read as UTC, they shift a whole person alike.
  for (const row of table(folder, 'hrv_measurements.csv')) add(row['user_code'] ?? '', CODES.sdnn, row['sdnn'], momentOf(row['measurement_datetime'] ?? ''));
  for (const row of table(folder, 'wearables.csv')) {
    const end = plus(momentOf(`${row['day'] ?? ''} 00:00:00`), days(1));
    add(row['user_code'] ?? '', CODES.pulse, row['resting_pulse'], end);
    add(row['user_code'] ?? '', CODES.steps, row['steps_count'], end);
  }
  return people;
}

/** Ends of days after which something was measured within a day, with at least one known measure before. */
function daysOf(observations: Person): readonly { readonly data: Float32Array; readonly next: readonly number[] }[] {
  const ends = [...new Set(observations.map(({ effectiveAt }) => Math.ceil(effectiveAt / days(1))))].map((day) => instant((day - 1) * days(1)));
  return ends.flatMap((end) => {
    const before = observations.filter(({ effectiveAt }) => effectiveAt <= end);
    const { data, tokenMask } = heartRateVariability.align({ kind: heartRateVariability.kind, observations: before }, end);
    if (!tokenMask.includes(1)) return [];
    return [{ data, next: Object.values(CODES).map(([code]) => meanOf(observations, code, end)) }];
  });
}

function meanOf(observations: Person, code: string, from: Instant): number {
  const inside = observations.filter(({ value, effectiveAt }) => value.code === code && effectiveAt > from && effectiveAt <= from + days(1));
  return inside.reduce((sum, { value }) => sum + (value.number ?? 0), 0) / inside.length;
}

function momentOf(text: string): Instant {
  return instant(Date.parse(`${text.trim().replace(/ +/, 'T')}Z`));
}

function asReceived({
  code,
  unit,
  value,
  at,
}: {
  readonly code: string;
  readonly unit: string;
  readonly value: number;
  readonly at: Instant;
}): ReceivedQuantity {
  const arrival = { sourceId: 'labelled-folder' as SourceId, subject: '00000000-0000-4000-8000-000000002020' as PatientId, blob: '0'.repeat(64) as Sha256 };
  return { ...arrival, kind: 'quantity', code: { system: LOINC, code }, value, unit, effectiveAt: at, receivedAt: at };
}

/** Rows by column name; the columns read here stand before any quoted one. */
function table(folder: string, name: string): readonly Readonly<Record<string, string>>[] {
  const [head = '', ...lines] = readFileSync(join(folder, name), 'utf8').trim().split('\n');
  const names = head.trim().split(',');
  return lines.map((line) => Object.fromEntries(line.split(',').map((cell, at) => [names[at] ?? '', cell])));
}
