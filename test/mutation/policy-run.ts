import pg from 'pg';
import { edgeOver } from '../access-world.ts';
import { makeCast, type Actor } from '../matrix/world.ts';
import { testStores } from '../stores.ts';
import { dress } from './policy-world.ts';
import { askersOf, PROBE, tablesOf, type Asker, type Table } from './policy-probes.ts';
import { changesOf } from './sql-mutants.ts';

export interface PolicyOutcome {
  readonly policies: number;
  readonly functions: number;
  readonly mutants: number;
  /** How many were reached in the time given. */
  readonly judged: number;
  readonly refusedBySql: number;
  readonly survivors: readonly string[];
}

/**
 * Changes that no question can tell from the original: an own-record relation presupposes role and purpose; what was worked out when a request began is only remembered, and asked for
 * again comes out the same; whoever breaks the glass is shown no grant of somebody else's to begin with; and a job that goes on finds no
 * relation, for it holds no role.
 */
const EQUIVALENT = [
  "audit_events.own_report USING: ::text) = 'PATRQT'::text) AND app.has_role(VARIADIC ARR | AND → OR",
  "app.enter: es ask. IF app.setting('patient') IS NOT NULL THEN RETURN | 'patient' → 'mutated'",
  "app.reach:  BEGIN IF app.setting('scope_id') IS NULL THEN RETURN QUE | 'scope_id' → 'mutated'",
  "app.reach_care:  BEGIN IF app.setting('scope_id') IS NULL THEN RETURN QUE | 'scope_id' → 'mutated'",
  "app.reach_ids:  BEGIN IF app.setting('scope_id') IS NULL THEN RETURN QUE | 'scope_id' → 'mutated'",
  "app.relations: n BEGIN IF app.setting('scope_id') IS NOT NULL THEN pa | 'scope_id' → 'mutated'",
  "app.withheld: n BEGIN IF app.setting('scope_id') IS NOT NULL THEN pa | 'scope_id' → 'mutated'",
  "emergency_ends.returns WITH CHECK: suer'::text) AS setting)) AND (g.subject = ( SELECT app | AND → OR",
];

interface Mutation {
  readonly name: string;
  readonly apply: string;
  /** The tables on which a difference would show, and what is tried there. */
  readonly tables: readonly Table[];
}

const onlyLooked = (table: Table): Table => ({ ...table, inserts: [], updates: [] });
const onlyInserted = (table: Table): Table => ({ ...table, updates: [] });
const onlyChanged = (table: Table): Table => ({ ...table, inserts: [] });
const AS: Readonly<Record<string, (table: Table) => Table>> = {
  SELECT: onlyLooked,
  INSERT: onlyInserted,
  UPDATE: onlyChanged,
  DELETE: onlyChanged,
  ALL: (table) => table,
};

interface Bench {
  readonly client: pg.Client;
  readonly tables: readonly Table[];
  readonly askers: readonly Asker[];
  /** What the unchanged policies say, asked once. */
  readonly baseline: Map<string, string>;
  /** Who noticed changes of this predicate, or any, is asked first. */
  readonly sharp: Map<string, number>;
}

/**
 * Each predicate of each policy, and of each function that policies ask, changed in one place inside a transaction that is undone;
 * then everybody asks again. That the unchanged policies answer right is shown by the matrix and the random worlds.
 */
export async function mutatePolicies(course: Course): Promise<PolicyOutcome> {
  const stores = await testStores();
  const edge = await edgeOver(stores.api);
  const client = new pg.Client({ connectionString: stores.database.url('postgres') });
  await client.connect();
  try {
    const cast = await makeCast(stores, edge);
    for (const role of ['nurse', 'physician', 'radiologist'] as const) await edge.get('/api/v1/worklist', role);
    await edge.get(`/dicom-web/studies/${cast[0]?.person.studyUid ?? ''}`, 'nurse');
    await dress(client, cast);
    return await run(client, cast, course);
  } finally {
    await client.end();
    await edge.close();
    await stores.close();
  }
}

export interface Course {
  readonly seconds: number;
  /** Which mutants: all whose name it fits. */
  readonly only: RegExp;
  readonly progress: (line: string) => void;
}

async function run(client: pg.Client, cast: readonly Actor[], { seconds, only, progress }: Course): Promise<PolicyOutcome> {
  await client.query(PROBE);
  const tables = await tablesOf(client);
  const askers = await askersOf(client, cast);
  const bench: Bench = { client, tables, askers, baseline: new Map(), sharp: new Map() };
  const policies = await policyMutations(bench);
  const functions = await functionMutations(bench);
  const survivors: string[] = [];
  let refusedBySql = 0;
  const until = performance.now() + seconds * 1000;
  let judged = 0;
  // What may be read first, then what every policy asks, then what may be written.
  const mutations = [...policies.reads, ...functions.list, ...policies.writes].filter(({ name }) => only.test(name));
  for (const [n, mutation] of mutations.entries()) {
    if (performance.now() > until) break;
    judged += 1;
    const fate = await fateOf(bench, mutation);
    if (fate === 'refused') refusedBySql += 1;
    if (fate === 'survived' && !EQUIVALENT.some((one) => mutation.name.startsWith(one))) {
      survivors.push(mutation.name);
      progress(mutation.name);
    }
    if (n % 100 === 99) progress(`${n + 1} mutants, ${survivors.length} survived`);
  }
  return { policies: policies.count, functions: functions.count, mutants: mutations.length, judged, refusedBySql, survivors };
}

async function said(client: pg.Client, { role, context, about }: Asker, { name, inserts, updates }: Table): Promise<string> {
  const values = [role, JSON.stringify(context), about ?? null, name, `[${inserts.join(',')}]`, JSON.stringify(updates)];
  const { rows } = await client.query<{ said: string }>('SELECT pg_temp.probe($1, $2, $3, $4, $5, $6) AS said', values);
  return rows[0]?.said ?? '';
}

/** `refused`: what the change made is no SQL, or no condition. */
async function fateOf(bench: Bench, { name, apply, tables }: Mutation): Promise<'killed' | 'survived' | 'refused'> {
  const { client, askers, baseline, sharp } = bench;
  const questions = tables.flatMap((table) => askers.map((asker) => ({ table, asker, key: keyOf(table, asker) })));
  for (const { table, asker, key } of questions) if (!baseline.has(key)) baseline.set(key, await said(client, asker, table));
  const predicate = name.slice(0, name.indexOf(':'));
  const sharpness = (key: string): number => 1000 * (sharp.get(`${predicate} ${key}`) ?? 0) + (sharp.get(key) ?? 0);
  questions.sort((a, b) => sharpness(b.key) - sharpness(a.key));
  await client.query('BEGIN');
  try {
    const isSql = await client.query(apply).then(
      () => true,
      () => false,
    );
    if (!isSql) return 'refused';
    for (const { table, asker, key } of questions) {
      if ((await said(client, asker, table)) === baseline.get(key)) continue;
      for (const known of [key, `${predicate} ${key}`]) sharp.set(known, (sharp.get(known) ?? 0) + 1);
      return 'killed';
    }
    return 'survived';
  } finally {
    await client.query('ROLLBACK');
  }
}

function keyOf({ name, inserts, updates }: Table, asker: Asker): string {
  return `${name} ${inserts.length} ${updates.length} ${asker.name}`;
}

interface PolicyRow {
  readonly tablename: string;
  readonly policyname: string;
  readonly cmd: string;
  readonly qual: string | null;
  readonly with_check: string | null;
}

async function policyMutations({
  client,
  tables,
}: Bench): Promise<{ readonly count: number; readonly reads: readonly Mutation[]; readonly writes: readonly Mutation[] }> {
  const { rows } = await client.query<PolicyRow>(
    "SELECT tablename, policyname, cmd, qual, with_check FROM pg_policies WHERE schemaname = 'public' AND roles && '{app_rw,app_worker}' ORDER BY 1, 2",
  );
  const of = (row: PolicyRow): readonly Mutation[] =>
    (['qual', 'with_check'] as const).flatMap((part) => {
      const sql = row[part];
      if (sql === null || sql === 'true' || (part === 'with_check' && sql === row.qual)) return [];
      const clause = part === 'qual' ? 'USING' : 'WITH CHECK';
      const whole = ['true', 'false'].map((text) => ({ change: text, sql: text }));
      return [...whole, ...changesOf(sql)].map(({ change, sql: changed }) => ({
        name: `${row.tablename}.${row.policyname} ${clause}: ${change}`,
        apply: `ALTER POLICY ${row.policyname} ON ${row.tablename} ${clause} (${changed})`,
        tables: tables.filter(({ name }) => name === row.tablename).map(AS[row.cmd] ?? onlyLooked),
      }));
    });
  const isRead = ({ cmd }: PolicyRow): boolean => cmd === 'SELECT';
  return { count: rows.length, reads: rows.filter(isRead).flatMap(of), writes: rows.filter((row) => !isRead(row)).flatMap(of) };
}

/** Between them these tables ask every function. */
const TOLD_BY = [
  'patients',
  'patient_links',
  'patient_keys',
  'patient_identifiers',
  'patient_versions',
  'encounters',
  'observations',
  'blobs',
  'assessments',
  'evidence',
  'access_grants',
  'consents',
  'consent_denials',
  'device_pauses',
  'device_ends',
  'emergency_grants',
  'legal_holds',
  'reconcile_items',
  'audit_events',
  'care_teams',
  'erasure_requests',
  'local_validations',
  'concordance_reviews',
];

/** Some functions are asked only by who changes or adds a row here. */
const WRITTEN: Readonly<Record<string, (table: Table) => Table>> = {
  legal_holds: onlyChanged,
  erasure_requests: onlyChanged,
  local_validations: onlyChanged,
  concordance_reviews: onlyInserted,
  device_ends: onlyChanged,
};

/** Functions that only an erasure's own steps, retention, the owner and who settles a kept reading ask are tested with those. */
const LEFT_OUT = [
  ...['erase', 'erase_done', 'make_erasable', 'rewrite_links', 'kept_after_erasure', 'may_expire', 'refuse_change'],
  'settle_held',
  ...['add_record_partition', 'keep_record_turning', 'record_partitions', 'turn_record'],
];

async function functionMutations({ client, tables }: Bench): Promise<{ readonly count: number; readonly list: readonly Mutation[] }> {
  const text =
    "SELECT proname AS name, prosrc AS body, pg_get_functiondef(oid) AS whole FROM pg_proc WHERE pronamespace = 'app'::regnamespace AND proname <> ALL ($1) ORDER BY 1";
  const { rows } = await client.query<{ name: string; body: string; whole: string }>(text, [LEFT_OUT]);
  const looked = tables.filter(({ name }) => TOLD_BY.includes(name)).map((table) => (WRITTEN[table.name] ?? onlyLooked)(table));
  const list = rows.flatMap(({ name, body, whole }) =>
    changesOf(body).map(({ change, sql }) => ({ name: `app.${name}: ${change}`, apply: whole.replace(body, () => sql), tables: looked })),
  );
  return { count: rows.length, list };
}
