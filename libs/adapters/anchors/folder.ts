import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What lies outside the database, in a folder of its own: keys, heads, countersigned heads, receipts, exports. */
export interface AuditFolder {
  readonly path: string;
  /** Seed of the key that signs heads and exports. */
  readonly logKey: string;
  /** Seed of the key that signs receipts; the edge holds it, the sequencer does not need it. */
  readonly receiptKey: string;
  /** Seed of the witness. In production this folder lies on another machine. */
  readonly witnessKey: string;
  /** Secret under which tags are opened. */
  readonly tagSecret: string;
  readonly anchors: string;
  readonly witness: string;
  readonly receipts: string;
  readonly exports: string;
  /** Public keys, for verifiers: hand this file out before it is needed. */
  readonly publicKeys: string;
  readonly status: string;
  /** An operator's word that a rollback of the database was meant. */
  readonly acceptedRollback: string;
}

export function auditFolder(path: string, witness: string = join(path, 'witness')): AuditFolder {
  return {
    path,
    logKey: join(path, 'log.key'),
    receiptKey: join(path, 'receipt.key'),
    witnessKey: join(witness, 'witness.key'),
    tagSecret: join(path, 'tags.key'),
    anchors: join(path, 'anchors'),
    witness,
    receipts: join(path, 'receipts'),
    exports: join(path, 'exports'),
    publicKeys: join(path, 'pubkeys.json'),
    status: join(path, 'status.json'),
    acceptedRollback: join(path, 'accept-rollback.json'),
  };
}

/** One line each, in C2SP's form `name+id+key`. */
export interface PublishedKeys {
  readonly log: readonly string[];
  readonly receipt: readonly string[];
  readonly witness: readonly string[];
}

export async function publishKeys(folder: AuditFolder, keys: PublishedKeys): Promise<void> {
  await mkdir(folder.path, { recursive: true });
  const draft = `${folder.publicKeys}.${process.pid}`;
  await writeFile(draft, `${JSON.stringify(keys, undefined, 1)}\n`);
  await rename(draft, folder.publicKeys);
}
