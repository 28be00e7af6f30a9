import { randomUUID } from 'node:crypto';
import { date, dateOrNull, type PatientKey } from '../rows.ts';
import type { Transaction } from '../transaction.ts';
import type { Grant } from './grants.ts';

/** What rests on this encounter, team, study or account is made anew; nothing else is touched. */
export async function replaceGrants(tx: Transaction, key: PatientKey, basis: string, grants: readonly Grant[]): Promise<void> {
  await tx.rows('grants-drop', 'DELETE FROM access_grants WHERE patient_key = $1 AND basis = $2', [key, basis]);
  for (const grant of grants) {
    await tx.rows(
      'grant-insert',
      'INSERT INTO access_grants (id, patient_key, relationship, holder, basis, starts_at, ends_at) VALUES ($1, $2, $3, $4, $5, $6, $7)',
      [randomUUID(), key, grant.relationship, grant.holder, basis, date(grant.startsAt), dateOrNull(grant.endsAt)],
    );
  }
}
