import { asOwner } from './partitions.ts';

/** What of the record may go: how much, from when, and where it stands in the tree. */
export interface ExpiredEvents {
  readonly events: number;
  /** Of patients under a legal hold: they stay. */
  readonly held: number;
  readonly from: string | undefined;
  readonly to: string | undefined;
  /** First and last leaf of the events that go; leaves stay. */
  readonly leaves: readonly [number, number] | undefined;
  /** Head of the tree that covers them. */
  readonly checkpoint: string | undefined;
}

const EXPIRED = `SELECT count(*) FILTER (WHERE app.may_expire(e.recorded_at, e.patient_key))::float8 AS events,
    count(*) FILTER (WHERE NOT app.may_expire(e.recorded_at, e.patient_key))::float8 AS held,
    min(e.recorded_at) AS from, max(e.recorded_at) AS to, min(l.leaf_index)::float8 AS first, max(l.leaf_index)::float8 AS last,
    count(*) FILTER (WHERE l.leaf_index IS NULL)::float8 AS without
  FROM audit_events e LEFT JOIN audit_leaves l ON l.event_n = e.n WHERE e.recorded_at < now() - interval '6 years'`;

interface Row {
  readonly events: number;
  readonly held: number;
  readonly from: Date | null;
  readonly to: Date | null;
  readonly first: number | null;
  readonly last: number | null;
  readonly without: number;
}

/** Events old enough to go. @throws when one of them has no leaf yet: nothing goes before it is in the tree. */
export async function expiredEvents(ownerUrl: string): Promise<ExpiredEvents> {
  return asOwner(ownerUrl, async (client) => {
    const [row] = (await client.query<Row>(EXPIRED)).rows;
    if (row === undefined) throw new Error('the record did not answer');
    if (row.without > 0) throw new Error(`${row.without} expired events have no leaf in the tree yet: they stay until they do`);
    const head = await client.query<{ note: string }>('SELECT note FROM audit_checkpoints WHERE size > $1 ORDER BY size LIMIT 1', [row.last ?? 0]);
    return {
      events: row.events,
      held: row.held,
      from: row.from?.toISOString(),
      to: row.to?.toISOString(),
      leaves: row.first === null || row.last === null ? undefined : [row.first, row.last],
      checkpoint: head.rows[0]?.note,
    };
  });
}
