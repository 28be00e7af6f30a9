import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { askRandomly } from '../permission/run.ts';
import type { TestStores } from '../stores.ts';

const CASES = 5_000;
const LONG = { timeout: 300_000 };

/** Everybody is on ward-a, was filmed today and is everybody's own, and no consent or label holds any more. */
async function openUp({ database }: TestStores): Promise<void> {
  const superuser = new pg.Client({ connectionString: database.url('postgres') });
  await superuser.connect();
  await superuser.query(`INSERT INTO access_grants (id, patient_key, relationship, holder, basis, starts_at)
    SELECT gen_random_uuid(), l.patient_key, g.relationship, g.holder, gen_random_uuid(), now() - interval '1 hour' FROM patient_links l,
      (VALUES ('ward', 'ward:ward-a'), ('recent-study', 'radiology'), ('own-record', 'self:concord|00000000-0000-4000-8000-000000000007')) AS g (relationship, holder)`);
  await superuser.query('DELETE FROM consent_denials; DELETE FROM patient_labels');
  await superuser.end();
}

describe('in random worlds', () => {
  it(`nobody sees a row, a number or a word of a patient that they must not, in ${CASES} cases, also after everything about them changed`, LONG, async () => {
    const { cases, changes, wrong } = await askRandomly({ seed: 6, cases: CASES, worlds: 2, patients: 16, perRound: 250 });
    expect(wrong.slice(0, 20)).toEqual([]);
    expect([cases, changes]).toEqual([CASES, 80]);
  });

  it('these questions find what leaks when relations, consents and labels are wrong', LONG, async () => {
    const { wrong } = await askRandomly({ seed: 7, cases: 250, worlds: 1, patients: 10, perRound: 250, spoil: openUp });
    const kinds = ['record', 'vitals', 'radiology-report', 'chest-imaging', 'score'].map((kind) => `leak: ${kind}`);
    for (const what of [...kinds, 'denied does not look absent', 'total', 'listed wrongly'])
      expect(
        wrong.some((one) => one.includes(what)),
        what,
      ).toBe(true);
  });
});
