import { expect, it } from 'vitest';
import { runHiding } from '../audit/hide-run.ts';

const TIMES = 50_000;

it(`events of a patient or a person are hidden ${TIMES} times: always found`, () => {
  const began = performance.now();
  const unseen = runHiding(TIMES);
  console.log(`${TIMES} exports with hidden events in ${((performance.now() - began) / 1000).toFixed(0)} s: ${unseen.length} unseen`);
  expect(unseen.slice(0, 20)).toEqual([]);
});
