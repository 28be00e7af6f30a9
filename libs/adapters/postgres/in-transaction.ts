import type { ClientBase, Pool, PoolClient } from 'pg';

type Begin = 'BEGIN' | 'BEGIN READ ONLY' | 'BEGIN ISOLATION LEVEL REPEATABLE READ';

/**
 * A piece of work in one transaction of this connection: committed once it resolves, undone when it throws.
 * @throws what the work threw, also when nothing could be undone any more; an error of its own where the server undid it instead of committing.
 */
export async function inTransaction<T>(client: ClientBase, work: () => Promise<T>, begin: Begin = 'BEGIN'): Promise<T> {
  return valueOf(await attempt(client, work, begin));
}

/** The same on a connection lent by a pool; one that could not even undo is in an unknown state, and is not lent again. */
export async function inTransactionOf<T>(pool: Pool, work: (client: PoolClient) => Promise<T>, begin: Begin = 'BEGIN'): Promise<T> {
  const client = await pool.connect();
  const ended = await attempt(client, () => work(client), begin);
  client.release(ended.isDone ? undefined : ended.broken);
  return valueOf(ended);
}

/** Undoes what is open. @returns what broke when even that failed. */
export async function rolledBack(client: ClientBase): Promise<Error | undefined> {
  return client.query('ROLLBACK').then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? error : new Error('the connection failed')),
  );
}

type Ended<T> = { readonly isDone: true; readonly value: T } | { readonly isDone: false; readonly thrown: unknown; readonly broken: Error | undefined };

function valueOf<T>(ended: Ended<T>): T {
  if (!ended.isDone) throw ended.thrown;
  return ended.value;
}

async function attempt<T>(client: ClientBase, work: () => Promise<T>, begin: Begin): Promise<Ended<T>> {
  try {
    await client.query(begin);
    const value = await work();
    // After a statement that failed unheard the server answers a commit by undoing everything, without an error.
    const { command } = await client.query('COMMIT');
    if (command !== 'COMMIT') throw new Error('the transaction was undone instead of committed');
    return { isDone: true, value };
  } catch (thrown) {
    return { isDone: false, thrown, broken: await rolledBack(client) };
  }
}
