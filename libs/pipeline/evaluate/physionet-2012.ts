import type { ModalityPlugin, PatientTimeline } from '@concord/core/clinical';
import { hours, instant, minutes, plus, type Instant } from '@concord/core/kernel';
import { recordTimeline, type Sent } from './record-timeline.ts';

/** One stay of the PhysioNet 2012 set: what was measured in the first 48 hours, and whether the patient died in hospital. */
export interface MortalityRecord {
  readonly recordId: string;
  readonly ageYears: number | undefined;
  readonly sex: 'female' | 'male' | 'unknown';
  readonly sent: readonly (Sent & { readonly minute: number })[];
}

const ICU_SYSTEM = 'https://concord.example/fhir/CodeSystem/icu';
/** Parameter of the set, its code and unit. Cuff and arterial line keep codes of their own; the modality makes one sign of them. */
const PARAMETERS: Readonly<Record<string, readonly [code: string, unit: string]>> = {
  HR: ['8867-4', '/min'],
  RespRate: ['9279-1', '/min'],
  SaO2: ['2708-6', '%'],
  SysABP: ['76215-3', 'mm[Hg]'],
  NISysABP: ['76534-7', 'mm[Hg]'],
  DiasABP: ['76213-8', 'mm[Hg]'],
  NIDiasABP: ['76535-4', 'mm[Hg]'],
  MAP: ['76214-6', 'mm[Hg]'],
  NIMAP: ['76536-2', 'mm[Hg]'],
  Temp: ['8310-5', 'Cel'],
  GCS: ['9269-2', '{score}'],
  FiO2: ['3150-0', '1'],
  Urine: ['9187-6', 'mL'],
  Weight: ['29463-7', 'kg'],
  pH: ['2744-1', '[pH]'],
  PaCO2: ['2019-8', 'mm[Hg]'],
  PaO2: ['2703-7', 'mm[Hg]'],
  HCO3: ['1963-8', 'mmol/L'],
  AST: ['1920-8', 'U/L'],
  ALT: ['1742-6', 'U/L'],
  ALP: ['6768-6', 'U/L'],
  BUN: ['3094-0', 'mg/dL'],
  Creatinine: ['2160-0', 'mg/dL'],
  Bilirubin: ['1975-2', 'mg/dL'],
  Glucose: ['2345-7', 'mg/dL'],
  Lactate: ['2524-7', 'mmol/L'],
  // The set's page says mmol/L; a mean of 2.0 is a magnesium in mg/dL.
  Mg: ['19123-9', 'mg/dL'],
  K: ['2823-3', 'mmol/L'],
  Na: ['2951-2', 'mmol/L'],
  TroponinI: ['10839-9', 'ug/L'],
  TroponinT: ['6598-7', 'ug/L'],
  HCT: ['4544-3', '%'],
  WBC: ['6690-2', '10*3/uL'],
  Platelets: ['777-3', '10*3/uL'],
  Albumin: ['1751-7', 'g/dL'],
  Cholesterol: ['2093-3', 'mg/dL'],
};
const SEXES: Readonly<Record<number, MortalityRecord['sex']>> = { 0: 'female', 1: 'male' };
const ADMISSION: Instant = instant(Date.UTC(2001, 0, 1));

/** The moment `hour` hours after admission to the unit. */
export function atHour(hour: number): Instant {
  return plus(ADMISSION, hours(hour));
}

/**
 * Reads `events_set_*.csv`, stay by stay. The rows of a stay stand together.
 * @throws when the header is another one.
 */
export function* mortalityRecords(csv: string): Generator<MortalityRecord> {
  if (csv.slice(0, csv.indexOf('\n')).trim() !== 'record_id,minute,parameter,value') throw new Error('events_set has other columns');
  let current: Draft | undefined;
  for (const { recordId, parameter, ...moment } of eventRows(csv)) {
    if (current?.recordId !== recordId) {
      if (current !== undefined) yield current;
      current = { recordId, ageYears: undefined, sex: 'unknown', sent: [] };
    }
    note(current, parameter, moment);
  }
  if (current !== undefined) yield current;
}

function* eventRows(csv: string): Generator<{ readonly recordId: string; readonly minute: number; readonly parameter: string; readonly value: number }> {
  let from = csv.indexOf('\n') + 1;
  while (from < csv.length) {
    const newline = csv.indexOf('\n', from);
    const to = newline < 0 ? csv.length : newline;
    const row = csv.slice(from, to).trim();
    const [recordId = '', minute, parameter = '', value] = row.split(',');
    if (row !== '') yield { recordId, minute: Number(minute), parameter, value: Number(value) };
    from = to + 1;
  }
}

interface Draft {
  readonly recordId: string;
  ageYears: number | undefined;
  sex: MortalityRecord['sex'];
  readonly sent: (Sent & { readonly minute: number })[];
}

function note(record: Draft, parameter: string, { minute, value }: { readonly minute: number; readonly value: number }): void {
  if (parameter === 'Age') record.ageYears = value > 0 ? value : undefined;
  else if (parameter === 'Gender') record.sex = SEXES[value] ?? 'unknown';
  else record.sent.push(...sentAs(parameter, value).map((sent) => ({ ...sent, minute })));
}

/** Height and type of unit are no part of any question here. */
function sentAs(parameter: string, value: number): readonly Sent[] {
  if (parameter === 'MechVent')
    return [{ code: 'mechanical-ventilation', unit: '', value, answer: { system: ICU_SYSTEM, text: value === 1 ? 'true' : 'false' } }];
  const [code, unit] = Object.hasOwn(PARAMETERS, parameter) ? (PARAMETERS[parameter] ?? []) : [];
  return code === undefined || unit === undefined ? [] : [{ code, unit, value }];
}

/** @returns by record id: whether the patient died in hospital. @throws when the column is missing. */
export function diedInHospital(csv: string): ReadonlyMap<string, boolean> {
  return outcome(csv, 'In-hospital_death', (cell) => cell === '1');
}

/** What else is recorded of a stay once it is over: days from intensive care to death, days in hospital, and two scores of the first day. */
export const LATER_KNOWN = { daysToDeath: 'Survival', stayDays: 'Length_of_stay', saps: 'SAPS-I', sofa: 'SOFA' } as const;
export type LaterKnown = keyof typeof LATER_KNOWN;

/** @returns by record id: the number, -1 where none is recorded. A target of teaching, never an input. @throws when the column is missing. */
export function laterKnown(csv: string, name: LaterKnown): ReadonlyMap<string, number> {
  return outcome(csv, LATER_KNOWN[name], Number);
}

function outcome<T>(csv: string, name: string, read: (cell: string | undefined) => T): ReadonlyMap<string, T> {
  const [head = '', ...rows] = csv.trim().split('\n');
  const at = head.trim().split(',').indexOf(name);
  if (at < 0) throw new Error(`outcomes_set has no column ${name}`);
  return new Map(rows.map((row) => row.trim().split(',')).map((cells) => [cells[0] ?? '', read(cells[at])]));
}

/** The record as a timeline that went through the plug-ins' own doors. */
export function mortalityTimeline({ ageYears, sex, sent }: MortalityRecord, plugins: readonly ModalityPlugin[]): PatientTimeline {
  return recordTimeline({ admission: ADMISSION, ageYears, sex, sent: sent.map((item) => ({ ...item, at: plus(ADMISSION, minutes(item.minute)) })) }, plugins);
}
