import { createHash } from 'node:crypto';
import { makeWorkerUtils } from 'graphile-worker';
import { quiet } from './quiet.ts';

/** The job schema: graphile-worker's tables and our one door to them. */
export const JOB_SCHEMA = 'jobs';

/** Jobs that may be asked for, by name; anything else is refused by the database. */
const ALLOWED_TASKS = ['assess', 'erase', 'verify'];

/** Each turn needs another job of the key to be taken at that very moment. */
const ASK_AT_MOST = 20;

/**
 * graphile-worker's tables enable row-level security without a policy, so that nobody but their owner could use them: the
 * worker gets grants and a policy each; everyone else one definer function that takes ids only and an allow-listed task.
 * One queue of 64 by patient keeps a patient's jobs in order. Equal waiting jobs are one (`job_key`). Checks of regions have a
 * queue of their own and come after everything else that is due: a bedside score never waits for one.
 *
 * `add_job` answers with nothing when a worker takes the waiting job of the key between its two statements: the first finds
 * no job that runs, the second no job that waits (graphile/worker issue 580). What was asked for would be forgotten, and a film
 * stay outside every score until the next plan. So it is asked again: the next turn sees the job as running and makes a new one.
 */
const DOOR = `
CREATE OR REPLACE FUNCTION jobs.enqueue(task text, ids uuid[], patient uuid, key text, run_at timestamptz DEFAULT NULL)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE asked bigint;
BEGIN
  IF task <> ALL (ARRAY[${ALLOWED_TASKS.map((task) => `'${task}'`).join(', ')}]) THEN
    RAISE EXCEPTION 'task % is not on the list', task USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF key !~ '^[a-z0-9:-]{1,120}$' THEN RAISE EXCEPTION 'a job key holds a task and ids only'; END IF;
  FOR turn IN 1..${ASK_AT_MOST} LOOP
    SELECT job.id INTO asked FROM jobs.add_job(
      identifier => task,
      payload => pg_catalog.json_build_object('patientId', patient, 'ids', ids),
      queue_name => CASE task WHEN 'verify' THEN 'verify' ELSE 'p' || (pg_catalog.hashtextextended(patient::text, 0) & 63) END,
      run_at => run_at,
      job_key => key,
      priority => CASE task WHEN 'verify' THEN 10 ELSE 0 END
    ) AS job;
    EXIT WHEN asked IS NOT NULL;
  END LOOP;
  IF asked IS NULL THEN RAISE EXCEPTION 'a job was asked for and none came of it' USING ERRCODE = 'serialization_failure'; END IF;
END $$;
REVOKE ALL ON FUNCTION jobs.enqueue FROM PUBLIC;
REVOKE ALL ON SCHEMA jobs FROM PUBLIC;
GRANT USAGE ON SCHEMA jobs TO app_rw, app_worker;
GRANT EXECUTE ON FUNCTION jobs.enqueue TO app_rw, app_worker;
REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA jobs FROM PUBLIC;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA jobs TO app_worker;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA jobs TO app_worker;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA jobs TO app_worker;
DO $$
DECLARE t text;
BEGIN
  FOR t IN SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'jobs'::regnamespace AND c.relkind IN ('r', 'p') AND c.relrowsecurity LOOP
    EXECUTE format('DROP POLICY IF EXISTS worker ON jobs.%I', t);
    EXECUTE format('CREATE POLICY worker ON jobs.%I TO app_worker USING (true) WITH CHECK (true)', t);
  END LOOP;
END $$;
`;

/** Stands as the schema's comment, so that a start with nothing to do asks one question only. */
const STAMP = `concord:${createHash('sha256').update(DOOR).digest('hex').slice(0, 16)}:graphile-0.18.0`;

/**
 * Brings the job schema up to date and opens its door. Again it changes nothing.
 * @throws when the owner's connection fails.
 */
export async function prepareQueue(ownerUrl: string): Promise<void> {
  const utils = await makeWorkerUtils({ connectionString: ownerUrl, schema: JOB_SCHEMA, logger: quiet, maxPoolSize: 1 });
  try {
    const asked = await utils.withPgClient((client) =>
      client.query<{ stamp: string | null }>("SELECT obj_description(to_regnamespace('jobs'), 'pg_namespace') AS stamp"),
    );
    if (asked.rows[0]?.stamp === STAMP) return;
    await utils.migrate();
    await utils.withPgClient(async (client) => {
      await client.query(DOOR);
      await client.query(`COMMENT ON SCHEMA jobs IS '${STAMP}'`);
    });
  } finally {
    await utils.release();
  }
}
