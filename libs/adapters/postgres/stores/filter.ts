import { createHash } from 'node:crypto';
import type { Page, Paged } from '@concord/core/ports';
import { pageSize, placeIn, placeOf } from './paging.ts';
import type { Transaction } from '../transaction.ts';

/** Collects the conditions of a search; every value is a parameter. */
export class Filter {
  readonly conditions: string[] = [];
  readonly values: unknown[];

  constructor(values: readonly unknown[]) {
    this.values = [...values];
  }

  /** @param condition with `?` where the value goes. Left out when the value is undefined. */
  where(condition: string, value: unknown): void {
    if (value === undefined) return;
    this.values.push(value);
    this.conditions.push(condition.replaceAll('?', `$${this.values.length}`));
  }

  get sql(): string {
    return this.conditions.length === 0 ? 'true' : this.conditions.join(' AND ');
  }
}

export interface SearchRow {
  readonly id: string;
  readonly patient_key: string;
}

export interface Search<R extends SearchRow> {
  readonly columns: string;
  /** Type of the column `id`; `uuid` when it is not said. */
  readonly idType?: 'bigint';
  /** `table alias` and joins; the alias of the rows is `o`. */
  readonly from: string;
  /** Column that orders the rows, newest first. */
  readonly moment: string;
  readonly momentOf: (row: R) => Date;
}

/** One page, newest first, with the number of all; a page asks for one row more to know whether another follows. */
export async function searchPage<R extends SearchRow>(tx: Transaction, search: Search<R>, filter: Filter, page: Page): Promise<Paged<R>> {
  const total = await count(tx, search.from, filter);
  const size = pageSize(page);
  const place = placeIn(page);
  if (place !== undefined) {
    filter.values.push(place.moment, place.id);
    filter.conditions.push(`(${search.moment}, o.id) < ($${filter.values.length - 1}::timestamptz, $${filter.values.length}::${search.idType ?? 'uuid'})`);
  }
  filter.values.push(size + 1);
  const text = `SELECT ${search.columns} FROM ${search.from} WHERE ${filter.sql} ORDER BY ${search.moment} DESC, o.id DESC LIMIT $${filter.values.length}`;
  const rows = await tx.rows<R>(nameOf(text), text, filter.values);
  const items = rows.slice(0, size);
  const last = items.at(-1);
  return rows.length > size && last !== undefined ? { items, total, next: placeOf(search.momentOf(last), last.id) } : { items, total };
}

/** The newest row alone, without counting. */
export async function firstRow<R extends SearchRow>(tx: Transaction, search: Search<R>, filter: Filter): Promise<R | undefined> {
  const text = `SELECT ${search.columns} FROM ${search.from} WHERE ${filter.sql} ORDER BY ${search.moment} DESC, o.id DESC LIMIT 1`;
  const [row] = await tx.rows<R>(nameOf(text), text, filter.values);
  return row;
}

async function count(tx: Transaction, from: string, filter: Filter): Promise<number> {
  const text = `SELECT count(*)::int AS n FROM ${from} WHERE ${filter.sql}`;
  const [row] = await tx.rows<{ n: number }>(nameOf(text), text, filter.values);
  return row?.n ?? 0;
}

const names = new Map<string, string>();

/** A prepared statement is named by its text; a search has few shapes. */
export function nameOf(text: string): string {
  const known = names.get(text);
  if (known !== undefined) return known;
  const name = `q-${createHash('sha256').update(text).digest('hex').slice(0, 24)}`;
  names.set(text, name);
  return name;
}
