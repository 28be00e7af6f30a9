import { setTimeout as pause } from 'node:timers/promises';
import { auditFolder, openAnchors, publishKeys, type AuditFolder } from '@concord/adapters/anchors';
import { createTagOpener, digest, loadRootKey, loadSigner } from '@concord/adapters/crypto';
import { openSequencer } from '@concord/adapters/postgres';
import { formatKey } from '@concord/governance/audit';
import { readSequencerConfig } from './audit-log/config.ts';
import { runExports } from './audit-log/exports.ts';
import type { HeadsSettings } from './audit-log/heads.ts';
import { runSequencer } from './audit-log/run.ts';

/** Another sequencer holds the database: look again after this. */
const STANDBY_MS = 2000;
const say = (line: string): void => void process.stderr.write(`${new Date().toISOString()} ${line}\n`);

/** Puts committed events into the tamper-evident log, one process at a time for a database; others stand by. */
async function main(): Promise<void> {
  const config = readSequencerConfig(process.env);
  const folder = auditFolder(config.auditDir, config.witnessDir);
  const heads = await openHeads(folder);
  const openTag = createTagOpener(await loadRootKey(folder.tagSecret));
  const ending = new AbortController();
  for (const event of ['message', 'disconnect', 'SIGTERM', 'SIGINT']) {
    process.on(event, () => {
      ending.abort();
    });
  }
  process.send?.({ ready: true });
  while (!ending.signal.aborted) {
    const sequencer = await openSequencer({ url: config.databaseUrl, digest, openTag });
    if (sequencer === undefined) {
      await pause(STANDBY_MS, undefined, { signal: ending.signal }).catch(() => undefined);
      continue;
    }
    // What fails in one ends both: a fresh process reads the log anew.
    await Promise.all([
      runSequencer(sequencer, { folder, heads, say, signal: ending.signal }),
      runExports({ url: config.databaseUrl, folder, making: { digest, openTag, signer: heads.log }, signal: ending.signal }),
    ]);
    await sequencer.close();
  }
  process.exit(0);
}

async function openHeads(folder: AuditFolder): Promise<HeadsSettings> {
  const [log, witness, receipt] = await Promise.all([
    loadSigner('audit', folder.logKey),
    loadSigner('witness', folder.witnessKey),
    loadSigner('receipts', folder.receiptKey),
  ]);
  await publishKeys(folder, {
    log: [formatKey(digest, { ...log, type: 'signature' })],
    receipt: [formatKey(digest, { ...receipt, type: 'signature' })],
    witness: [formatKey(digest, { ...witness, type: 'cosignature' })],
  });
  return { digest, log, witness, anchors: await openAnchors(folder.anchors), witnessed: await openAnchors(folder.witness) };
}

main().catch((error: unknown) => {
  process.stderr.write(`concord sequencer: ${error instanceof Error ? error.message : 'cannot go on'}\n`);
  process.exit(1);
});
