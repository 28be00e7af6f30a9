import type { PatientId } from '@concord/core/clinical';
import type { Instant } from '@concord/core/kernel';
import type { JobStore } from '@concord/core/ports';
import { date } from '../rows.ts';
import type { Transaction } from '../transaction.ts';

/** One for what is due now, one for what is planned: news never waits for a plan, and a plan never delays news. */
export function jobStore(tx: Transaction): JobStore {
  return { assess: (patientId, runAt) => assess(tx, patientId, runAt), verify: (patientId) => verify(tx, patientId) };
}

async function verify(tx: Transaction, patientId: PatientId): Promise<void> {
  await tx.rows('enqueue-verify', "SELECT jobs.enqueue('verify', '{}'::uuid[], $1::uuid, $2, NULL)", [patientId, `verify:${patientId}`]);
}

async function assess(tx: Transaction, patientId: PatientId, runAt: Instant | undefined): Promise<void> {
  const key = `${runAt === undefined ? 'assess' : 'assess-later'}:${patientId}`;
  await tx.rows('enqueue', "SELECT jobs.enqueue('assess', '{}'::uuid[], $1::uuid, $2, $3)", [patientId, key, runAt === undefined ? null : date(runAt)]);
}
