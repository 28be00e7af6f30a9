import { expect, it } from 'vitest';
import { mutatePolicies } from '../mutation/policy-run.ts';

const SECONDS = Number(process.env['CONCORD_CAMPAIGN_SECONDS'] ?? 7_200);
/** A pattern over the names of the mutants (`table.policy CLAUSE: change`, `app.function: change`). */
const ONLY = new RegExp(process.env['CONCORD_CAMPAIGN_ONLY'] ?? '');

it('notices every change of a predicate of row-level security', { timeout: (SECONDS + 600) * 1000 }, async () => {
  const outcome = await mutatePolicies({ seconds: SECONDS, only: ONLY, progress: (line) => void process.stdout.write(`${line}\n`) });
  process.stdout.write(`${JSON.stringify({ ...outcome, survivors: outcome.survivors.length })}\n${outcome.survivors.join('\n')}\n`);
  expect(outcome.survivors).toEqual([]);
});
