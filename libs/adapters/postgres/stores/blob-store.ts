import { createHash, randomUUID } from 'node:crypto';
import type { PatientId, Sha256 } from '@concord/core/clinical';
import type { SealedBlobStore } from '@concord/core/ports';
import { blobFile, blobSealPlace, blobWrapPlace } from '../places.ts';
import { asPatientKey, asSha256, bytesOf, date } from '../rows.ts';
import { reachable, type Transaction } from '../transaction.ts';

/** One segment: what fits is kept in its row, which spares a file and its sync for every small message. */
const IN_ROW_MAX = 64 * 1024;

interface BlobRow {
  readonly name: string;
  readonly wrapped: Buffer;
  readonly sealed: Buffer | null;
  readonly patient_key: string | null;
}

export function blobStore(tx: Transaction): SealedBlobStore {
  return { put: (bytes, patientId) => putBlob(tx, bytes, patientId), get: (hash) => get(tx, hash) };
}

/**
 * Each blob has a key of its own, which stands in a row that row-level security guards, wrapped by the patient's key (by the
 * root key while nobody was matched); the file alone opens for nobody. Whoever inserts the row writes the file, before the commit: equal writes at once wait for the row.
 */
export async function putBlob(tx: Transaction, bytes: Uint8Array, patientId: PatientId | undefined): Promise<Sha256> {
  const digest = createHash('sha256').update(bytes).digest();
  const name = randomUUID();
  const { key, wrapped } = await newBlobKey(tx, name, patientId);
  const small = bytes.length <= IN_ROW_MAX;
  const sealed = small ? tx.keyring.seal(key, bytes, blobSealPlace(name)) : null;
  const text = `INSERT INTO blobs (name, sha256, patient_key, wrapped, sealed, byte_length, source_id, stored_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (sha256, patient_key) DO NOTHING RETURNING name`;
  const owner = patientId === undefined ? null : tx.writeKey(patientId);
  const inserted = await tx.rows('blob-insert', text, [name, digest, owner, wrapped, sealed, bytes.length, tx.sourceId, date(tx.now)]);
  if (inserted.length > 0 && !small) await tx.files.put(blobFile(name), bytes, key);
  return asSha256(digest);
}

async function newBlobKey(
  tx: Transaction,
  name: string,
  patientId: PatientId | undefined,
): Promise<{ readonly key: Uint8Array; readonly wrapped: Uint8Array }> {
  const fresh = tx.keyring.newKey(blobWrapPlace(name));
  return patientId === undefined ? fresh : { key: fresh.key, wrapped: tx.keyring.sealFor(await tx.dataKey(patientId), fresh.key, blobWrapPlace(name)) };
}

async function blobKey(tx: Transaction, { name, wrapped, patient_key }: BlobRow): Promise<Uint8Array> {
  if (patient_key === null) return tx.keyring.unwrap(wrapped, blobWrapPlace(name));
  await tx.meet([patient_key]);
  return tx.keyring.openFor(await tx.dataKey(tx.handOut(asPatientKey(patient_key))), wrapped, blobWrapPlace(name));
}

async function get(tx: Transaction, hash: Sha256): Promise<Uint8Array | undefined> {
  const text = `SELECT o.name, o.wrapped, o.sealed, o.patient_key FROM blobs o WHERE o.sha256 = $4 AND ${reachable('o')} LIMIT 1`;
  const [row] = await tx.rows<BlobRow>('blob-read', text, [...tx.reachValues, bytesOf(hash)]);
  if (row === undefined) return undefined;
  const key = await blobKey(tx, row);
  return row.sealed === null ? tx.files.get(blobFile(row.name), key) : tx.keyring.open(key, row.sealed, blobSealPlace(row.name));
}
