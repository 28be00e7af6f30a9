import { EventEmitter } from 'node:events';
import { makeWorkerUtils, run, type Runner, type WorkerEvents } from 'graphile-worker';
import { isUuid, type PatientId } from '@concord/core/clinical';
import type { JobName } from '@concord/core/ports';
import { releaseDead, WorkerMarks } from './dead-workers.ts';
import { JOB_SCHEMA } from './prepare-queue.ts';
import { quiet } from './quiet.ts';

/** One job as a handler sees it: ids only, never content. */
export interface QueuedJob {
  readonly id: string;
  readonly patientId: PatientId;
}

export interface JobRunnerOptions {
  /** Role `app_worker`. */
  readonly connectionString: string;
  /** Jobs at a time; jobs of one patient never overlap. */
  readonly concurrency: number;
  readonly handlers: Readonly<Record<JobName, (job: QueuedJob) => Promise<void>>>;
  /** Told of each attempt that failed, with the name of the error only. */
  readonly failed: (job: { readonly id: string; readonly attempt: number; readonly error: string }) => void;
}

export interface JobRunner {
  /** Rejects when the runner cannot go on (the database stayed away); the process should leave and be started again. */
  readonly ended: Promise<void>;
  /** Jobs that are due and wait. */
  depth(): Promise<number>;
  /** Lets running jobs finish. */
  stop(): Promise<void>;
}

/** Locks of a worker that crashed are looked for this often; DESIGN 6 allows a minute. */
const LOOK_FOR_DEAD_EVERY_MS = 20_000;
const POLL_MS = 2_000;

/** Runs jobs until it is stopped. Releases at the start, and again and again, what crashed workers hold. */
export async function runJobs(options: JobRunnerOptions): Promise<JobRunner> {
  const shared = { connectionString: options.connectionString, schema: JOB_SCHEMA, logger: quiet };
  const utils = await makeWorkerUtils({ ...shared, maxPoolSize: 2 });
  const marks = new WorkerMarks((use) =>
    utils.withPgClient((client) => {
      // The connection is held for as long as the process lives; unheard, its end would be the end of the process too.
      client.on('error', () => undefined);
      return use(client);
    }),
  );
  const events: WorkerEvents = new EventEmitter();
  events.on('worker:create', ({ worker }) => {
    marks.add(worker.workerId);
  });
  events.on('job:error', ({ job, error }) => {
    options.failed({ id: job.id, attempt: job.attempts, error: error instanceof Error ? error.name : 'unknown' });
  });
  const lookForDead = () => utils.withPgClient((client) => releaseDead(client, marks.own)).catch(() => undefined);
  await lookForDead();
  const runner = await run({ ...shared, events, concurrency: options.concurrency, pollInterval: POLL_MS, noHandleSignals: true, taskList: tasks(options) });
  const timer = setInterval(() => void lookForDead(), LOOK_FOR_DEAD_EVERY_MS);
  return {
    ended: runner.promise,
    depth: () => utils.withPgClient(async (client) => Number((await client.query<{ count: string }>(DUE)).rows[0]?.count ?? 0)),
    stop: async () => {
      clearInterval(timer);
      await stopped(runner);
      await marks.release();
      await utils.release();
    },
  };
}

const DUE = `SELECT count(*) FROM ${JOB_SCHEMA}._private_jobs WHERE run_at <= now() AND attempts < max_attempts`;

function tasks({ handlers }: JobRunnerOptions) {
  return Object.fromEntries(
    Object.entries(handlers).map(([name, handle]) => [
      name,
      async (payload: unknown, { job }: { readonly job: { readonly id: string } }) => {
        await handle({ id: job.id, patientId: patientIn(payload) });
      },
    ]),
  );
}

function patientIn(payload: unknown): PatientId {
  const id = typeof payload === 'object' && payload !== null && 'patientId' in payload ? payload.patientId : undefined;
  if (typeof id !== 'string' || !isUuid(id)) throw new Error('a job names its patient');
  return id as PatientId;
}

/** A runner that has ended by itself says so by throwing; then there is nothing left to stop. */
async function stopped(runner: Runner): Promise<void> {
  await runner.stop().catch(() => undefined);
}
