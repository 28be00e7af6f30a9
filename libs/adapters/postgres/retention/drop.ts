import type pg from 'pg';
import { inTransaction } from '../in-transaction.ts';
import { asOwner, attach, isBusy, nameOf, readPartitions, retried, retiring, type Partition } from './partitions.ts';

const SIX_YEARS_AGO = "now() - interval '6 years'";
const WITHOUT_LEAF = 'NOT EXISTS (SELECT FROM audit_leaves l WHERE l.event_n = e.n)';
/** Why an event may not go with its partition; each of them is one plan over sets, where `app.may_expire` asks for every row. */
const MUST_STAY = [
  `e.recorded_at >= ${SIX_YEARS_AGO}`,
  'e.patient_key IN (SELECT k.patient_key FROM patient_links k JOIN legal_holds h ON h.patient_id = k.patient_id AND h.lifted_at IS NULL)',
  WITHOUT_LEAF,
] as const;

/** What a run of retention removed. */
export interface Dropped {
  readonly events: number;
  /** Of them, those that went as whole partitions. */
  readonly inPartitions: number;
  readonly partitions: number;
}

/**
 * Drops the bytes of expired events; the caller has recorded that it does. Leaves and tiles stay. A partition in which everything
 * has expired, and nothing is about a patient under a legal hold, goes as a table; elsewhere rows are deleted. Others read and
 * write meanwhile: a partition is detached without a lock that would stop them. What was interrupted goes on with the next call.
 */
export async function dropExpired(ownerUrl: string): Promise<Dropped> {
  return asOwner(ownerUrl, async (client) => {
    let [inPartitions, partitions] = [0, 0];
    for (const from of await takenOut(client)) {
      const events = await retried(() => removed(client, from));
      if (events === undefined) continue;
      inPartitions += events;
      partitions += 1;
    }
    // What else must stay, the policy says, row by row.
    const text = `DELETE FROM audit_events e WHERE e.recorded_at < ${SIX_YEARS_AGO} AND NOT (${WITHOUT_LEAF})`;
    const gone = await retiring(client, () => client.query(text));
    // Where somebody else cleans up at this moment there is nothing to wait for.
    await client.query('VACUUM (SKIP_LOCKED) audit_events');
    return { events: inPartitions + (gone.rowCount ?? 0), inPartitions, partitions };
  });
}

/** Detaches what may go whole. @returns the first numbers of the tables that stand apart, those of a run that was cut off as well. */
async function takenOut(client: pg.Client): Promise<readonly number[]> {
  const { attached, loose } = await readPartitions(client);
  const { rows } = await client.query<{ last: number }>('SELECT last_value::float8 AS last FROM public.audit_events_n_seq');
  const inUse = rows[0]?.last ?? 0;
  const apart = [...loose];
  for (const one of attached) {
    const isWhole = one.to !== undefined && one.to <= inUse;
    if (!one.pending && !(isWhole && (await mayGo(client, one)))) continue;
    if (await detached(client, one.from)) apart.push(one.from);
  }
  return apart;
}

/** Through the parent, whose policies count: whether no event of the partition must stay. */
async function mayGo(client: pg.Client, { from, to }: Partition): Promise<boolean> {
  return retiring(client, () => hasNoneToStay(client, `(SELECT * FROM audit_events WHERE n >= ${from} AND n < ${to ?? from})`));
}

/** The first reason is one look into an index, and found in every partition but the oldest. */
async function hasNoneToStay(client: pg.Client, events: string): Promise<boolean> {
  for (const reason of MUST_STAY) {
    const { rows } = await client.query<{ some: boolean }>(`SELECT EXISTS (SELECT FROM ${events} e WHERE ${reason}) AS some`);
    if (rows[0]?.some !== false) return false;
  }
  return true;
}

/** @returns false when somebody's transaction stays open on it: it is left for the next run. */
async function detached(client: pg.Client, from: number): Promise<boolean> {
  try {
    await retried(async () => {
      // Who waited in vain left it half detached, which only FINALIZE ends.
      const isPending = (await readPartitions(client)).attached.some((one) => one.from === from && one.pending);
      await client.query(`ALTER TABLE audit_events DETACH PARTITION ${nameOf(from)} ${isPending ? 'FINALIZE' : 'CONCURRENTLY'}`);
    });
    return true;
  } catch (error) {
    if (isBusy(error)) return false;
    throw error;
  }
}

/**
 * The last look and the drop, in one transaction in which nobody places a hold. Whatever came in between brings the table back.
 * @returns how many events went with it; undefined when it is a partition again.
 */
async function removed(client: pg.Client, from: number): Promise<number | undefined> {
  const name = nameOf(from);
  return inTransaction(client, async () => {
    await client.query('LOCK TABLE legal_holds IN SHARE MODE');
    // It has no policies of its own; the owner would see no row of it.
    await client.query(`ALTER TABLE ${name} NO FORCE ROW LEVEL SECURITY`);
    if (await hasNoneToStay(client, name)) {
      const { rows } = await client.query<{ events: number }>(`SELECT count(*)::float8 AS events FROM ${name}`);
      await client.query(`DROP TABLE ${name}`);
      return rows[0]?.events ?? 0;
    }
    await client.query(`ALTER TABLE ${name} FORCE ROW LEVEL SECURITY`);
    await attach(client, from);
    return undefined;
  });
}
