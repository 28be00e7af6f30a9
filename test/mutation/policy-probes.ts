import type pg from 'pg';
import { person } from '../people.ts';
import type { Actor } from '../matrix/world.ts';
import { REQUESTED } from './policy-rows.ts';

/** Somebody at the database: its role, and the context that the policies read. */
export interface Asker {
  readonly name: string;
  readonly role: 'app_rw' | 'app_worker';
  readonly context: Readonly<Record<string, string>>;
  /** The one patient that `app.enter` is told of. */
  readonly about?: string;
}

/** Tables with what may be tried on them. */
export interface Table {
  readonly name: string;
  /** Rows as JSON that are inserted again, as they are and with another's name in them. */
  readonly inserts: readonly string[];
  readonly updates: readonly string[];
}

const OTHER_KEY = '00000000-0000-4000-8000-0000000000ff';
const NOBODY_ID = '00000000-0000-4000-8000-0000000000fe';

/** In the database itself, for one trip a question: what is visible, and which of the writes the policies let pass. All of it is undone. */
export const PROBE = `CREATE FUNCTION pg_temp.probe(who text, context jsonb, about uuid, tab text, inserts jsonb, updates jsonb) RETURNS text LANGUAGE plpgsql AS $probe$
DECLARE said text := ''; facts text; one jsonb; statement text; n bigint; s bigint;
  -- What the database numbers by itself cannot be given.
  given text := (SELECT string_agg(quote_ident(a.attname), ', ') FROM pg_attribute a
    WHERE a.attrelid = tab::regclass AND a.attnum > 0 AND NOT a.attisdropped AND a.attidentity <> 'a' AND a.attgenerated = '');
BEGIN
  PERFORM set_config('role', who, true);
  BEGIN
    SELECT row(e.wards, e.relationships, e.is_barred, e.label, e.grant_id, e.grant_purpose, e.patient_key, e.opens)::text INTO facts
      FROM app.enter(ARRAY(SELECT jsonb_object_keys(context)), ARRAY(SELECT value FROM jsonb_each_text(context)), about) e;
    EXECUTE format('SELECT count(*), coalesce(sum(hashtext(tableoid::text || ctid::text)::bigint), 0) FROM %I', tab) INTO n, s;
    said := n || '/' || s;
    -- The application asks for these too, beside the policies.
    IF tab = 'patients' THEN said := said || facts || (SELECT g::text FROM app.open_grant(about) g) || coalesce(app.key_of(about)::text, '') || coalesce(app.reached_by(ARRAY['ward', 'break-glass'])::text, ''); END IF;
    IF tab = 'consent_denials' THEN said := said || coalesce((SELECT string_agg(w::text, ' ' ORDER BY w::text) FROM app.withheld() w), ''); END IF;
  EXCEPTION WHEN OTHERS THEN said := SQLSTATE; END;
  FOR one IN SELECT * FROM jsonb_array_elements(inserts) LOOP
    BEGIN
      EXECUTE format('INSERT INTO %1$I (%2$s) SELECT %2$s FROM jsonb_populate_record(NULL::%1$I, $1)', tab, given) USING one;
      RAISE EXCEPTION 'undone' USING ERRCODE = 'P9999';
    EXCEPTION WHEN OTHERS THEN said := said || ' ' || CASE WHEN SQLERRM LIKE '%row-level security%' THEN 'refused' WHEN SQLSTATE = '42501' THEN 'no right' ELSE 'passed' END; END;
  END LOOP;
  FOR statement IN SELECT * FROM jsonb_array_elements_text(updates) LOOP
    BEGIN
      EXECUTE statement;
      GET DIAGNOSTICS n = ROW_COUNT;
      said := said || ' ' || n;
      RAISE EXCEPTION 'undone' USING ERRCODE = 'P9999';
    EXCEPTION WHEN SQLSTATE 'P9999' THEN NULL; WHEN OTHERS THEN said := said || ' ' || SQLSTATE; END;
  END LOOP;
  PERFORM set_config('role', 'none', true);
  RETURN said;
END $probe$`;

interface Ids {
  readonly id: string;
  readonly key: string;
  readonly index: string;
}

const BLANK = {
  client: 'test',
  source: '',
  shadow: '',
  write_ids: '',
  write_keys: '',
  lookup: '',
  hands: '',
  scope_id: '',
  scope_key: '',
  scope_held: '',
  scope_left: '',
  scope_withheld: '',
  patient: '',
  recorded_id: '',
  audited_id: '',
  audited_keys: '',
  reach_id: '',
  reach_key: '',
  sought_id: '',
  sweep: '',
  feed: '',
  erased_assessment: '',
  retiring: '',
  rotating: '',
};

/** Of whom each asks by name: reached by each relation, labelled, refusing, withholding, and not reached. */
const NAMED: Readonly<Record<string, readonly number[]>> = { nurse: [0, 1, 2, 4, 10, 12, 13], physician: [1, 12], radiologist: [5, 7, 10, 12, 14] };

/** Every kind of request that the policies tell apart, about patients of the cast. */
export async function askersOf(client: pg.Client, cast: readonly Actor[]): Promise<readonly Asker[]> {
  const idsOf = async (n: number): Promise<Ids> => {
    const text = `SELECT l.patient_id AS id, l.patient_key AS key, encode(i.value_index, 'hex') AS index FROM patient_links l JOIN patient_identifiers i USING (patient_id) WHERE l.patient_id = $1`;
    const { rows } = await client.query<Ids>(text, [cast[n]?.person.id]);
    if (rows[0] === undefined) throw new Error('a patient of the cast is not there');
    return rows[0];
  };
  const several: Ids[] = [];
  for (const n of [0, 1, 4, 8, 10, 12]) several.push(await idsOf(n));
  const [inA, inB, own, glass, refusing] = [await idsOf(0), await idsOf(1), await idsOf(8), await idsOf(15), await idsOf(7)];
  type Who = Parameters<typeof person>[0] | 'nobody';
  const asker = (name: string, role: Who, purpose: string, more: Record<string, string> = {}): Asker => ({
    name: `${name} (${purpose})`,
    role: 'app_rw',
    context: {
      ...BLANK,
      issuer: 'concord',
      subject: role === 'nobody' ? 'nobody' : person(role).subject,
      roles: role === 'nobody' ? '' : role,
      purpose,
      ...more,
    },
  });
  const about = (id: string, one: Asker): Asker => ({ ...one, name: `${one.name} about one`, about: id });
  const job = (name: string, more: Record<string, string>): Asker => ({
    name: `worker ${name}`,
    role: 'app_worker',
    context: { ...BLANK, issuer: 'concord', subject: 'worker', roles: '', purpose: 'TREAT', ...more },
  });
  const writes = { source: 'integrator', write_ids: inA.id, write_keys: inA.key };
  const assessment = (await client.query<{ id: string }>('SELECT a.id FROM assessments a JOIN erased_keys k ON k.pseudonym = a.patient_key')).rows[0]?.id ?? '';
  const officer = { audited_id: inA.id, audited_keys: `${inB.key},${own.key}` };
  return [
    ...(['nurse', 'physician', 'radiologist'] as const).flatMap((role) => [
      asker(role, role, 'TREAT'),
      asker(role, role, 'HRESCH'),
      asker(`${role} in the shadow`, role, 'TREAT', { shadow: 'on' }),
      ...(NAMED[role] ?? []).map((n) => about(cast[n]?.person.id ?? '', asker(`${role} ${cast[n]?.standing.name ?? ''}`, role, 'TREAT'))),
    ]),
    ...['BTG', 'ETREAT'].flatMap((purpose) => [
      asker('nurse', 'nurse', purpose),
      asker('nurse seeking', 'nurse', purpose, { lookup: inB.index, sought_id: inB.id }),
      about(glass.id, asker('nurse under a grant', 'nurse', purpose)),
      about(refusing.id, asker('nurse under a grant that consent refuses', 'nurse', purpose)),
    ]),
    asker('source and nurse', 'nurse', 'TREAT', { roles: 'nurse,integrator', source: 'integrator' }),
    asker('physician seeking', 'physician', 'BTG', { lookup: glass.index, sought_id: glass.id }),
    ...[3, 4, 5, 6].map((n) => asker(`physician who found ${n}`, 'physician', 'BTG', { sought_id: cast[n]?.person.id ?? '' })),
    asker('other source looking up', 'integrator', 'TREAT', { source: 'demo', lookup: inB.index }),
    asker('radiologist looking up', 'radiologist', 'BTG', { lookup: inB.index, sought_id: inB.id }),
    asker('nurse looking up', 'nurse', 'TREAT', { lookup: inB.index, sought_id: inB.id, reach_id: inB.id, reach_key: inB.key, ...officer, audited_id: inB.id }),
    asker('physician writing', 'physician', 'TREAT', writes),
    asker('source', 'integrator', 'TREAT', { source: 'integrator' }),
    asker('source elsewhere', 'integrator', 'HRESCH', writes),
    asker('source looking up', 'integrator', 'TREAT', { source: 'integrator', lookup: inB.index }),
    asker('source writing', 'integrator', 'TREAT', writes),
    asker('source writing of several', 'integrator', 'TREAT', {
      ...writes,
      write_ids: several.map(({ id }) => id).join(','),
      write_keys: several.map(({ key }) => key).join(','),
    }),
    asker('nurse whose grants ended', 'privacy', 'BTG', { roles: 'nurse' }),
    about(inA.id, asker('source', 'integrator', 'TREAT', { source: 'integrator' })),
    about(NOBODY_ID, asker('source of nobody', 'integrator', 'TREAT', { source: 'integrator' })),
    about(inA.id, asker('other source writing', 'integrator', 'TREAT', { ...writes, source: 'demo' })),
    asker('other source', 'integrator', 'TREAT', { source: 'demo' }),
    asker('other source writing', 'integrator', 'TREAT', { ...writes, source: 'demo' }),
    ...['HOPERAT', 'TREAT'].flatMap((purpose) => [
      asker('officer', 'privacy', purpose),
      asker('officer asking', 'privacy', purpose, { ...officer, reach_id: own.id, reach_key: own.key }),
    ]),
    ...['HSYSADMIN', 'HOPERAT'].flatMap((purpose) => [
      asker('administrator', 'administrator', purpose),
      asker('administrator asking', 'administrator', purpose, { reach_id: inA.id, reach_key: inA.key }),
    ]),
    ...['HOPERAT', 'TREAT'].map((purpose) => asker('steward', 'steward', purpose)),
    asker('radiologist and nurse', 'nurse', 'TREAT', { roles: 'nurse,radiologist', subject: person('radiologist').subject }),
    ...['PATRQT', 'TREAT'].flatMap((purpose) => [asker('patient', 'patient', purpose), about(own.id, asker('patient', 'patient', purpose))]),
    asker('nobody recorded', 'nobody', 'TREAT', { recorded_id: inA.id }),
    asker('nobody', 'nobody', 'TREAT'),
    job('without a job', {}),
    job('of one', { patient: inA.id }),
    job('of one who may be read but not scored', { patient: inB.id }),
    job('of one who withholds', { patient: (await idsOf(14)).id }),
    job('for another use', { patient: (await idsOf(12)).id, purpose: 'HOPERAT' }),
    job('for a use that is none of ours', { patient: inA.id, purpose: 'HRESCH' }),
    job('erasing', { patient: (await idsOf(9)).id, purpose: 'HOPERAT' }),
    job('that was asked for and not confirmed', { patient: (await idsOf(10)).id, purpose: 'HOPERAT' }),
    job('under a hold', { patient: (await idsOf(11)).id, purpose: 'HOPERAT' }),
    job('sweeping', { sweep: 'audit-units' }),
    job('feeding', { feed: 'atna' }),
    job('replaying', { erased_assessment: assessment }),
  ];
}

/** What may be tried on each table with policies of these roles: rows again, whole and under other names, and every column that may be set. */
export async function tablesOf(client: pg.Client): Promise<readonly Table[]> {
  const { rows } = await client.query<{ name: string; columns: readonly string[]; settable: readonly string[]; deletes: boolean }>(TABLES);
  const tables: Table[] = [];
  for (const { name, columns, settable, deletes } of rows) {
    const sample = await client.query<{ row: Record<string, unknown> }>(
      `SELECT DISTINCT ON (${KIND[name] ?? 'ctid'}) to_jsonb(t) AS row FROM ${name} t ORDER BY ${KIND[name] ?? 'ctid'} LIMIT 16`,
    );
    const inserts = sample.rows.flatMap(({ row }) => variants(row, columns).map((one) => JSON.stringify(one)));
    const updates = [
      ...settable.map((column) => `UPDATE ${name} SET ${column} = ${column}`),
      ...(SPECIAL[name] ?? []),
      ...(deletes ? [`DELETE FROM ${name}`] : []),
    ];
    tables.push({ name, inserts, updates });
  }
  return tables;
}

/** Rows of every kind are tried, where a table holds several. */
const KIND: Readonly<Record<string, string>> = {
  // Of a glass both the one that a grant stands behind, which ends with it, and one that none does.
  access_grants: 'relationship, basis::text LIKE $$%00aa$$, ends_at IS NULL',
  care_teams: 'source_id',
  care_team_members: 'source_id, patient_key',
  erasure_requests: 'state, requested_by, patient_id',
  audit_exports: 'requester',
  consents: 'source_id, patient_key',
  consent_denials: 'source_id, patient_key',
  emergency_ends: 'how',
  emergency_reviews: 'grant_id',
  observations: "device IS NULL OR device NOT LIKE '%paused%', device, effective_at > now() - interval '1 day'",
  reading_alerts: 'seen_by IS NULL',
};

const ME = "(SELECT app.setting('issuer') || '|' || app.setting('subject'))";
const SPECIAL: Readonly<Record<string, readonly string[]>> = {
  legal_holds: [`UPDATE legal_holds SET lifted_by = ${ME}, lifted_at = now()`, "UPDATE legal_holds SET lifted_by = 'another', lifted_at = now()"],
  erasure_requests: [
    `UPDATE erasure_requests SET state = 'confirmed', confirmed_by = ${ME} WHERE state = 'requested'`,
    "UPDATE erasure_requests SET state = 'confirmed', confirmed_by = 'another' WHERE state = 'requested'",
    "UPDATE erasure_requests SET state = 'withdrawn' WHERE state = 'requested'",
    "UPDATE erasure_requests SET state = 'withdrawn', confirmed_by = NULL",
    ...REQUESTED.map((id) => `UPDATE erasure_requests SET state = 'confirmed', confirmed_by = ${ME} WHERE id = '${id}'`),
  ],
  // Reads no column: what may be read does not narrow it.
  patients: ['UPDATE patients SET updated_at = now()'],
  reading_alerts: [`UPDATE reading_alerts SET seen_by = ${ME}, seen_at = now()`, "UPDATE reading_alerts SET seen_by = 'another', seen_at = now()"],
  local_validations: ["UPDATE local_validations SET withdrawn_at = now(), withdrawn_by = 'x'"],
};

function variants(row: Record<string, unknown>, columns: readonly string[]): readonly Record<string, unknown>[] {
  const other = (column: string, value: unknown) => (columns.includes(column) ? [{ ...row, [column]: value }] : []);
  const subjects = ['nurse', 'physician', 'privacy', 'patient', 'radiologist', 'steward', 'administrator'] as const;
  return [
    row,
    ...other('source_id', 'demo'),
    ...other('source_id', null),
    ...other('source_id', 'administration'),
    ...other('patient_key', OTHER_KEY),
    ...other('patient_id', OTHER_KEY),
    ...(columns.includes('holder')
      ? [
          { ...row, holder: `team:concord|${person('administrator').subject}` },
          { ...row, holder: 'ward:ward-b' },
        ]
      : []),
    ...subjects.flatMap((role) => other('subject', person(role).subject)),
    ...(columns.includes('subject')
      ? [
          { ...row, issuer: 'elsewhere' },
          { ...row, issuer: 'elsewhere', subject: person('administrator').subject },
        ]
      : []),
  ];
}

const TABLES = `SELECT c.relname AS name, array_agg(a.attname::text) AS columns,
    coalesce(array_agg(a.attname::text) FILTER (WHERE has_column_privilege('app_rw', c.oid, a.attnum, 'UPDATE') OR has_column_privilege('app_worker', c.oid, a.attnum, 'UPDATE')), '{}') AS settable,
    has_table_privilege('app_rw', c.oid, 'DELETE') AS deletes
  FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND EXISTS (SELECT FROM pg_policies p WHERE p.tablename = c.relname AND p.roles && '{app_rw,app_worker}')
  GROUP BY c.oid, c.relname ORDER BY 1`;
