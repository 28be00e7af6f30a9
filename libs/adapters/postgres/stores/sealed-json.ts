import { createHmac } from 'node:crypto';
import { asWritten } from '../rows.ts';
import { stable } from '../stable-json.ts';
import type { Transaction } from '../transaction.ts';
import type { PatientId } from '@concord/core/clinical';

/** A value sealed under the patient's key, bound to its place. */
export async function sealJson(tx: Transaction, patient: PatientId, value: { readonly place: string; readonly content: unknown }): Promise<Buffer> {
  const plain = Buffer.from(JSON.stringify(value.content));
  return Buffer.from(tx.keyring.sealFor(await tx.dataKey(patient), plain, value.place));
}

/** @throws when it was altered or moved to another row. */
export async function openJson<T>(tx: Transaction, patient: PatientId, value: { readonly place: string; readonly sealed: Buffer }): Promise<T> {
  const plain = tx.keyring.openFor(await tx.dataKey(patient), value.sealed, value.place);
  return asWritten<T>(JSON.parse(Buffer.from(plain).toString('utf8')));
}

/** Free text that may be absent. */
export async function sealText(
  tx: Transaction,
  patient: PatientId,
  value: { readonly place: string; readonly content: string | undefined },
): Promise<Buffer | null> {
  return value.content === undefined ? null : sealJson(tx, patient, value);
}

export async function openText(
  tx: Transaction,
  patient: PatientId,
  value: { readonly place: string; readonly sealed: Buffer | null },
): Promise<string | undefined> {
  return value.sealed === null ? undefined : openJson<string>(tx, patient, { place: value.place, sealed: value.sealed });
}

/** Says whether two contents are equal without keeping either: keyed by what outlives a rotation of the patient's keys, and is destroyed with them. */
export async function contentMac(tx: Transaction, patient: PatientId, content: unknown): Promise<Buffer> {
  return createHmac('sha256', (await tx.dataKey(patient)).fixed)
    .update('content|')
    .update(stable(content))
    .digest();
}
