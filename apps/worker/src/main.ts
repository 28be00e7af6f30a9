import { createTelemetry } from '@concord/adapters/telemetry';
import type { Database } from '@concord/adapters/postgres';
import { runJobs, type QueuedJob } from '@concord/adapters/queue';
import { openAccess } from './access.ts';
import { startAtna } from './atna.ts';
import { assessPatient, type AssessPatientParts } from './assess-patient.ts';
import { readConfig } from './config.ts';
import { openErasing } from './erasing.ts';
import { openActiveModel, type ActiveModel } from './models.ts';
import { verifyPatient } from './verify-patient.ts';
import { tasks } from '@concord/tasks/registry';

/** Two cores: one job computes while the other waits for the database. */
const CONCURRENCY = 2;
/** An audit unit that has ended gets its closing event within about a minute. */
const CLOSE_AUDIT_UNITS_EVERY_MS = 60_000;

const say = (line: string): void => void process.stderr.write(`${new Date().toISOString()} ${line}\n`);

/** Takes jobs until it is told to leave or the supervisor is gone. */
async function main(): Promise<void> {
  const config = readConfig(process.env);
  const figures = createTelemetry();
  const access = await openAccess(config);
  const model = openActiveModel({ folders: { models: config.modelsDir, data: config.dataDir }, demo: config.demo }, say);
  const runner = await runJobs({
    connectionString: config.databaseUrl,
    concurrency: CONCURRENCY,
    handlers: {
      assess: assessor(access, model, figures),
      verify: verifier(access, model),
      erase: await openErasing(config, access, say),
    },
    failed: ({ id, attempt, error }) => {
      figures.assessed({ outcome: 'failed', seconds: 0 });
      say(`job ${id} failed (${error}), attempt ${attempt}`);
    },
  });
  const sweeping = setInterval(() => {
    void access.closeAuditUnits().catch(() => undefined);
    void access.keepRecordTurning().catch(() => undefined);
  }, CLOSE_AUDIT_UNITS_EVERY_MS);
  const stopAtna = await startAtna(config.atna, access, say);
  let stopping: Promise<void> | undefined;
  const stop = (): void => {
    clearInterval(sweeping);
    stopping ??= runner
      .stop()
      .then(stopAtna)
      .then(() => Promise.all([model.close(), access.close()]))
      .then(() => process.exit(0));
  };
  onLeave(stop);
  process.send?.({ ready: true });
  // A runner that gives up has lost its database for long; a fresh process begins with fresh connections.
  await runner.ended.catch((error: unknown) => {
    if (stopping !== undefined) return;
    say(`worker leaves: ${error instanceof Error ? error.name : 'unknown reason'}`);
    process.exit(1);
  });
}

function onLeave(stop: () => void): void {
  process.on('message', stop);
  process.on('disconnect', stop);
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

/** The job `assess`, timed. */
function assessor(access: Pick<Database, 'withAccess'>, model: ActiveModel, figures: Pick<ReturnType<typeof createTelemetry>, 'assessed'>) {
  return async ({ id, patientId }: QueuedJob): Promise<void> => {
    const began = performance.now();
    const done = await assessPatient(patientId, `job-${id}`, await partsOf(access, model));
    if (done.kind === 'stored') figures.assessed({ outcome: done.outcome, seconds: (performance.now() - began) / 1000 });
  };
}

/** The job `verify`, with whichever bundle is active when it begins. */
function verifier({ withAccess }: Pick<Database, 'withAccess'>, model: ActiveModel) {
  return async ({ id, patientId }: QueuedJob): Promise<void> => {
    await verifyPatient(patientId, `job-${id}`, { withAccess, verify: await model.verify(), tasks });
  };
}

/** What a job works with: whichever bundle is active when it begins. */
async function partsOf({ withAccess }: Pick<Database, 'withAccess'>, model: ActiveModel): Promise<AssessPatientParts> {
  return { withAccess, assess: model.assess, agree: await model.agree(), tasks };
}

main().catch((error: unknown) => {
  process.stderr.write(`concord worker: ${error instanceof Error ? error.message : 'cannot start'}\n`);
  process.exit(1);
});
