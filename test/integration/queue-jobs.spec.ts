import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runJobs, type JobRunner, type QueuedJob } from '@concord/adapters/queue';
import { testDatabase, type TestDatabase } from '../database.ts';

describe('jobs', () => {
  let database: TestDatabase;
  let sender: pg.Client;
  let owner: pg.Client;
  const runners: JobRunner[] = [];
  const seen: string[] = [];

  beforeAll(async () => {
    database = await testDatabase();
    [sender, owner] = [new pg.Client({ connectionString: database.url('app_rw') }), new pg.Client({ connectionString: database.url('concord_owner') })];
    await Promise.all([sender.connect(), owner.connect()]);
  });
  afterAll(async () => {
    await Promise.all(runners.map((runner) => runner.stop()));
    await Promise.all([sender.end(), owner.end()]);
  });

  const enqueue = (patient: string, key: string, runAt: string | null = null) =>
    sender.query("SELECT jobs.enqueue('assess', '{}'::uuid[], $1::uuid, $2, $3::timestamptz)", [patient, `${key}:${patient}`, runAt]);

  const start = async () => {
    const handlers = {
      assess: ({ patientId }: QueuedJob) => {
        seen.push(patientId);
        return Promise.resolve();
      },
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

  it('refuses a job that is not on the list, and keys that hold more than a task and ids', async () => {
    await expect(sender.query("SELECT jobs.enqueue('drop', '{}'::uuid[], $1::uuid, 'drop:1', null)", [randomUUID()])).rejects.toThrow('not on the list');
    await expect(sender.query("SELECT jobs.enqueue('assess', '{}'::uuid[], $1::uuid, 'Müller', null)", [randomUUID()])).rejects.toThrow('task and ids only');
  });
});
