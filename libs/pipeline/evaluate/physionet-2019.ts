import type { ModalityPlugin, PatientTimeline } from '@concord/core/clinical';
import { hours, instant, minus, plus, type Instant } from '@concord/core/kernel';
import type { HourOfSigns } from '@concord/tasks/physiological-decline';
import { recordTimeline, type Sent } from './record-timeline.ts';

/** One intensive-care stay of the PhysioNet 2019 set: consecutive hours. */
export interface HourlyRecord {
  readonly patientId: string;
  readonly ageYears: number;
  readonly sex: 'female' | 'male';
  /** ICU hour of the first row, from 1. */
  readonly firstIcuHour: number;
  /** Between admission to the hospital and to the unit; undefined where the file does not say. */
  readonly hoursBeforeIcu: number | undefined;
  readonly hours: readonly HourOfSigns[];
  /** Every measurement of each row, as it is sent through the doors. */
  readonly sent: readonly (readonly Sent[])[];
  /** The set's own label of each row. */
  readonly sepsis: readonly boolean[];
}

/** Column of the file, its code and unit; `sign` where the decline outcome is made of it. */
const COLUMNS: readonly { readonly name: string; readonly code: string; readonly unit: string; readonly sign?: keyof HourOfSigns }[] = [
  { name: 'HR', sign: 'pulse', code: '8867-4', unit: '/min' },
  { name: 'Resp', sign: 'respiration', code: '9279-1', unit: '/min' },
  { name: 'O2Sat', sign: 'spo2', code: '2708-6', unit: '%' },
  { name: 'SBP', sign: 'systolic', code: '8480-6', unit: 'mm[Hg]' },
  { name: 'DBP', code: '8462-4', unit: 'mm[Hg]' },
  { name: 'Temp', sign: 'temperature', code: '8310-5', unit: 'Cel' },
  { name: 'MAP', code: '8478-0', unit: 'mm[Hg]' },
  { name: 'EtCO2', code: '19891-1', unit: 'mm[Hg]' },
  { name: 'FiO2', code: '3150-0', unit: '1' },
  { name: 'BaseExcess', code: '11555-0', unit: 'mmol/L' },
  { name: 'HCO3', code: '1963-8', unit: 'mmol/L' },
  { name: 'pH', code: '2744-1', unit: '[pH]' },
  { name: 'PaCO2', code: '2019-8', unit: 'mm[Hg]' },
  { name: 'SaO2', code: '20564-1', unit: '%' },
  { name: 'AST', code: '1920-8', unit: 'U/L' },
  { name: 'BUN', code: '3094-0', unit: 'mg/dL' },
  { name: 'Alkalinephos', code: '6768-6', unit: 'U/L' },
  { name: 'Calcium', code: '17861-6', unit: 'mg/dL' },
  { name: 'Chloride', code: '2075-0', unit: 'mmol/L' },
  { name: 'Creatinine', code: '2160-0', unit: 'mg/dL' },
  { name: 'Bilirubin_direct', code: '1968-7', unit: 'mg/dL' },
  { name: 'Glucose', code: '2345-7', unit: 'mg/dL' },
  { name: 'Lactate', code: '2524-7', unit: 'mmol/L' },
  // The set's page says mmol/dL; a median of 2.0 is a magnesium in mg/dL.
  { name: 'Magnesium', code: '19123-9', unit: 'mg/dL' },
  { name: 'Phosphate', code: '2777-1', unit: 'mg/dL' },
  { name: 'Potassium', code: '2823-3', unit: 'mmol/L' },
  { name: 'Bilirubin_total', code: '1975-2', unit: 'mg/dL' },
  { name: 'TroponinI', code: '10839-9', unit: 'ng/mL' },
  { name: 'Hct', code: '4544-3', unit: '%' },
  { name: 'Hgb', code: '718-7', unit: 'g/dL' },
  { name: 'PTT', code: '14979-9', unit: 's' },
  { name: 'WBC', code: '6690-2', unit: '10*3/uL' },
  { name: 'Fibrinogen', code: '3255-7', unit: 'mg/dL' },
  { name: 'Platelets', code: '777-3', unit: '10*3/uL' },
];

/** End of the first row's hour less one: the set gives hours since admission, no calendar time. */
const RECORD_BEGINS: Instant = instant(Date.UTC(2001, 0, 1));

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
  const columns = COLUMNS.map((column) => ({ ...column, at: place(column.name) }));
  const patientAt = place('patient_id');
  const labelAt = place('SepsisLabel');
  const person = { age: place('Age'), sex: place('Gender'), hour: place('ICULOS'), before: head.indexOf('HospAdmTime') };
  let current: Draft | undefined;
  for (const cells of rows(csv)) {
    const patientId = cells[patientAt] ?? '';
    if (current?.patientId !== patientId) {
      if (current !== undefined) yield current;
      current = begun(patientId, cells, person);
    }
    const sent = columns.flatMap((column) => {
      const cell = cells[column.at];
      return cell === undefined || cell === '' ? [] : [{ ...column, value: Number(cell) }];
    });
    current.hours.push(Object.fromEntries(sent.flatMap(({ sign, value }) => (sign === undefined ? [] : [[sign, value]]))));
    current.sent.push(sent);
    current.sepsis.push(cells[labelAt]?.trim() === '1');
  }
  if (current !== undefined) yield current;
}

/** Places of what is said of the patient and the stay; the wait before the unit may be missing. */
interface PersonColumns {
  readonly age: number;
  readonly sex: number;
  readonly hour: number;
  readonly before: number;
}

function begun(patientId: string, cells: readonly string[], { age, sex, hour, before }: PersonColumns): Draft {
  return {
    patientId,
    ageYears: Number(cells[age]),
    sex: cells[sex] === '1' ? 'male' : 'female',
    firstIcuHour: Number(cells[hour]),
    hoursBeforeIcu: waitOf(cells[before]),
    hours: [],
    sent: [],
    sepsis: [],
  };
}

/** The set counts from the unit back to the hospital's door, so a wait is negative there; a few of ten thousand are not. */
function waitOf(cell: string | undefined): number | undefined {
  return cell === undefined || cell === '' ? undefined : Math.max(0, -Number(cell));
}

type Draft = Omit<HourlyRecord, 'hours' | 'sent' | 'sepsis'> & { hours: HourOfSigns[]; sent: (readonly Sent[])[]; sepsis: boolean[] };

function* rows(csv: string): Generator<readonly string[]> {
  let from = csv.indexOf('\n') + 1;
  while (from < csv.length) {
    const newline = csv.indexOf('\n', from);
    const to = newline < 0 ? csv.length : newline;
    if (to > from) yield csv.slice(from, to).split(',');
    from = to + 1;
  }
}

/** The end of a row of the record: when its values could be known. */
export function endOfRow(row: number): Instant {
  return plus(RECORD_BEGINS, hours(row + 1));
}

/** The record as a timeline that went through the plug-ins' own doors; what a door refuses is left out, as it is on a ward. */
export function timelineOf(record: HourlyRecord, plugins: readonly ModalityPlugin[]): PatientTimeline {
  const admission = minus(RECORD_BEGINS, hours(record.firstIcuHour - 1));
  return recordTimeline(
    {
      admission,
      ...(record.hoursBeforeIcu === undefined ? {} : { inHospitalSince: minus(admission, hours(record.hoursBeforeIcu)) }),
      ageYears: record.ageYears,
      sex: record.sex,
      sent: record.sent.flatMap((row, index) => row.map((item) => ({ ...item, at: endOfRow(index) }))),
    },
    plugins,
  );
}
