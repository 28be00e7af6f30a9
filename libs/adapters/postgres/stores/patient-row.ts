import type { Demographics, Identifier } from '@concord/core/clinical';
import type { PatientRecord } from '@concord/core/ports';
import { patientPlace } from '../places.ts';
import { asOneOf, asPatientId, asPatientKey, asSourceId, at, given } from '../rows.ts';
import { reachable, type Transaction } from '../transaction.ts';
import { openJson } from './sealed-json.ts';

/** What is sealed of a patient: everything that names them. */
export interface PatientContent {
  readonly family: string;
  readonly given: readonly string[];
  readonly demographics: Demographics;
  readonly identifiers: readonly Identifier[];
}

export interface PatientRow {
  readonly id: string;
  readonly patient_key: string;
  readonly version: number;
  readonly updated_at: Date;
  readonly created_at: Date;
  readonly demo_kind: string | null;
  readonly source_id: string;
  readonly sealed: Buffer;
}

export const PATIENT_COLUMNS = 'o.id, o.patient_key, v.version, v.available_at AS updated_at, o.created_at, o.demo_kind, o.source_id, v.sealed';
const ROW = 'p.version, p.created_at, p.demo_kind, p.source_id';
const VERSIONS = 'JOIN patient_versions v ON v.patient_id = o.id';
/** Patients with their pseudonym and newest version; the condition on the version is the caller's. */
export const PATIENT_FROM = `(SELECT p.id, l.patient_key, ${ROW} FROM patients p JOIN patient_links l ON l.patient_id = p.id) o ${VERSIONS}`;
/** The same for one patient whose pseudonym was told before: nobody asks for the pair again. */
export const KNOWN_PATIENT_FROM = `(SELECT p.id, $6::uuid AS patient_key, ${ROW} FROM patients p) o ${VERSIONS}`;

/** Opens a row and counts it as handed out. */
export async function toRecord(tx: Transaction, row: PatientRow): Promise<PatientRecord> {
  const id = asPatientId(row.id);
  const key = asPatientKey(row.patient_key);
  tx.know(id, key);
  tx.handOut(key);
  const content = await openJson<PatientContent>(tx, id, { place: patientPlace(row.id, row.version), sealed: row.sealed });
  return {
    id,
    version: row.version,
    updatedAt: at(row.updated_at),
    ...content,
    ...given({ demoKind: row.demo_kind === null ? null : asOneOf<'synthetic' | 'assembled'>(row.demo_kind) }),
    sourceId: asSourceId(row.source_id),
  };
}

const BY_KEY = `SELECT ${PATIENT_COLUMNS} FROM ${PATIENT_FROM} WHERE ${reachable('o')} AND o.patient_key = ANY ($4::uuid[]) AND v.superseded_at IS NULL AND v.retracted_at IS NULL`;

/** Those of these patients whom this transaction may hand out, by pseudonym: the heads of a list of things about patients. */
export async function patientsByKey(tx: Transaction, keys: readonly string[]): Promise<ReadonlyMap<string, PatientRecord>> {
  const found = new Map<string, PatientRecord>();
  for (const row of await tx.rows<PatientRow>('patients-by-key', BY_KEY, [...tx.reachValues, keys])) found.set(row.patient_key, await toRecord(tx, row));
  return found;
}
