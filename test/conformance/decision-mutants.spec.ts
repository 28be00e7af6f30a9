import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as clinical from '@concord/core/clinical';
import * as kernel from '@concord/core/kernel';
import * as ports from '@concord/core/ports';
import * as access from '@concord/governance/access';
import * as denials from '../../libs/governance/access/denials.ts';
import * as table from '../../libs/governance/access/table.ts';
import { load, mutantsOf } from '../mutation/mutants.ts';
import { SpecAsProof } from '../mutation/spec-as-proof.ts';

const FOLDER = join(import.meta.dirname, '../../libs/governance/access');
const IMPORTS = {
  '@concord/core/kernel': kernel,
  '@concord/core/ports': ports,
  '@concord/core/clinical': clinical,

  './denials.ts': denials,
  './table.ts': table,
};

/** Changes that no question can tell from the original, each with its reason. */
const EQUIVALENT: Readonly<Record<string, string>> = {
  'break-glass.ts facts.unreviewedSince !== undefined && facts.unreviewedSince → (facts.unreviewedSince < minus(now, REVIEW_WITHIN))':
    'undefined is below nothing; the condition is there for the type',
  "break-glass.ts assurance === 'mfa' && authenticatedAt !== undefined → (assurance === 'mfa')":
    'undefined is above nothing; the condition is there for the type',
};

/** Each operator, condition and word of the file changed, one at a time; what the file's own spec does not notice. */
function survivorsOf(file: string): { readonly mutants: number; readonly survivors: readonly string[] } {
  const proof = new SpecAsProof(join(FOLDER, `${file}.spec.ts`), IMPORTS);
  const source = readFileSync(join(FOLDER, `${file}.ts`), 'utf8');
  expect(proof.failure({ ...access, ...load(source, IMPORTS) })).toBeUndefined();
  const mutants = mutantsOf(`${file}.ts`, source);
  const survivors = mutants.filter((mutant) => proof.failure({ ...access, ...load(mutant.source, IMPORTS) }) === undefined);
  return { mutants: mutants.length, survivors: survivors.map(({ name }) => name.replace(/:\d+/, '')).filter((name) => !(name in EQUIVALENT)) };
}

describe('a change of the decision is noticed by its own tests', () => {
  it.each([
    ['decide', 60],
    ['break-glass', 40],
  ] as const)('whichever operator, condition or word of %s.ts it is', { timeout: 240_000 }, (file, least) => {
    const { mutants, survivors } = survivorsOf(file);
    expect(survivors).toEqual([]);
    expect(mutants).toBeGreaterThan(least);
  });
});
