import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inTransaction, inTransactionOf } from '../../libs/adapters/postgres/in-transaction.ts';
import { testDatabase, type TestDatabase } from '../database.ts';

let database: TestDatabase;
let pool: pg.Pool;
let other: pg.Client;
beforeAll(async () => {
  database = await testDatabase();
  pool = new pg.Pool({ connectionString: database.url('postgres'), max: 1 });
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  other = new pg.Client({ connectionString: database.url('postgres') });
  await other.connect();
  await other.query('CREATE TABLE kept (word text)');
});
afterAll(async () => {
  await other.end();
  await pool.end();
});

const kept = async () => (await other.query<{ word: string }>('SELECT word FROM kept ORDER BY word')).rows.map(({ word }) => word);

describe('a piece of work in one transaction', () => {
  it('is there as a whole, or not at all, and tells what went wrong in its own words', async () => {
    await inTransactionOf(pool, (client) => client.query("INSERT INTO kept VALUES ('whole')"));
    const halved = inTransactionOf(pool, async (client) => {
      await client.query("INSERT INTO kept VALUES ('half')");
      throw new Error('the second step failed');
    });
    await expect(halved).rejects.toThrow('the second step failed');
    expect(await kept()).toEqual(['whole']);
  });

  it('is never called done when a failure was swallowed and the server undid it at the commit', async () => {
    const swallowed = inTransaction(other, async () => {
      await other.query("INSERT INTO kept VALUES ('lost')");
      await other.query('SELECT 1 / 0').catch(() => undefined);
    });
    await expect(swallowed).rejects.toThrow('undone instead of committed');
    expect(await kept()).toEqual(['whole']);
  });

  it('does not lend a connection again that broke in the middle, and its first error is the one that is told', async () => {
    const broken = inTransactionOf(pool, async (client) => {
      const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      await other.query('SELECT pg_terminate_backend($1)', [rows[0]?.pid]);
      await client.query("INSERT INTO kept VALUES ('nowhere')").catch(() => undefined);
      throw new Error('the work went wrong first');
    });
    await expect(broken).rejects.toThrow('the work went wrong first');
    await inTransactionOf(pool, (client) => client.query("INSERT INTO kept VALUES ('afterwards')"));
    expect(await kept()).toEqual(['afterwards', 'whole']);
  });

  it('that only reads cannot write', async () => {
    await expect(inTransactionOf(pool, (client) => client.query("INSERT INTO kept VALUES ('x')"), 'BEGIN READ ONLY')).rejects.toThrow('read-only');
  });
});
