import type { PatientId, RiskTaskId, WardId } from '@concord/core/clinical';
import { hours, minus } from '@concord/core/kernel';
import type { EncounterRecord, ObservationRecord, PatientRecord, StoredAssessment, WorklistEntry, WorklistStore } from '@concord/core/ports';
import type { TrendPoint } from '../audit/scores.ts';
import { asAssessmentId, asModality, asOneOf, asPatientKey, asWardId, at, date } from '../rows.ts';
import { IMAGED, OBSERVED, reachable, reachableCare, REPORTED, type Transaction } from '../transaction.ts';
import { ASSESSMENT_COLUMNS, toAssessments, type AssessmentRow } from './assessment-store.ts';
import { ENCOUNTER_COLUMNS, toEncounter, type EncounterRow } from './encounter-store.ts';
import { OBSERVATION_COLUMNS, toObservations, type ObservationRow } from './observation-row.ts';
import { PATIENT_COLUMNS, PATIENT_FROM, toRecord, type PatientRow } from './patient-row.ts';

/** More than any ward holds; a list beyond it is no list that a person works through. */
const PATIENTS_MAX = 500;
const HISTORY = hours(24);
/** A reading older than this shows as missing. */
const READINGS = hours(48);

export function worklistStore(tx: Transaction): WorklistStore {
  return { load: (query) => load(tx, query), wards: () => wards(tx) };
}

type Entries<T> = ReadonlyMap<PatientId, readonly T[]>;

/** One statement a kind of thing, whatever the number of patients. */
async function load(tx: Transaction, query: { readonly wardId?: WardId; readonly task: RiskTaskId }): Promise<readonly WorklistEntry[]> {
  const present = await presentEncounters(tx, query.wardId);
  const keys = [...present.keys()];
  if (keys.length === 0) return [];
  const [patients, latest, history, newest, readings] = [
    await patientsOf(tx, keys),
    await latestOf(tx, keys),
    await historyOf(tx, keys, query.task),
    await newestOf(tx, keys),
    await readingsOf(tx, keys),
  ];
  return patients.flatMap((patient) => {
    const encounter = present.get(patient.key);
    if (encounter === undefined) return [];
    const { record } = patient;
    const of = <T>(entries: Entries<T>) => entries.get(record.id) ?? [];
    return [{ patient: record, encounter, latest: of(latest), history: of(history), newest: of(newest), readings: of(readings) }];
  });
}

const PRESENT = `SELECT DISTINCT ON (o.patient_key) ${ENCOUNTER_COLUMNS} FROM encounters o
  WHERE ${reachable('o')} AND o.superseded_at IS NULL AND o.retracted_at IS NULL AND o.status IN ('arrived', 'triaged', 'in-progress', 'onleave')
    AND o.starts_at <= $4 AND (o.ends_at IS NULL OR o.ends_at > $4)
    AND ($5::text IS NULL OR EXISTS (SELECT FROM encounter_locations n WHERE n.encounter_id = o.id AND n.version = o.version AND n.ward_id = $5
      AND coalesce(n.status, 'active') = 'active' AND coalesce(n.starts_at, o.starts_at) <= $4 AND (n.ends_at IS NULL OR n.ends_at > $4)))
  ORDER BY o.patient_key, o.starts_at DESC LIMIT ${PATIENTS_MAX}`;

async function presentEncounters(tx: Transaction, wardId: WardId | undefined): Promise<ReadonlyMap<string, EncounterRecord>> {
  const rows = await tx.rows<EncounterRow>('worklist-encounters', PRESENT, [...tx.reachValues, date(tx.now), wardId ?? null]);
  await tx.meet(rows.map(({ patient_key }) => patient_key));
  await tx.readDataKeys(rows.map(({ patient_key }) => tx.idOf(asPatientKey(patient_key))));
  const found = new Map<string, EncounterRecord>();
  for (const row of rows) found.set(row.patient_key, await toEncounter(tx, row));
  return found;
}

async function patientsOf(tx: Transaction, keys: readonly string[]): Promise<readonly { readonly key: string; readonly record: PatientRecord }[]> {
  const text = `SELECT ${PATIENT_COLUMNS} FROM ${PATIENT_FROM} WHERE ${reachable('o')} AND o.patient_key = ANY ($4::uuid[]) AND v.superseded_at IS NULL AND v.retracted_at IS NULL`;
  const found = [];
  for (const row of await tx.rows<PatientRow>('worklist-patients', text, [...tx.reachValues, keys]))
    found.push({ key: row.patient_key, record: await toRecord(tx, row) });
  return found;
}

const LATEST = `SELECT n.* FROM unnest($4::uuid[]) AS k (patient_key) CROSS JOIN LATERAL (
    SELECT DISTINCT ON (o.task) ${ASSESSMENT_COLUMNS} FROM assessments o WHERE o.patient_key = k.patient_key AND o.status <> 'entered-in-error'
      AND o.as_of > $5 AND ${reachableCare('o')} ORDER BY o.task, o.as_of DESC, o.sequence DESC) n`;

async function latestOf(tx: Transaction, keys: readonly string[]): Promise<Entries<StoredAssessment>> {
  const rows = await tx.rows<AssessmentRow>('worklist-latest', LATEST, [...tx.reachValues, keys, date(minus(tx.now, READINGS))]);
  return byPatient(await toAssessments(tx, rows), ({ assessment }) => assessment.patientId);
}

interface HistoryRow {
  readonly id: string;
  readonly patient_key: string;
  readonly as_of: Date;
  readonly probability: number | null;
  readonly logit: number | null;
  readonly reason: string | null;
}

function outputOf({ probability, logit, reason }: HistoryRow): TrendPoint['output'] {
  return probability === null || logit === null ? { reason: reason ?? '' } : { probability, logit };
}

async function historyOf(tx: Transaction, keys: readonly string[], task: RiskTaskId): Promise<Entries<WorklistEntry['history'][number]>> {
  const text = `SELECT o.id, o.patient_key, o.as_of, o.probability, o.logit, o.reason FROM assessments o WHERE o.patient_key = ANY ($4::uuid[]) AND o.task = $5 AND o.as_of > $6
    AND o.status <> 'entered-in-error' AND ${reachableCare('o')} ORDER BY o.as_of`;
  const rows = await tx.rows<HistoryRow>('worklist-history', text, [...tx.reachValues, keys, task, date(minus(tx.now, HISTORY))]);
  for (const row of rows) tx.scores.showTrend(asPatientKey(row.patient_key), { id: asAssessmentId(row.id), output: outputOf(row) });
  const points = rows.map((row) => ({ id: tx.handOut(asPatientKey(row.patient_key)), point: { asOf: at(row.as_of), probability: row.probability } }));
  return new Map([...byPatient(points, ({ id }) => id)].map(([id, list]) => [id, list.map(({ point }) => point)]));
}

const NEWEST = `SELECT k.patient_key, m.modality, m.effective_at FROM unnest($4::uuid[]) AS k (patient_key) CROSS JOIN LATERAL (
    SELECT modality, max(effective_at) AS effective_at FROM (
      SELECT o.modality, o.effective_at FROM observations o WHERE o.patient_key = k.patient_key AND o.modality IS NOT NULL AND o.superseded_at IS NULL
        AND o.retracted_at IS NULL AND o.effective_at BETWEEN $6 AND $5 AND ${reachable('o', OBSERVED)}
      UNION ALL SELECT o.modality, o.effective_at FROM reports o WHERE o.patient_key = k.patient_key AND o.modality IS NOT NULL AND o.superseded_at IS NULL
        AND o.retracted_at IS NULL AND o.effective_at <= $5 AND ${reachable('o', REPORTED)}
      UNION ALL SELECT o.modality, o.effective_at FROM imaging_instances o WHERE o.patient_key = k.patient_key AND o.modality IS NOT NULL
        AND o.superseded_at IS NULL AND o.retracted_at IS NULL AND o.effective_at <= $5 AND ${reachable('o', IMAGED)}) every_kind
    GROUP BY modality) m`;

async function newestOf(tx: Transaction, keys: readonly string[]): Promise<Entries<WorklistEntry['newest'][number]>> {
  const values = [...tx.reachValues, keys, date(tx.now), date(minus(tx.now, READINGS))];
  const rows = await tx.rows<{ patient_key: string; modality: string; effective_at: Date }>('worklist-newest', NEWEST, values);
  const samples = rows.map((row) => ({
    id: tx.handOut(asPatientKey(row.patient_key)),
    sample: { modality: asModality(row.modality), effectiveAt: at(row.effective_at) },
  }));
  return new Map([...byPatient(samples, ({ id }) => id)].map(([id, list]) => [id, list.map(({ sample }) => sample)]));
}

const NEWEST_READINGS = `SELECT n.* FROM unnest($4::uuid[]) AS k (patient_key) CROSS JOIN LATERAL (
    SELECT DISTINCT ON (o.code) ${OBSERVATION_COLUMNS} FROM observations o WHERE o.patient_key = k.patient_key AND o.modality IS NOT NULL
      AND o.superseded_at IS NULL AND o.retracted_at IS NULL AND o.effective_at BETWEEN $6 AND $5 AND ${reachable('o', OBSERVED)}
    ORDER BY o.code, o.effective_at DESC) n`;

async function readingsOf(tx: Transaction, keys: readonly string[]): Promise<Entries<ObservationRecord>> {
  const rows = await tx.rows<ObservationRow>('worklist-readings', NEWEST_READINGS, [...tx.reachValues, keys, date(tx.now), date(minus(tx.now, READINGS))]);
  return byPatient(await toObservations(tx, rows), ({ patientId }) => patientId);
}

function byPatient<T>(items: readonly T[], patientOf: (item: T) => PatientId): Entries<T> {
  const groups = new Map<PatientId, T[]>();
  for (const item of items) {
    const list = groups.get(patientOf(item));
    if (list === undefined) groups.set(patientOf(item), [item]);
    else list.push(item);
  }
  return groups;
}

async function wards(tx: Transaction): Promise<Awaited<ReturnType<WorklistStore['wards']>>> {
  const rows = await tx.rows<{ id: string; name: string; setting: string }>('wards', 'SELECT id, name, setting FROM wards ORDER BY id', []);
  return rows.map(({ id, name, setting }) => ({ id: asWardId(id), name, setting: asOneOf<'ward' | 'icu'>(setting) }));
}
