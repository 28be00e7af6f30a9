import { join } from 'node:path';
import { auditFolder, openReceiptLog } from '@concord/adapters/anchors';
import { createFileBlobs } from '@concord/adapters/blobs';
import { createSessionSeal, loadRootKey, loadSigner, openKeyring } from '@concord/adapters/crypto';
import { openDatabase, openSessionStore } from '@concord/adapters/postgres';
import type { Backend } from './backend.ts';
import type { Config } from './config.ts';

/** Stored data behind the edge: the database, the keys that open it, and the sealed files beside it. */
export async function openBackend(config: Config): Promise<Backend> {
  const keyring = await openKeyring(config.keyFile);
  const files = createFileBlobs(join(config.dataDir, 'blobs'));
  const database = openDatabase({ url: config.databaseUrl, machine: 'api', keyring, files, demo: config.demo });
  const sessions = openSessionStore(config.databaseUrl);
  const audit = auditFolder(config.auditDir);
  const receiptLog = openReceiptLog(audit.receipts, () => new Date());
  return {
    ...database,
    sessions,
    receipts: { signer: await loadSigner('receipts', audit.receiptKey), log: receiptLog },
    sessionSeal: createSessionSeal(await loadRootKey(config.keyFile)),
    close: async () => {
      await Promise.all([database.close(), sessions.close()]);
      receiptLog.close();
    },
  };
}
