import { expect, it } from 'vitest';
import { mutatePolicies } from '../mutation/policy-run.ts';

const SECONDS = Number(process.env['CONCORD_CAMPAIGN_SECONDS'] ?? 7_200);

it('notices every change of a predicate of row-level security', { timeout: (SECONDS + 600) * 1000 }, async () => {
  const outcome = await mutatePolicies(SECONDS, (line) => void process.stdout.write(`${line}\n`));
  process.stdout.write(`${JSON.stringify({ ...outcome, survivors: outcome.survivors.length })}\n${outcome.survivors.join('\n')}\n`);
  expect(outcome.survivors).toEqual([]);
});
