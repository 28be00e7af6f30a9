import { randomUUID } from 'node:crypto';
import type { Page, Paged, ReconcileItem, ReconcileStore } from '@concord/core/ports';
import { waitingSealPlace, waitingWrapPlace } from '../places.ts';
import { asOneOf, asSha256, asSourceId, at, bytesOf, date } from '../rows.ts';
import type { Transaction } from '../transaction.ts';
import { Filter, searchPage } from './filter.ts';

interface ItemRow {
  readonly id: string;
  readonly patient_key: string;
  readonly source_id: string;
  readonly received_at: Date;
  readonly reason: string;
  readonly door: string;
  readonly blob_sha256: Buffer;
  readonly state: string;
}

const COLUMNS = "o.id, '' AS patient_key, o.source_id, o.received_at, o.reason, o.door, o.blob_sha256, o.state";

export function reconcileStore(tx: Transaction): ReconcileStore {
  return { add: (item) => add(tx, item), list: (page) => list(tx, page) };
}

/** Identifiers wait sealed under a key of the item's own: it names nobody until a person looks. */
async function add(tx: Transaction, item: Parameters<ReconcileStore['add']>[0]): Promise<ReconcileItem> {
  const id = randomUUID();
  const { key, wrapped } = tx.keyring.newKey(waitingWrapPlace(id));
  const sealed = tx.keyring.seal(key, Buffer.from(JSON.stringify(item.identifiers)), waitingSealPlace(id));
  const text = `INSERT INTO reconcile_items (id, source_id, received_at, reason, door, blob_sha256, wrapped, sealed, state)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'open')`;
  await tx.rows('reconcile-insert', text, [id, tx.sourceId, date(tx.now), item.reason, item.door, bytesOf(item.blob), wrapped, sealed]);
  return { id, sourceId: tx.sourceId, receivedAt: tx.now, reason: item.reason, door: item.door, blob: item.blob, state: 'open' };
}

async function list(tx: Transaction, page: Page): Promise<Paged<ReconcileItem>> {
  const filter = new Filter([]);
  filter.where('o.source_id = ?', tx.sourceId);
  const search = { columns: COLUMNS, from: 'reconcile_items o', moment: 'o.received_at', momentOf: (row: ItemRow) => row.received_at };
  const found = await searchPage<ItemRow>(tx, search, filter, page);
  return { ...found, items: found.items.map(toItem) };
}

function toItem(row: ItemRow): ReconcileItem {
  return {
    id: row.id,
    sourceId: asSourceId(row.source_id),
    receivedAt: at(row.received_at),
    reason: asOneOf<ReconcileItem['reason']>(row.reason),
    door: asOneOf<ReconcileItem['door']>(row.door),
    blob: asSha256(row.blob_sha256),
    state: asOneOf<ReconcileItem['state']>(row.state),
  };
}
