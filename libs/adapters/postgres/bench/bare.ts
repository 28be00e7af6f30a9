import pg from 'pg';
import { atOnce, BEGIN, COMMIT, send, type Statement } from '../at-once.ts';

/**
 * What the machine, its disk and the driver give in the same minutes, without walls: the ceiling of what stands beside it.
 * `read`: one row by its key in a transaction of its own; `write`: one row of 600 bytes inserted and committed; `readAndWrite`: both
 * in one transaction, with as many trips and commits as an audited read has.
 */
export interface Bare {
  readonly ways: Readonly<Record<'read' | 'write' | 'readAndWrite', (seconds: number) => Promise<number>>>;
  close(): Promise<void>;
}

/** The size of an event as it is stored. */
const BYTES = Buffer.alloc(600, 7);
const INSERT: Statement = { name: 'bare-insert', text: 'INSERT INTO scratch (bytes) VALUES ($1)', values: [BYTES] };
const SELECT: Statement = { name: 'bare-select', text: 'SELECT n, bytes FROM scratch WHERE n = $1', values: [1] };

export async function openBare(url: string, clients: number): Promise<Bare> {
  const pool = new pg.Pool({ connectionString: url, max: clients, pipeline: true });
  await pool.query('CREATE TABLE scratch (n bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, bytes bytea)');
  await pool.query(INSERT.text, [BYTES]);
  const repeat = async (seconds: number, one: (client: pg.ClientBase) => Promise<unknown>): Promise<number> => {
    const until = performance.now() + seconds * 1000;
    let done = 0;
    const client = async (): Promise<void> => {
      const connection = await pool.connect();
      for (; performance.now() < until; done += 1) await one(connection);
      connection.release();
    };
    await Promise.all(Array.from({ length: clients }, client));
    return done;
  };
  const ways: Bare['ways'] = {
    read: (seconds) =>
      repeat(seconds, async (client) => {
        await atOnce(client, BEGIN, SELECT);
        await send(client, COMMIT);
      }),
    write: (seconds) => repeat(seconds, (client) => send(client, INSERT)),
    readAndWrite: (seconds) =>
      repeat(seconds, async (client) => {
        await atOnce(client, BEGIN, SELECT);
        await atOnce(client, INSERT, COMMIT);
      }),
  };
  return { ways, close: () => pool.end() };
}
