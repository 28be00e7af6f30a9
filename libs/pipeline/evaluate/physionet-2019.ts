import type { ModalityKind, ModalityPlugin, Observation, PatientId, PatientTimeline, ReceivedQuantity, Sha256, SourceId } from '@concord/core/clinical';
import type { EncounterId } from '@concord/core/clinical';
import { hours, instant, LOINC, plus, type Instant } from '@concord/core/kernel';
import type { HourOfSigns } from '@concord/tasks/physiological-decline';

/** One intensive-care stay of the PhysioNet 2019 set: consecutive hours from admission to the unit. */
export interface HourlyRecord {
  readonly patientId: string;
  readonly ageYears: number;
  readonly hours: readonly (HourOfSigns & { readonly diastolic?: number })[];
}

type Column = keyof HourlyRecord['hours'][number];

/** Column of the file, its code and unit. */
const COLUMNS: readonly { readonly name: string; readonly sign: Column; readonly code: string; readonly unit: string }[] = [
  { name: 'HR', sign: 'pulse', code: '8867-4', unit: '/min' },
  { name: 'Resp', sign: 'respiration', code: '9279-1', unit: '/min' },
  { name: 'O2Sat', sign: 'spo2', code: '2708-6', unit: '%' },
  { name: 'SBP', sign: 'systolic', code: '8480-6', unit: 'mm[Hg]' },
  { name: 'DBP', sign: 'diastolic', code: '8462-4', unit: 'mm[Hg]' },
  { name: 'Temp', sign: 'temperature', code: '8310-5', unit: 'Cel' },
];

/** Admission of every record: the set gives hours since admission, no calendar time. */
export const ADMISSION: Instant = instant(Date.UTC(2001, 0, 1));

/**
 * Reads `vitals_hourly.csv`, stay by stay. The rows of a stay stand together, one per hour.
 * @throws when a column is missing: an evaluation of the wrong file is worse than none.
 */
export function* hourlyRecords(csv: string): Generator<HourlyRecord> {
  const head = csv.slice(0, csv.indexOf('\n')).trim().split(',');
  const place = (name: string): number => {
    const at = head.indexOf(name);
    if (at < 0) throw new Error(`vitals_hourly.csv has no column ${name}`);
    return at;
  };
  const columns = COLUMNS.map(({ name, sign }) => ({ sign, at: place(name) }));
  const [patientAt, ageAt] = [place('patient_id'), place('Age')];
  let current: { patientId: string; ageYears: number; hours: HourlyRecord['hours'][number][] } | undefined;
  for (const cells of rows(csv)) {
    const patientId = cells[patientAt] ?? '';
    if (current?.patientId !== patientId) {
      if (current !== undefined) yield current;
      current = { patientId, ageYears: Number(cells[ageAt]), hours: [] };
    }
    current.hours.push(hourOf(cells, columns));
  }
  if (current !== undefined) yield current;
}

function* rows(csv: string): Generator<readonly string[]> {
  let from = csv.indexOf('\n') + 1;
  while (from < csv.length) {
    const newline = csv.indexOf('\n', from);
    const to = newline < 0 ? csv.length : newline;
    if (to > from) yield csv.slice(from, to).split(',');
    from = to + 1;
  }
}

function hourOf(cells: readonly string[], columns: readonly { readonly sign: Column; readonly at: number }[]): HourlyRecord['hours'][number] {
  const hour: { [sign in Column]?: number } = {};
  for (const { sign, at } of columns) {
    const cell = cells[at];
    if (cell !== undefined && cell !== '') hour[sign] = Number(cell);
  }
  return hour;
}

/** The end of a row of the record: when its values could be known. */
export function endOfRow(row: number): Instant {
  return plus(ADMISSION, hours(row + 1));
}

const SOURCE = 'physionet-2019' as SourceId;
const NO_BLOB = '0'.repeat(64) as Sha256;
const SUBJECT = '00000000-0000-4000-8000-000000002019' as PatientId;

/** The record as a timeline that went through the plug-in's own door; what the door refuses is left out, as it is on a ward. */
export function timelineOf(record: HourlyRecord, plugin: ModalityPlugin): PatientTimeline {
  const observations = record.hours.flatMap((hour, row) =>
    COLUMNS.flatMap(({ sign, code, unit }) => observed(plugin, { value: hour[sign], code, unit, at: endOfRow(row) })),
  );
  return {
    patientId: SUBJECT,
    revision: 1,
    demographics: [],
    stays: [
      {
        id: 'stay',
        effectiveAt: ADMISSION,
        availableAt: ADMISSION,
        sourceId: SOURCE,
        value: { encounterId: 'stay' as EncounterId, status: 'in-progress', class: 'IMP', start: ADMISSION, setting: 'icu' },
      },
    ],
    streams: new Map<ModalityKind, { kind: ModalityKind; observations: readonly Observation[] }>([[plugin.kind, { kind: plugin.kind, observations }]]),
    withheld: [],
  };
}

interface Measured {
  readonly value: number | undefined;
  readonly code: string;
  readonly unit: string;
  readonly at: Instant;
}

function observed(plugin: ModalityPlugin, { value, code, unit, at }: Measured): readonly Observation[] {
  if (value === undefined) return [];
  const received: ReceivedQuantity = {
    kind: 'quantity',
    code: { system: LOINC, code },
    value,
    unit,
    sourceId: SOURCE,
    subject: SUBJECT,
    blob: NO_BLOB,
    effectiveAt: at,
    receivedAt: at,
  };
  const result = plugin.observe(received);
  return result.ok ? result.value : [];
}
