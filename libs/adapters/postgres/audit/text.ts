import type { PatientId } from '@concord/core/clinical';
import { KeysGone, type Transaction } from '../transaction.ts';
import type { StoredEvent } from './event.ts';

/** The record is never sealed again, so its text hangs on what outlives a rotation of the patient's keys. */
const PURPOSE = 'concord/audit-text/1';

const place = (eventId: string): string => `audit_events|sealed|${eventId}`;

/** Events with the free text of their unit, sealed for each patient. Without a patient there is no key, and no text is kept. */
export async function withText(tx: Transaction, events: readonly StoredEvent[], text: string | undefined): Promise<readonly StoredEvent[]> {
  if (text === undefined) return events;
  const sealed = [];
  for (const event of events) sealed.push(event.patientKey === undefined ? event : { ...event, sealed: await sealText(tx, event, text) });
  return sealed;
}

async function sealText(tx: Transaction, { eventId, patientKey }: StoredEvent, text: string): Promise<string> {
  if (patientKey === undefined) throw new KeysGone('an event without a patient has no key');
  const patientId = tx.idOf(patientKey);
  await tx.rows('recorded-id', "SELECT set_config('app.recorded_id', $1, true)", [patientId]);
  const key = tx.keyring.lastingKey(await tx.dataKey(patientId), PURPOSE);
  return Buffer.from(tx.keyring.seal(key, Buffer.from(text), place(eventId))).toString('base64');
}

/** The text of an event, for who may read the record; undefined when the patient's keys are gone. */
export async function textOf(tx: Transaction, patientId: PatientId, event: { readonly eventId: string; readonly sealed: string }): Promise<string | undefined> {
  try {
    const key = tx.keyring.lastingKey(await tx.dataKey(patientId), PURPOSE);
    return Buffer.from(tx.keyring.open(key, Buffer.from(event.sealed, 'base64'), place(event.eventId))).toString('utf8');
  } catch (error) {
    if (error instanceof KeysGone) return undefined;
    throw error;
  }
}
