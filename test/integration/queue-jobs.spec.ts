import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runJobs, type JobRunner, type QueuedJob } from '@concord/adapters/queue';
import { testDatabase, type TestDatabase } from '../database.ts';

describe('jobs', () => {
  let database: TestDatabase;
  let sender: pg.Client;
  let owner: pg.Client;
  let reader: pg.Client;
  const runners: JobRunner[] = [];
  const seen: string[] = [];

  beforeAll(async () => {
    database = await testDatabase();
    const client = (role: 'app_rw' | 'concord_owner') => new pg.Client({ connectionString: database.url(role) });
    [sender, owner, reader] = [client('app_rw'), client('concord_owner'), client('concord_owner')];
    await Promise.all([sender.connect(), owner.connect(), reader.connect()]);
  });
  afterAll(async () => {
    await Promise.all(runners.map((runner) => runner.stop()));
    await Promise.all([sender.end(), owner.end(), reader.end()]);
  });

  const enqueue = (patient: string, key: string, runAt: string | null = null) =>
    sender.query("SELECT jobs.enqueue('assess', '{}'::uuid[], $1::uuid, $2, $3::timestamptz)", [patient, `${key}:${patient}`, runAt]);

  const see = ({ patientId }: QueuedJob) => Promise.resolve(void seen.push(patientId));
  const start = async (assess: (job: QueuedJob) => Promise<void> = see) => {
    const handlers = {
      assess,
      erase: () => Promise.reject(new Error('nobody asked')),
      verify: () => Promise.reject(new Error('nobody asked')),
    };
    runners.push(await runJobs({ connectionString: database.url('app_worker'), concurrency: 2, handlers, failed: () => undefined }));
  };

  it('takes over at once what a worker that was killed had begun', async () => {
    const patient = randomUUID();
    await enqueue(patient, 'assess');
    // What kill -9 leaves: job and queue locked in the name of a process that is gone.
    await owner.query("UPDATE jobs._private_jobs SET locked_by = 'worker-dead', locked_at = now() - interval '1 minute'");
    await owner.query("UPDATE jobs._private_job_queues SET locked_by = 'worker-dead', locked_at = now() - interval '1 minute'");
    await start();
    await expect.poll(() => seen, { timeout: 5_000 }).toContain(patient);
  });

  it('starts a job within a moment of its commit', async () => {
    const patient = randomUUID();
    const began = performance.now();
    await enqueue(patient, 'assess');
    await expect.poll(() => seen, { timeout: 5_000, interval: 5 }).toContain(patient);
    expect(performance.now() - began).toBeLessThan(1_000);
  });

  it('makes one of equal waiting jobs, and lets news pass a plan', async () => {
    const patient = randomUUID();
    await enqueue(patient, 'assess-later', '2099-01-01T00:00:00Z');
    await enqueue(patient, 'assess-later', '2098-01-01T00:00:00Z');
    await enqueue(patient, 'assess');
    await expect.poll(() => seen.filter((id) => id === patient), { timeout: 5_000 }).toHaveLength(1);
    const left = await owner.query<{ run_at: Date }>("SELECT run_at FROM jobs._private_jobs WHERE key LIKE 'assess-later:%'");
    expect(left.rows.map(({ run_at }) => run_at.getUTCFullYear())).toEqual([2098]);
  });

  it('never forgets a film that arrives in the moment in which a worker takes the job of the report before it', async () => {
    await Promise.all(runners.splice(0).map((runner) => runner.stop()));
    const patient = randomUUID();
    await enqueue(patient, 'assess');
    // A worker marks the waiting job as its own; the film's request meets the mark before it is committed.
    await owner.query('BEGIN');
    await owner.query("UPDATE jobs._private_jobs SET locked_by = 'worker-of-the-report', locked_at = now(), attempts = 1 WHERE key = $1", [
      `assess:${patient}`,
    ]);
    const film = enqueue(patient, 'assess');
    await expect.poll(() => waits(reader), { timeout: 5_000, interval: 5 }).toBe(true);
    await owner.query('COMMIT');
    await film;
    const { rows } = await owner.query("SELECT locked_by FROM jobs._private_jobs WHERE payload->>'patientId' = $1 ORDER BY id", [patient]);
    expect(rows).toEqual([{ locked_by: 'worker-of-the-report' }, { locked_by: null }]);
  });

  it('looks at the last of many changes, however they meet the jobs that run', async () => {
    await owner.query('CREATE TABLE changes (patient uuid, n int)');
    const looked = new Map<string, number>();
    await start(async ({ patientId }) => {
      const { rows } = await reader.query<{ n: number }>('SELECT max(n) AS n FROM changes WHERE patient = $1', [patientId]);
      looked.set(patientId, rows[0]?.n ?? 0);
    });
    const patient = randomUUID();
    for (let n = 1; n <= 400; n += 1) {
      await owner.query('BEGIN');
      await owner.query('INSERT INTO changes VALUES ($1, $2)', [patient, n]);
      await owner.query("SELECT jobs.enqueue('assess', '{}'::uuid[], $1::uuid, $2)", [patient, `assess:${patient}`]);
      await owner.query('COMMIT');
      await pause(n % 5);
    }
    await expect.poll(() => looked.get(patient), { timeout: 10_000 }).toBe(400);
  });

  it('refuses a job that is not on the list, and keys that hold more than a task and ids', async () => {
    await expect(sender.query("SELECT jobs.enqueue('drop', '{}'::uuid[], $1::uuid, 'drop:1', null)", [randomUUID()])).rejects.toThrow('not on the list');
    await expect(sender.query("SELECT jobs.enqueue('assess', '{}'::uuid[], $1::uuid, 'Müller', null)", [randomUUID()])).rejects.toThrow('task and ids only');
  });
});

/** Whether somebody waits for another's row. */
async function waits(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query("SELECT 1 FROM pg_locks WHERE locktype = 'transactionid' AND NOT granted");
  return rows.length > 0;
}
