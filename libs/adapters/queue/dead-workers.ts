import { setTimeout as pause } from 'node:timers/promises';
import { JOB_SCHEMA } from './prepare-queue.ts';

/** The one method of a database client that is needed here. */
export interface Queries {
  query(text: string, values?: unknown[]): Promise<{ readonly rows: readonly Readonly<Record<string, unknown>>[] }>;
}

/** A worker marks itself within this time of its first job; a younger lock is left alone. */
const YOUNG = "interval '10 seconds'";
const RETRY_MS = 1_000;

const HOLDERS = `
SELECT DISTINCT locked_by FROM (
  SELECT locked_by, locked_at FROM ${JOB_SCHEMA}._private_jobs
  UNION ALL SELECT locked_by, locked_at FROM ${JOB_SCHEMA}._private_job_queues
) AS locks WHERE locked_by IS NOT NULL AND locked_at < now() - ${YOUNG} AND locked_by <> ALL ($1)`;

/**
 * Releases what dead workers hold: graphile-worker itself would wait four hours. A living worker holds an advisory lock of
 * its name; whose lock can be had is dead.
 */
export async function releaseDead(client: Queries, own: readonly string[]): Promise<void> {
  const { rows } = await client.query(HOLDERS, [own]);
  for (const { locked_by: holder } of rows) {
    const name = String(holder);
    const tried = await client.query('SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS had', [lockName(name)]);
    if (tried.rows[0]?.['had'] !== true) continue;
    await client.query(`SELECT ${JOB_SCHEMA}.force_unlock_workers(ARRAY[$1])`, [name]);
    await client.query('SELECT pg_advisory_unlock(hashtextextended($1, 0))', [lockName(name)]);
  }
}

const lockName = (worker: string): string => `concord-worker:${worker}`;

/** The marks of this process's workers, held on one connection as long as it lives; taken again when the database comes back. */
export class WorkerMarks {
  private readonly names = new Set<string>();
  private readonly withClient: (use: (client: Queries) => Promise<void>) => Promise<void>;
  private readonly released = Promise.withResolvers<undefined>();
  private isReleased = false;
  private wake = Promise.withResolvers<undefined>();
  private readonly holding: Promise<void>;

  constructor(withClient: (use: (client: Queries) => Promise<void>) => Promise<void>) {
    this.withClient = withClient;
    this.holding = this.hold();
  }

  get own(): readonly string[] {
    return [...this.names];
  }

  add(name: string): void {
    this.names.add(name);
    this.wake.resolve(undefined);
  }

  async release(): Promise<void> {
    this.isReleased = true;
    this.released.resolve(undefined);
    await this.holding;
  }

  /** Read through a method: it changes while something is awaited. */
  private ending(): boolean {
    return this.isReleased;
  }

  private async hold(): Promise<void> {
    while (!this.ending()) {
      await this.withClient((client) => this.holdOn(client)).catch(() => undefined);
      if (!this.ending()) await Promise.race([pause(RETRY_MS), this.released.promise]);
    }
  }

  /** Until the end, or until the connection breaks; a lock that is held already is counted, and one disconnect ends them all. */
  private async holdOn(client: Queries): Promise<void> {
    const held = new Set<string>();
    while (!this.ending()) {
      this.wake = Promise.withResolvers<undefined>();
      for (const name of this.names) {
        if (held.has(name)) continue;
        await client.query('SELECT pg_advisory_lock(hashtextextended($1, 0))', [lockName(name)]);
        held.add(name);
      }
      // The question now and then finds a broken connection out.
      await Promise.race([this.wake.promise, this.released.promise, pause(RETRY_MS * 10, undefined, { ref: false })]);
      await client.query('SELECT 1');
    }
    await client.query('SELECT pg_advisory_unlock_all()');
  }
}
