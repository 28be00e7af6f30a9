import type { Identifier, PatientId } from '@concord/core/clinical';
import type { Transaction } from '../transaction.ts';
import { openJson, sealJson } from './sealed-json.ts';

/** The look-up form of an identifier: says nothing of it without the root key. */
export function identifierIndex(tx: Transaction, identifier: Identifier): Buffer {
  return Buffer.from(tx.keyring.blindIndex(identifier.system, identifier.value));
}

export function indexOrNull(tx: Transaction, identifier: Identifier | undefined): Buffer | null {
  return identifier === undefined ? null : identifierIndex(tx, identifier);
}

export async function sealIdentifier(
  tx: Transaction,
  patient: PatientId,
  value: { readonly place: string; readonly identifier: Identifier | undefined },
): Promise<Buffer | null> {
  return value.identifier === undefined ? null : sealJson(tx, patient, { place: value.place, content: value.identifier });
}

export async function openIdentifier(
  tx: Transaction,
  patient: PatientId,
  value: { readonly place: string; readonly sealed: Buffer | null },
): Promise<Identifier | undefined> {
  return value.sealed === null ? undefined : openJson<Identifier>(tx, patient, { place: value.place, sealed: value.sealed });
}
