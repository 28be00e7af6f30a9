import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openApi } from '@concord/contracts';
import { ROLES, type Relationship } from '@concord/core/ports';
import { DENIALS, refusal, RULES } from '@concord/governance/access';
import type { AccessPolicy } from '@concord/adapters/postgres';
import { edgeOver } from '../access-world.ts';
import type { RunningEdge } from '../edge.ts';
import { absences, nobody } from '../matrix/absences.ts';
import { ACTS, type Act } from '../matrix/acts.ts';
import { isListed, isOnWorklist, mayHaveRows, mayRead, seesPair } from '../matrix/oracle.ts';
import { remembering, type Answered } from '../matrix/remembering.ts';
import { APP_ONLY, LISTS, NAMED, POINTS, type ListRoute, type PointRoute } from '../matrix/routes.ts';
import { rowsOfPatients } from '../matrix/rows-of-patients.ts';
import { unhurried } from '../matrix/unhurried.ts';
import { makeWholeCast, type WholeActor as Actor } from '../matrix/whole.ts';
import { person } from '../people.ts';
import { testStores, type TestStores } from '../stores.ts';

const ALL: readonly Relationship[] = ['ward', 'discharged-72h', 'care-team', 'recent-study', 'own-record', 'own-source', 'break-glass', 'job'];
/** The application's decision, knocked out: only row-level security is left. */
const ALLOW_EVERYTHING: AccessPolicy = {
  decide: () => ({ allow: true, ruleId: 'test', relationship: 'ward', obligations: [] }),
  reachableBy: () => ALL,
  refusal,
};
const hasBrokenTheGlass = (standing: Actor['standing'], role: string) => standing.glassOf === role;

let stores: TestStores;
let both: RunningEdge;
let rows: RunningEdge;
let decision: RunningEdge;
let cast: readonly Actor[];
let owner: pg.Client;
let cells = 0;
const answered: Answered[] = [];

beforeAll(async () => {
  stores = await testStores();
  // A superuser: no policy binds it, so only the decision and the stores' own conditions are left.
  both = remembering(await edgeOver(stores.api), answered);
  [rows, decision] = await Promise.all([edgeOver(stores.open('app_rw', ALLOW_EVERYTHING)), edgeOver(stores.open('postgres'))]);
  cast = await makeWholeCast(stores, both);
  owner = new pg.Client({ connectionString: stores.database.url('postgres') });
  await owner.connect();
});
afterAll(async () => {
  await owner.end();
  for (const edge of [both, rows, decision]) await edge.close();
  await stores.close();
});

/** Runs the questions eight at a time. */
async function ask<T>(questions: readonly T[], one: (question: T) => Promise<void>): Promise<void> {
  const queue = [...questions];
  const worker = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) await one(next);
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  cells += questions.length;
}

type Mode = 'both walls' | 'row-level security alone' | 'the decision alone';
const edgeOf = (mode: Mode) => ({ 'both walls': both, 'row-level security alone': rows, 'the decision alone': decision })[mode];

/** What a list or a search answers; the patient's id goes where the search ends. */
async function asked(edge: RunningEdge, { path, form }: ListRoute, role: string, id = ''): Promise<string> {
  const answer = form === undefined ? await edge.get(`${path}${id}`, role) : await edge.post(path, role, `${form}${id}`, 'application/x-www-form-urlencoded');
  return answer.text();
}

function mayBeListed({ kind, lists }: ListRoute, role: string, standing: Actor['standing']): boolean {
  if (lists !== undefined) return lists(role, standing);
  return kind === 'worklist' ? isOnWorklist(role, standing) : isListed(role, kind, standing);
}

/** Pages that are composed of rows which a reader may see elsewhere: the rows are all that row-level security knows. */
function mayBeListedByRows({ route, kind }: ListRoute, role: string, standing: Actor['standing']): boolean {
  if (route === 'GET /api/v1/legal-holds') return role === 'administrator';
  if (kind === 'worklist') return ['patient', 'integrator'].includes(role);
  return (kind === 'held' && isListed(role, 'vitals', standing)) || (kind === 'contradiction' && isListed(role, 'record', standing));
}

interface Cell {
  readonly role: string;
  readonly point: PointRoute;
  readonly actor: Actor;
}

/** Of whom something is done: in the ward, filmed, whose account it is, whom nobody has to do with, under the glass. */
const FEW = [0, 7, 8, 9, 15] as const;

/** Those who have to do with no patient are asked about a few of them; the others about all. */
const POINT_CELLS = (): readonly Cell[] =>
  ROLES.flatMap((role) => {
    const about = ['privacy', 'steward', 'administrator'].includes(role) ? cast.filter((_, i) => i % 4 === 0) : cast;
    return POINTS.flatMap((point) => about.map((actor) => ({ role, point, actor })));
  });
const nameOf = ({ role, point, actor }: Cell) => `${role} ${point.route} ${actor.standing.name}`;

const typeFor = (path: string) => (path.startsWith('/fhir') ? 'application/fhir+json' : path.endsWith('/csv') ? 'text/csv' : 'application/json');
/** Thousands of questions on a machine that may be busy. */
const LONG = { timeout: 300_000 };

describe('the matrix of roles, relations, consents, labels and routes', () => {
  it('knows every route of the running server, and the API is described as it runs', () => {
    const running = both.routes.list().filter(({ method, open }) => method !== 'HEAD' && open === undefined);
    const known = new Set([...POINTS, ...LISTS, ...ACTS].map(({ route }) => route).concat(Object.keys(APP_ONLY)));
    const names = running.map(({ method, path }) => `${method} ${path}`);
    expect(names.filter((name) => !known.has(name))).toEqual([]);
    expect([...known].filter((name) => !names.includes(name))).toEqual([]);
    const { paths } = openApi() as { paths: Record<string, object> };
    const described = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`),
    );
    const spoken = names.filter((name) => / \/(api\/v1|audit)/.test(name));
    expect(described.filter((name) => !spoken.includes(name))).toEqual([]);
    expect(spoken.filter((name) => !described.includes(name) && !/ \/audit\//.test(name))).toEqual([]);
  });

  it.each(['both walls', 'the decision alone'] as const)('answers every question about one patient as the oracle says: %s', LONG, async (mode) => {
    const edge = mode === 'both walls' ? both : decision;
    const absent = await absences(edge);
    const wrong: string[] = [];
    const denied: string[] = [];
    await ask(POINT_CELLS(), async (cell) => {
      const { role, point, actor } = cell;
      const requestId = randomUUID();
      const answer = await edge.get(point.path(actor.person), role, { 'x-request-id': requestId });
      const said = `${answer.status} ${await answer.text()}`;
      const allowed = mayRead(role, point.kind, actor.standing);
      if (allowed ? !said.startsWith('200') : said !== absent.get(`${role} ${point.route}`)) wrong.push(`${nameOf(cell)}: ${said.slice(0, 80)}`);
      if (!allowed && answer.status === 404) denied.push(requestId);
    });
    expect(wrong).toEqual([]);
    const { rows: counts } = await owner.query<{ request_id: string; n: number; refused: number }>(
      'SELECT request_id, count(*)::int AS n, count(*) FILTER (WHERE outcome = 4)::int AS refused FROM audit_events WHERE request_id = ANY ($1) GROUP BY 1',
      [denied],
    );
    expect([counts.length, counts.filter(({ n, refused }) => n !== 1 || refused !== 1)]).toEqual([denied.length, []]);
  });

  it('shows no row that it must not when the decision allows everything: row-level security alone', LONG, async () => {
    const absent = await absences(rows);
    const wrong: string[] = [];
    await ask(POINT_CELLS(), async (cell) => {
      const { role, point, actor } = cell;
      // Nothing asks under an emergency grant where nothing was denied.
      if (mayHaveRows(role, point.kind, actor.standing) || hasBrokenTheGlass(actor.standing, role)) return;
      const answer = await rows.get(point.path(actor.person), role);
      const said = `${answer.status} ${await answer.text()}`;
      if (said !== absent.get(`${role} ${point.route}`)) wrong.push(`${nameOf(cell)}: ${said.slice(0, 80)}`);
    });
    expect(wrong).toEqual([]);
  });

  it.each(['both walls', 'row-level security alone', 'the decision alone'] as const)(
    'lists nobody who must not be listed, and everybody who may: %s',
    LONG,
    async (mode) => {
      const edge = edgeOf(mode);
      const wrong: string[] = [];
      await ask(
        ROLES.flatMap((role) => LISTS.map((list) => ({ role, list }))),
        async ({ role, list }) => {
          const text = await asked(edge, list, role);
          for (const { standing, person } of cast) {
            const allowed = mayBeListed(list, role, standing);
            const listed = text.includes(list.trace(person));
            cells += 1;
            if (mode === 'row-level security alone' ? listed && !allowed && !mayBeListedByRows(list, role, standing) : listed !== allowed)
              wrong.push(`${role} ${list.route} ${standing.name}: ${listed ? 'listed' : 'missing'}`);
          }
        },
      );
      expect(wrong).toEqual([]);
    },
  );

  it.each(['both walls', 'row-level security alone', 'the decision alone'] as const)(
    'finds nothing of a hidden patient who is named inside a search: %s',
    LONG,
    async (mode) => {
      const wrong: string[] = [];
      await ask(
        ROLES.flatMap((role) => NAMED.flatMap((list) => cast.map((actor) => ({ role, list, actor })))),
        async ({ role, list, actor }) => {
          const text = await asked(edgeOf(mode), list, role, actor.person.id);
          const listed = JSON.stringify((JSON.parse(text) as { entry?: unknown }).entry ?? []).includes(list.trace(actor.person));
          const allowed = mayBeListed(list, role, actor.standing);
          if (mode === 'row-level security alone' ? listed && !allowed : listed !== allowed)
            wrong.push(`${role} ${list.route} ${actor.standing.name}: ${listed}`);
        },
      );
      expect(wrong).toEqual([]);
    },
  );

  it('repeats no word of a withheld report where report and film contradict each other', async () => {
    const said = async (n: number) => (await both.get(`/api/v1/patients/${cast[n]?.person.id ?? ''}`, 'nurse')).text();
    expect([0, 13, 14].map((n) => cast[n]?.standing.withholds)).toEqual([undefined, ['radiology-report'], ['vitals', 'chest-imaging']]);
    const [whole, withoutReport, withoutFilm] = [await said(0), await said(13), await said(14)];
    expect([whole.includes('no effusion'), whole.includes('on the film'), whole.includes('"disagree"')]).toEqual([true, true, true]);
    expect([withoutReport.includes('no effusion'), withoutReport.includes('"disagree"')]).toEqual([false, false]);
    expect([withoutFilm.includes('on the film'), withoutFilm.includes('"disagree"')]).toEqual([false, false]);
  });

  it('opens to each role what the application alone guards, and to no other', LONG, async () => {
    const wrong: string[] = [];
    await ask(
      ROLES.flatMap((role) => Object.entries(APP_ONLY).map(([route, { roles }]) => ({ role, route, allowed: roles.includes(role) }))),
      async ({ role, route, allowed }) => {
        const [method = '', pattern = ''] = route.split(' ');
        const path = pattern.replaceAll(/:\w+/g, randomUUID());
        const answer = method === 'GET' ? await both.get(path, role) : await both.post(path, role, 'nothing of use', typeFor(path));
        if (allowed === (answer.status === 403)) wrong.push(`${role} ${route}: ${answer.status}`);
      },
    );
    expect(wrong).toEqual([]);
  });

  it.each(['both walls', 'row-level security alone', 'the decision alone'] as const)(
    'does to nobody, and tells of nobody, what the one who asks may not: %s',
    LONG,
    async (mode) => {
      const edge = edgeOf(mode);
      const said = async ({ send }: Act, role: string, person: Actor['person']): Promise<string> => {
        const { path, body, type } = send(person);
        const once = () => (body === undefined ? edge.get(path, role) : edge.post(path, role, body, type));
        return unhurried(once);
      };
      const wrong: string[] = [];
      const questions = ROLES.flatMap((role) => ACTS.flatMap((act) => FEW.map((n) => ({ role, act, actor: cast[n] as Actor }))));
      const [denied, allowed] = [false, true].map((may) => questions.filter(({ role, act, actor }) => act.may(role, actor.standing) === may));
      const before = await rowsOfPatients(owner);
      await ask(denied ?? [], async ({ role, act, actor }) => {
        const absent = nobody();
        const answer = (await said(act, role, actor.person)).replaceAll(actor.person.id, absent.id);
        if (mode === 'row-level security alone' && seesPair(role, act.route, actor.standing)) return;
        if ((mode !== 'row-level security alone' && /^2/.test(answer)) || answer !== (await said(act, role, absent)))
          wrong.push(`${role} ${act.route} ${actor.standing.name}: ${answer.slice(0, 90)}`);
      });
      expect(wrong).toEqual([]);
      expect(await rowsOfPatients(owner)).toEqual(before);
      if (mode === 'row-level security alone') return;
      await ask(
        (allowed ?? []).filter(({ act }) => act.spared === undefined && (mode === 'both walls' || act.once !== true)),
        async ({ role, act, actor }) => {
          const answer = await said(act, role, actor.person);
          if (/^(403|404|5)/.test(answer)) wrong.push(`${role} ${act.route} ${actor.standing.name}: ${answer.slice(0, 90)}`);
        },
      );
      expect(wrong).toEqual([]);
    },
  );

  it('answers nobody without a token, or with one that nobody issued', async () => {
    const wrong: string[] = [];
    const forged = `${(await both.token('physician')).slice(0, -6)}AAAAAA`;
    await ask(
      both.routes
        .list()
        .filter(({ open }) => open === undefined)
        .flatMap((route) => [{}, { authorization: `Bearer ${forged}` }].map((headers) => ({ route, headers }))),
      async ({ route: { method, path }, headers }) => {
        const answer = await fetch(`${both.url}${path.replaceAll(/:\w+/g, randomUUID())}`, { method, headers });
        if (answer.status !== 401) wrong.push(`${method} ${path}: ${answer.status}`);
      },
    );
    expect(wrong).toEqual([]);
  });

  it('stands in the record as it was answered: no answer as a refusal, and nothing that was not found as an answer', async () => {
    const { rows: events } = await owner.query<{ request_id: string; outcomes: readonly number[] }>(
      'SELECT request_id, array_agg(DISTINCT outcome)::int[] AS outcomes FROM audit_events WHERE request_id = ANY ($1) GROUP BY 1',
      [answered.map(({ requestId }) => requestId)],
    );
    const outcomes = new Map(events.map((row) => [row.request_id, row.outcomes]));
    const wrong = answered.filter(({ requestId, status, what }) => {
      const said = outcomes.get(requestId) ?? [];
      return status < 300 ? said.some((outcome) => outcome !== 0) : status === 404 && what.startsWith('GET') && said.join() !== '4';
    });
    expect([...new Set(wrong.map(({ status, what }) => `${status} ${what.replaceAll(/[0-9a-f-]{36}/g, 'ID')}`))]).toEqual([]);
    expect(answered.filter(({ status }) => status < 300).length).toBeGreaterThan(2_000);
  });

  it('asks by every line of the table and meets every denial: a rule that nobody asks by fails here', async () => {
    const self = { subject: person('administrator').subject, wardId: 'ward-a', isMember: true };
    await both.post('/api/v1/admin/staff/wards', 'administrator', self, 'application/json');
    const text = "SELECT DISTINCT split_part(convert_from(bytes, 'UTF8')::jsonb ->> 'legalBasis', '/', 1) AS basis FROM audit_events";
    const met = new Set((await owner.query<{ basis: string }>(text)).rows.map(({ basis }) => basis));
    // One's own session leaves no event, and that a job may store is asked of the database alone.
    expect([...RULES, ...DENIALS].map(({ id }) => id).filter((id) => !met.has(id))).toEqual(['own-session', 'machine-score']);
  });

  it('is large enough to say so', () => {
    expect(cells).toBeGreaterThan(9_000);
  });
});
