import type { PatientId } from '@concord/core/clinical';
import type { AuditRow } from '@concord/core/ports';
import { asPatientId, asPatientKey, asWritten, type PatientKey } from '../rows.ts';

type Words = Pick<AuditRow, 'objects' | 'query' | 'detail'>;

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
/** Marks a pseudonym in the words of an event. */
const MARKED = new RegExp(`~(${UUID.source})`, 'g');
const ERASED = 'erased';

/**
 * What an event says in words, with a pseudonym wherever the outside's id of a patient stood. The record outlives an erasure
 * and its bytes never change: a line that held both would join them for good.
 */
export function disguised<T extends Words>(event: T, pseudonyms: ReadonlyMap<PatientId, PatientKey>): T {
  return reworded(event, (text) =>
    text.replace(UUID, (id) => {
      const key = pseudonyms.get(asPatientId(id));
      return key === undefined ? id : `~${key}`;
    }),
  );
}

/** The other way: what is read by who may know; a patient who was erased has no id any more. */
export function undisguised<T extends Words>(event: T, ids: ReadonlyMap<string, PatientId>): T {
  return reworded(event, (text) => text.replace(MARKED, (_, key: string) => ids.get(key) ?? ERASED));
}

/** Pseudonyms in the words of an event. */
export function pseudonymsIn(words: string): readonly PatientKey[] {
  return [...words.matchAll(MARKED)].map(([, key = '']) => asPatientKey(key));
}

function reworded<T extends Words>(event: T, change: (text: string) => string): T {
  const { objects, query, detail } = event;
  if (objects.length === 0 && query === undefined && detail === undefined) return event;
  const words = asWritten<Words>(JSON.parse(change(JSON.stringify({ objects, query, detail }))));
  return { ...event, ...words };
}
