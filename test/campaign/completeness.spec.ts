import { expect, it } from 'vitest';
import { runHiding } from '../audit/hide-run.ts';

const TIMES = Number(process.env['CONCORD_CAMPAIGN_TIMES'] ?? 50_000);
/** Where a run that was stopped goes on: the last number that it printed. */
const FROM = Number(process.env['CONCORD_CAMPAIGN_FROM'] ?? 0);

it(`events of a patient or a person are hidden ${TIMES} times: always found`, () => {
  const began = performance.now();
  const seconds = (): string => ((performance.now() - began) / 1000).toFixed(0);
  const unseen = runHiding(TIMES, { from: FROM, progress: (done) => process.stdout.write(`${done} of ${TIMES}, ${seconds()} s\n`) });
  console.log(`exports with hidden events ${FROM} to ${TIMES} in ${seconds()} s: ${unseen.length} unseen`);
  expect(unseen.slice(0, 20)).toEqual([]);
});
