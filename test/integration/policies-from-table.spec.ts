import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { policyStatements, RULES, type Rule, type Statement } from '@concord/governance/access';
import { testDatabase } from '../database.ts';

let client: pg.Client;
beforeAll(async () => {
  client = new pg.Client({ connectionString: (await testDatabase()).url('concord_owner') });
  await client.connect();
});
afterAll(() => client.end());

/** Functions and policies as the server itself writes them down. */
const CATALOGUE = `
SELECT 'function ' || proname AS name, pg_get_functiondef(oid) || coalesce(proacl::text, '') AS text FROM pg_proc WHERE pronamespace = 'app'::regnamespace
UNION ALL SELECT 'policy ' || tablename || '.' || policyname, concat_ws(' ', permissive, roles, cmd, 'using', qual, 'check', with_check) FROM pg_policies WHERE schemaname = 'public'`;

async function catalogue(): Promise<ReadonlyMap<string, string>> {
  const { rows } = await client.query<{ name: string; text: string }>(CATALOGUE);
  return new Map(rows.map(({ name, text }) => [name, text]));
}

/** What these statements would change of the migrated database, with the rules that they hold. Nothing is changed. */
async function changesBy(statements: readonly Statement[]): Promise<readonly string[]> {
  const before = await catalogue();
  await client.query('BEGIN');
  try {
    for (const { sql } of statements) await client.query(sql);
    const after = await catalogue();
    return statements.filter(({ name }) => before.get(name) !== after.get(name)).map(({ name, rules }) => `${name}: ${rules.join(', ')}`);
  } finally {
    await client.query('ROLLBACK');
  }
}

const without = (ids: string, change: (rule: Rule) => Partial<Rule>) =>
  policyStatements(RULES.map((rule) => (ids.split(' and ').includes(rule.id) ? { ...rule, ...change(rule) } : rule)));

/** Policies and functions that hold no word of the table, each with what it says instead. */
const BY_HAND: readonly (readonly [names: RegExp, because: string])[] = [
  [
    /^function (setting|has_role|me|wards|kept_key|reached_by|write_ids|write_keys|job_key|key_of|own_ids|source_keys|source_ids|sought_ids)$/,
    'reads the context, and turns ids into pseudonyms',
  ],
  [/^function (held|holders|withheld|barred|uses)$/, 'reads the rows of grants and of consents that hold at this moment'],
  [/^function (is_validated|is_shown|is_image|is_erasing)$/, 'asks about rows: a validation, a score, a film, a confirmed request'],
  [/^function (erase|erase_done|make_erasable|kept_after_erasure|rewrite_links|may_expire|refuse_change)$/, 'the steps of an erasure and of retention'],
  [/^function settle_held$/, 'the rows of one device that wait, once `tended_key` said that the asker may'],
  [/^function (add_record_partition|keep_record_turning|record_partitions|turn_record)$/, 'the partitions of the record'],
  [
    /^policy \w+\.(owner_\w+|restored|expires|expires_seen|retires)$|^policy patient_links\.held$/,
    'the owner, who serves nobody: erasure, restore, keys, retention',
  ],
  [/^policy audit_\w+\.(appends|reads)$/, 'the sequencer and the auditor, database roles of their own'],
  [
    /^policy \w+\.(sweeps|atna_feed|raises)$|^policy erased_keys\.job_reads$|^policy assessments\.erased$/,
    'machinery of the worker, by the setting of its job',
  ],
  [
    /^policy audit_(units|unit_\w+|export_steps|events)\.(own|writes)$|^policy emergency_\w+\.(own|follows)$/,
    'one’s own line, unit and grant, in one’s own name',
  ],
  [/^policy access_grants\.(held|derived|glass|glass_ends)$/, 'grants are shown to their holder, and made with the row that they rest on'],
  [
    /^policy (care_teams|care_team_members|patient_accounts)\.keeps$|^policy patient_labels\.labels$|^policy device_(pauses|ends)\.heeded$/,
    'what a source says beside the record, of a patient whom it matched (`app.source()`)',
  ],
  [/^policy device(s|_stamps|_clock_offsets)\.(reads|writes|closes|forgets)$/, 'a source’s own devices and their clocks (`app.source()`)'],
  [
    /^policy (patients\.(matched|raises|job_locks)|patient_identifiers\.looked_up|patient_links\.reads)$/,
    'the pair and the patient that something names; by whom it may be named is asked of functions that the table writes',
  ],
  [/^policy (consent_denials|patient_labels|local_validations|wards|sources|staff|ward_staff)\.reads$/, 'open: pseudonyms and codes, or about no patient'],
  [
    /^policy (blobs\.consent|observations\.paused|(assessments|evidence|region_checks)\.shown)$/,
    'takes away by rows: mixed bytes, a paused device, a score in the shadow',
  ],
];

describe('row-level security and the table', () => {
  it('say the same: what the table writes now is what the migrations left, to the letter', async () => {
    expect(await changesBy(policyStatements())).toEqual([]);
  });

  it.each([
    // By the ward a nurse does both: the database could not tell whom it lets do one alone.
    [
      'ward-staff and ward-devices',
      (rule: Rule) => ({ roles: rule.roles === 'any' ? rule.roles : rule.roles.filter((role) => role !== 'nurse') }),
      'function hands_of',
    ],
    ['own-record', () => ({ relationships: [] }), 'function reached_key'],
    ['machine-job', () => ({ purposes: ['TREAT'] }) as Partial<Rule>, 'function job_id'],
    ['erasure-second', () => ({ actions: [] }), 'policy erasure_requests.confirms'],
  ] as const)('differ by name when %s was changed and no migration followed', async (ids, change, name) => {
    const changes = await changesBy(without(ids, change));
    expect(changes.some((line) => line.startsWith(`${name}: `))).toBe(true);
  });

  it('leave no function and no policy over which nobody decided whether it is the table’s', async () => {
    const written = new Set(policyStatements().map(({ name }) => name));
    const names = [...(await catalogue()).keys()];
    const byHand = names.filter((name) => !written.has(name));
    expect(byHand.filter((name) => !BY_HAND.some(([pattern]) => pattern.test(name)))).toEqual([]);
    expect(BY_HAND.filter(([pattern]) => !byHand.some((name) => pattern.test(name)))).toEqual([]);
    expect([...written].filter((name) => BY_HAND.some(([pattern]) => pattern.test(name)))).toEqual([]);
    expect([...written].filter((name) => !names.includes(name))).toEqual([]);
  });
});
