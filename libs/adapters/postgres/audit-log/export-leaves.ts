import type { ClientBase } from 'pg';

/** A leaf with what the record holds beside it; bytes and columns are missing once retention took them. */
export interface ExportedLeaf {
  readonly index: number;
  readonly hash: Buffer;
  readonly envelope: Buffer;
  readonly bytes: Buffer | null;
  /** The columns as searches see them, as one line of JSON. */
  readonly columns: string;
}

export type LeafChoice =
  | { readonly kind: 'range'; readonly from: number; readonly to: number }
  /** `at`: where the tag begins in the envelope, counted from one. */
  | { readonly kind: 'chain'; readonly at: 42 | 114; readonly tag: Uint8Array; readonly below: number };

const PAGE = 4000;
const NAMES = [
  'event_id',
  'unit_id',
  'unit_part',
  'recorded_us',
  'category',
  'subtype',
  'action',
  'outcome',
  'issuer',
  'subject',
  'login',
  'client_id',
  'purpose',
];
const ALL_NAMES = [...NAMES, 'patient_key', 'request_id'] as const;
const COLUMNS = `l.leaf_index::float8 AS index, l.leaf_hash AS hash, l.envelope, e.bytes, e.event_id, e.unit_id, e.unit_part,
  (extract(epoch FROM e.recorded_at) * 1000000)::float8 AS recorded_us, e.category, e.subtype, e.action, e.outcome, e.issuer, e.subject, e.login, e.client_id,
  e.purpose, e.patient_key, e.request_id`;
const FROM = 'FROM audit_leaves l LEFT JOIN audit_events e ON e.n = l.event_n';

interface Row extends Readonly<Record<string, unknown>> {
  readonly index: number;
  readonly hash: Buffer;
  readonly envelope: Buffer;
  readonly bytes: Buffer | null;
}

/** The chosen leaves in the order of the log, page by page. */
export async function* readLeaves(client: ClientBase, choice: LeafChoice): AsyncGenerator<readonly ExportedLeaf[]> {
  let after: Row | undefined;
  for (;;) {
    const { rows }: { rows: Row[] } = await client.query<Row>(choice.kind === 'range' ? rangeQuery(choice, after) : chainQuery(choice, after));
    if (rows.length > 0) yield rows.map(toLeaf);
    if (rows.length < PAGE) return;
    after = rows.at(-1);
  }
}

function rangeQuery({ from, to }: Extract<LeafChoice, { kind: 'range' }>, after: Row | undefined) {
  const text = `SELECT ${COLUMNS} ${FROM} WHERE l.leaf_index >= $1 AND l.leaf_index < $2 ORDER BY l.leaf_index LIMIT ${PAGE}`;
  return { text, values: [after === undefined ? from : after.index + 1, to] };
}

/** By tag and number, as the index has them: a chain's numbers rise with the log. */
function chainQuery({ at, tag, below }: Extract<LeafChoice, { kind: 'chain' }>, after: Row | undefined) {
  const link = `substr(l.envelope, ${at}, 40)`;
  const from = after === undefined ? Buffer.concat([tag, Buffer.alloc(8)]) : after.envelope.subarray(at - 1, at + 39);
  const text = `SELECT ${COLUMNS} ${FROM} WHERE ${link} ${after === undefined ? '>=' : '>'} $1 AND ${link} <= $2 AND l.leaf_index < $3
    AND substr(l.envelope, ${at}, 32) <> decode(repeat('00', 32), 'hex') ORDER BY ${link} LIMIT ${PAGE}`;
  return { text, values: [from, Buffer.concat([tag, Buffer.alloc(8, 0xff)]), below] };
}

function toLeaf(row: Row): ExportedLeaf {
  const { index, hash, envelope, bytes } = row;
  return { index, hash, envelope, bytes, columns: bytes === null ? '[]' : JSON.stringify(ALL_NAMES.map((name) => row[name])) };
}
