import type { AssessmentId, PatientId, RegionCheck } from '@concord/core/clinical';
import { regionCheckPlace } from '../places.ts';
import { asPatientKey, date } from '../rows.ts';
import type { Transaction } from '../transaction.ts';
import { openJson, sealJson } from './sealed-json.ts';

/** Stored once for a score: a job that runs again, or twice at a time, changes nothing. @returns false when there was one. */
export async function keepCheck(tx: Transaction, id: AssessmentId, check: RegionCheck): Promise<boolean> {
  const find = 'SELECT patient_key FROM assessments WHERE id = $1';
  const [row] = await tx.rows<{ patient_key: string }>('region-check-score', find, [id]);
  if (row === undefined) return false;
  await tx.meet([row.patient_key]);
  const patientId: PatientId = tx.handOut(asPatientKey(row.patient_key));
  const sealed = await sealJson(tx, patientId, { place: regionCheckPlace(id), content: check });
  const text = `INSERT INTO region_checks (assessment_id, patient_key, modality, stored_at, regions, holding, sealed)
    VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (assessment_id) DO NOTHING RETURNING assessment_id`;
  const { modality, faithfulness } = check;
  const holding = faithfulness.filter(({ holds }) => holds).length;
  return (await tx.rows('region-check-insert', text, [id, row.patient_key, modality, date(tx.now), faithfulness.length, holding, sealed])).length === 1;
}

/** The checks of these scores, by the id of the score. Row-level security leaves out what the reader may not see. */
export async function checksOf(tx: Transaction, rows: readonly { readonly id: string }[]): Promise<ReadonlyMap<string, RegionCheck>> {
  const checks = new Map<string, RegionCheck>();
  if (rows.length === 0) return checks;
  const text = 'SELECT assessment_id, patient_key, sealed FROM region_checks WHERE assessment_id = ANY ($1::uuid[])';
  for (const row of await tx.rows<CheckRow>('region-checks', text, [rows.map(({ id }) => id)])) {
    const patientId = tx.handOut(asPatientKey(row.patient_key));
    checks.set(row.assessment_id, await openJson<RegionCheck>(tx, patientId, { place: regionCheckPlace(row.assessment_id), sealed: row.sealed }));
  }
  return checks;
}

interface CheckRow {
  readonly assessment_id: string;
  readonly patient_key: string;
  readonly sealed: Buffer;
}
