import { join } from 'node:path';
import { createFileBlobs } from '@concord/adapters/blobs';
import { openKeyring } from '@concord/adapters/crypto';
import { openLedger } from '@concord/adapters/ledger';
import type { Database } from '@concord/adapters/postgres';
import type { QueuedJob } from '@concord/adapters/queue';
import { erasePatient, type ErasePatientParts } from '@concord/pipeline/erase';
import type { Config } from './config.ts';

/** The job `erase`, with this installation's keys, files and ledger. */
export async function openErasing(config: Config, access: Database, say: (line: string) => void): Promise<(job: QueuedJob) => Promise<void>> {
  const keyring = await openKeyring(config.keyFile);
  const files = createFileBlobs(join(config.dataDir, 'blobs'));
  const parts: ErasePatientParts = {
    withAccess: access.withAccess,
    nameOf: (id) => keyring.nameOf(id),
    destroyKeys: (name) => keyring.store.destroy(name),
    removeFile: (name) => files.remove(name),
    // The ledger lies with the checkpoints, outside the database.
    ledger: openLedger(join(config.auditDir, 'erasures.jsonl')),
    rewrite: () => access.rewriteErased(),
  };
  return async ({ id, patientId }) => {
    if ((await erasePatient(patientId, `job-${id}`, parts)) === 'erased') say(`job ${id} erased its patient`);
  };
}
