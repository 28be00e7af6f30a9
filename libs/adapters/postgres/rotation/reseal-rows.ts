import { createHash } from 'node:crypto';
import type { ClientBase } from 'pg';
import type { DataKeys, Keyring, SealedFiles } from '@concord/core/ports';
import { inTransaction } from '../in-transaction.ts';
import { blobFile, blobSealPlace, blobWrapPlace } from '../places.ts';
import { SEALED_COLUMNS, type RowName, type SealedColumn } from './sealed-columns.ts';

/** Rows of one transaction: it holds the patient's lock, and a ward waits no longer for it than for a large arrival. */
const BATCH = 200;

export interface ResealParts {
  readonly keyring: Keyring;
  readonly files: SealedFiles & { remove(name: string): Promise<void> };
}

export interface Subject {
  readonly id: string;
  readonly keys: DataKeys;
}

/** The patient was erased meanwhile: there is nothing left to seal. */
export class PatientGone extends Error {
  override readonly name = 'PatientGone';
}

/** What a value starts with that was sealed under this version (`sealFor`): its form, and the version in four bytes. */
function headOf({ keys }: Subject): Buffer {
  const head = Buffer.of(2, 0, 0, 0, 0);
  head.writeUInt32BE(keys.newest, 1);
  return head;
}

/** Seals every value of the patient anew that is not under the newest version yet. @returns how many it changed. */
export async function resealRows(client: ClientBase, parts: ResealParts, subject: Subject): Promise<{ readonly values: number; readonly blobs: number }> {
  const work = { client, parts, subject };
  let values = 0;
  for (const column of SEALED_COLUMNS) values += await inBatches(work, column);
  let blobs = 0;
  while (await resealBlob(work)) blobs += 1;
  return { values, blobs };
}

interface Work {
  readonly client: ClientBase;
  readonly parts: ResealParts;
  readonly subject: Subject;
}

interface Done {
  readonly changed: number;
  readonly last: RowName | undefined;
}

/** Until a batch comes back unfilled. */
async function inBatches(work: Work, column: SealedColumn): Promise<number> {
  let count = 0;
  for (let after: RowName | undefined; ;) {
    const { changed, last } = await resealColumn(work, column, after);
    count += changed;
    if (changed < BATCH) return count;
    after = last;
  }
}

/**
 * One transaction about one patient, whose row is locked first, as every writer of the patient does.
 * @throws PatientGone when there is none.
 */
export async function aboutPatient<T>(client: ClientBase, id: string, work: (patientKey: string) => Promise<T>): Promise<T> {
  return inTransaction(client, async () => {
    await client.query("SELECT set_config('app.resealing_id', $1, true)", [id]);
    const found = await client.query('SELECT FROM patients WHERE id = $1 FOR UPDATE', [id]);
    const link = await client.query<{ patient_key: string }>('SELECT patient_key FROM patient_links WHERE patient_id = $1', [id]);
    const patientKey = link.rows[0]?.patient_key;
    if (found.rowCount !== 1 || patientKey === undefined) throw new PatientGone('a patient was erased');
    await client.query("SELECT set_config('app.resealing_key', $1, true)", [patientKey]);
    return work(patientKey);
  });
}

function resealColumn({ client, parts, subject }: Work, { table, column, owner, key, place }: SealedColumn, after: RowName | undefined): Promise<Done> {
  return aboutPatient(client, subject.id, async (patientKey) => {
    const names = key.map((name) => `${name}::text AS ${name}`).join(', ');
    const start = after === undefined ? '' : `AND (${key.join(', ')}) > (${key.map((_, i) => `$${i + 3}`).join(', ')})`;
    const text = `SELECT ${names}, ${column} AS value FROM ${table}
      WHERE ${owner} = $1 AND ${column} IS NOT NULL AND substr(${column}, 1, 5) <> $2 ${start} ORDER BY ${key.join(', ')} LIMIT ${BATCH}`;
    const values = [owner === 'patient_id' ? subject.id : patientKey, headOf(subject), ...key.map((name) => after?.[name]).filter((one) => one !== undefined)];
    const { rows } = await client.query<{ value: Buffer } & Record<string, unknown>>(text, values);
    const named = rows.map((row) => Object.fromEntries(key.map((name) => [name, String(row[name])])));
    for (const [i, name] of named.entries()) {
      const sealed = rows[i]?.value ?? Buffer.alloc(0);
      const fresh = parts.keyring.sealFor(subject.keys, parts.keyring.openFor(subject.keys, sealed, place(name)), place(name));
      const where = key.map((one, at) => `${one} = $${at + 3}`).join(' AND ');
      await client.query(`UPDATE ${table} SET ${column} = $1 WHERE ${owner} = $2 AND ${where}`, [fresh, values[0], ...key.map((one) => name[one])]);
    }
    return { changed: rows.length, last: named.at(-1) };
  });
}

interface BlobRow {
  readonly name: string;
  readonly wrapped: Buffer;
  readonly sealed: Buffer | null;
}

/**
 * One blob, in one transaction. It has a key of its own, which whoever held the old version could read: so it gets a new one, and
 * new bytes. @returns false when none is left.
 */
function resealBlob(work: Work): Promise<boolean> {
  const { client, subject } = work;
  return aboutPatient(client, subject.id, async (patientKey) => {
    const text = 'SELECT name, wrapped, sealed FROM blobs WHERE patient_key = $1 AND substr(wrapped, 1, 5) <> $2 LIMIT 1';
    const [row] = (await client.query<BlobRow>(text, [patientKey, headOf(subject)])).rows;
    if (row === undefined) return false;
    await (row.sealed === null ? resealFile(work, row) : resealInRow(work, row, row.sealed));
    return true;
  });
}

async function resealInRow({ client, parts: { keyring }, subject: { keys } }: Work, { name, wrapped }: BlobRow, sealed: Buffer): Promise<void> {
  const plain = keyring.open(keyring.openFor(keys, wrapped, blobWrapPlace(name)), sealed, blobSealPlace(name));
  const { key } = keyring.newKey(blobWrapPlace(name));
  await client.query('UPDATE blobs SET wrapped = $2, sealed = $3 WHERE name = $1', [
    name,
    keyring.sealFor(keys, key, blobWrapPlace(name)),
    keyring.seal(key, plain, blobSealPlace(name)),
  ]);
}

/** Under a new name, for somebody may be reading the old file; which goes once nobody can. */
async function resealFile({ client, parts: { keyring, files }, subject: { keys } }: Work, { name, wrapped }: BlobRow): Promise<void> {
  const plain = await files.get(blobFile(name), keyring.openFor(keys, wrapped, blobWrapPlace(name)));
  const next = nextName(name, keys.newest);
  const { key } = keyring.newKey(blobWrapPlace(next));
  // Of a call that was killed before its commit: sealed under a key that nobody has.
  await files.remove(blobFile(next));
  await files.put(blobFile(next), plain, key);
  await client.query('UPDATE blobs SET name = $2, wrapped = $3 WHERE name = $1', [name, next, keyring.sealFor(keys, key, blobWrapPlace(next))]);
  await client.query('INSERT INTO resealed_files (name) VALUES ($1) ON CONFLICT DO NOTHING', [name]);
}

/** The same after a crash, so that no file is left behind; as random as the name before it. */
function nextName(name: string, version: number): string {
  const hex = createHash('sha256').update(`${name}|${version}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
