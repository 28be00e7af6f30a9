import { randomUUID } from 'node:crypto';
import pg from 'pg';

/**
 * After a restore: asks again, as the owner of the schema, for the erasures that the ledger outside the database knows. Holds
 * of that time do not stand in the way: the ledger is newer than what came back.
 * @param isErased of an id of a patient.
 * @returns the patients who wait to be erased by the worker's job.
 */
export async function askAgain(ownerUrl: string, isErased: (patientId: string) => boolean): Promise<readonly string[]> {
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ patient_id: string }>('SELECT DISTINCT patient_id FROM patient_keys');
    const erased = rows.map(({ patient_id }) => patient_id).filter(isErased);
    for (const id of erased) {
      await client.query("UPDATE legal_holds SET lifted_by = 'ledger', lifted_at = now() WHERE patient_id = $1 AND lifted_at IS NULL", [id]);
      const text = `INSERT INTO erasure_requests (id, patient_id, reason, state, requested_by, requested_at, confirmed_by, confirmed_at)
        SELECT $1, $2, 'legal-obligation', 'confirmed', 'ledger', now(), 'restore', now()
        WHERE NOT EXISTS (SELECT FROM erasure_requests r WHERE r.patient_id = $2 AND r.state = 'confirmed')`;
      await client.query(text, [randomUUID(), id]);
    }
    return erased;
  } finally {
    await client.end();
  }
}
