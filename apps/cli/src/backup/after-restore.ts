import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { auditFolder, openAnchors } from '@concord/adapters/anchors';
import { createFileBlobs } from '@concord/adapters/blobs';
import { openKeyring } from '@concord/adapters/crypto';
import { openLedger } from '@concord/adapters/ledger';
import { askAgain, migrate, moveKeys, openDatabase } from '@concord/adapters/postgres';
import { prepareQueue } from '@concord/adapters/queue';
import type { PatientId } from '@concord/core/clinical';
import { erasePatient } from '@concord/pipeline/erase';
import type { Settings } from '../config.ts';
import { ledgerFile } from './places.ts';

/** Brings the schema of what was restored up to date, then erases again whom the ledger names. @returns how many. */
export async function settleRestored(settings: Settings, url: (role: string) => string): Promise<number> {
  const owner = url('concord_owner');
  await migrate(owner, [prepareQueue, moveKeys(await openKeyring(settings.keyFile))]);
  return reapplyErasures(settings, { owner, worker: url('app_worker') });
}

/**
 * Erases again whom the ledger outside the database names and the database still knows: after a restore by our command, and at
 * every start, for a database may have been put back by other means.
 * @returns how many.
 * @throws LedgerError when a line of the ledger was changed, cut or left out: then nobody can say who must not be here.
 */
export async function reapplyErasures(settings: Settings, url: { readonly owner: string; readonly worker: string }): Promise<number> {
  const ledger = openLedger(ledgerFile(settings.auditDir));
  const erased = new Set((await ledger.lines()).map(({ keys }) => keys));
  if (erased.size === 0) return 0;
  const keyring = await openKeyring(settings.keyFile);
  const again = await askAgain(url.owner, (patientId) => erased.has(keyring.nameOf(patientId)));
  if (again.length === 0) return 0;
  const files = createFileBlobs(join(settings.dataDir, 'blobs'));
  const worker = openDatabase({ url: url.worker, machine: 'worker', keyring, files, demo: false, connections: 2 });
  try {
    for (const id of again) {
      await erasePatient(id as PatientId, `restore-${randomUUID()}`, {
        withAccess: worker.withAccess,
        nameOf: (id) => keyring.nameOf(id),
        destroyKeys: (name) => keyring.store.destroy(name),
        removeFile: (name) => files.remove(name),
        ledger,
        rewrite: () => worker.rewriteErased(),
      });
    }
    return again.length;
  } finally {
    await worker.close();
  }
}

/** Leaves of the newest head that was anchored outside the database; undefined when none was. */
export async function newestAnchor(auditDir: string): Promise<number | undefined> {
  const anchors = await openAnchors(auditFolder(auditDir).anchors);
  return (await anchors.newest())?.checkpoint.size;
}
