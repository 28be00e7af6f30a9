import type { ClientBase, Pool } from 'pg';
import type { PatientId } from '@concord/core/clinical';
import type { AuditRow } from '@concord/core/ports';
import { inTransactionOf } from '../in-transaction.ts';
import { asPatientId, asWritten } from '../rows.ts';
import type { StoredEvent } from './event.ts';
import { pseudonymsIn, undisguised } from './pseudonyms.ts';

/** Up to where the record was handed on: transaction, then number. Identity order is not commit order. */
export interface FeedPlace {
  readonly transaction: string;
  readonly n: string;
}

export interface FeedBatch {
  readonly events: readonly AuditRow[];
  /** Undefined when there was nothing new. */
  readonly place: FeedPlace | undefined;
}

interface FeedRow {
  readonly transaction_id: string;
  readonly n: string;
  readonly patient_key: string | null;
  readonly text: string;
}

/**
 * Committed events in an order in which none can appear behind the place: only transactions older than every running one are
 * looked at, so that a slow one is never passed by.
 */
const NEXT = `SELECT transaction_id, n::text AS n, patient_key, convert_from(bytes, 'UTF8') AS text FROM audit_events
  WHERE transaction_id::xid8 < pg_snapshot_xmin(pg_current_snapshot())
    AND ($1::text IS NULL OR transaction_id::xid8 > $1::xid8 OR (transaction_id = $1 AND n > $2::bigint))
  ORDER BY transaction_id::xid8, n LIMIT $3`;

export async function auditFeed(pool: Pool, place: FeedPlace | undefined, most: number): Promise<FeedBatch> {
  const { rows, links } = await inTransactionOf(pool, (client) => readNext(client, place, most), 'BEGIN READ ONLY');
  const ids = new Map(links.map(({ patient_id, patient_key }) => [patient_key, asPatientId(patient_id)]));
  const last = rows.at(-1);
  return { events: rows.map((row) => toRow(row, ids)), place: last === undefined ? undefined : { transaction: last.transaction_id, n: last.n } };
}

interface LinkRow {
  readonly patient_id: string;
  readonly patient_key: string;
}

async function readNext(
  client: ClientBase,
  place: FeedPlace | undefined,
  most: number,
): Promise<{ readonly rows: readonly FeedRow[]; readonly links: readonly LinkRow[] }> {
  await client.query("SELECT set_config('app.feed', 'atna', true)");
  const { rows } = await client.query<FeedRow>(NEXT, [place?.transaction ?? null, place?.n ?? null, most]);
  const keys = [...new Set(rows.flatMap(({ patient_key, text }) => [...(patient_key === null ? [] : [patient_key]), ...pseudonymsIn(text)]))];
  const links = await client.query<LinkRow>('SELECT patient_id, patient_key FROM patient_links WHERE patient_key = ANY ($1::uuid[])', [keys]);
  return { rows, links: links.rows };
}

/** Free text stays sealed: the repository of the house gets who, what, whom and why. */
function toRow({ patient_key, text }: FeedRow, ids: ReadonlyMap<string, PatientId>): AuditRow {
  const { patientKey: _pseudonym, sealed: _text, ...event } = asWritten<StoredEvent>(JSON.parse(text));
  const patientId = patient_key === null ? undefined : ids.get(patient_key);
  return { ...undisguised(event, ids), ...(patientId === undefined ? {} : { patientId }) };
}
