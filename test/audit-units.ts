import { createHash, randomUUID } from 'node:crypto';
import { found as secretsIn } from './canary-leaks.ts';
import type { Visit, World } from './canary-world.ts';

/** What came back, as far as the proof needs it. */
interface Served {
  readonly requestId: string;
  readonly visit: Visit;
  readonly tokenId: string;
  readonly status: number;
  readonly at: number;
  readonly bytes: number;
  readonly repeated: readonly string[];
  /** Ids of the canaries whose values stand in the answer and did not stand in the question. */
  readonly seen: ReadonlySet<string>;
  /** Ids of the canaries whom the question named. */
  readonly asked: ReadonlySet<string>;
}

export interface UnitsReport {
  readonly requests: number;
  readonly withPatients: number;
  readonly routes: number;
  readonly units: number;
  readonly mismatches: readonly string[];
  readonly failures: number;
  /** Errors, addresses and headers that repeat a name, number, date or text of a canary. */
  readonly repeated: readonly string[];
}

interface Options {
  readonly requests: number;
  readonly atOnce: number;
  readonly seed: number;
  readonly progress?: (done: number) => void;
}

/**
 * Sends requests, finds patients in the answers by value, and maps each such answer to its unit of audit. A mismatch is an answer
 * without exactly one unit, a patient who was seen and not named, one who was named and neither seen nor asked about, or a
 * closing count that differs from what was served.
 */
export async function proveUnits(world: World, all: readonly Visit[], options: Options): Promise<UnitsReport> {
  const chosen = choose(all, options);
  const links = new Map(
    (await world.rows<{ id: string; key: string }>('SELECT patient_id AS id, patient_key AS key FROM patient_links')).map(({ id, key }) => [key, id]),
  );
  const before = await talliedBytes(world);
  const served: Served[] = [];
  let next = 0;
  await Promise.all(
    Array.from({ length: options.atOnce }, async () => {
      for (let visit = chosen[next++]; visit !== undefined; visit = chosen[next++]) {
        const chance = visit;
        // A connection that the server closed while it was idle gives no answer; who asks, asks again.
        served.push(await ask(world, chance).catch(() => ask(world, chance)));
        if (served.length % 5_000 === 0) options.progress?.(served.length);
      }
    }),
  );
  const record = await recordOf(world, links);
  const withPatients = served.filter(({ seen }) => seen.size > 0);
  const mismatches = [...withPatients.flatMap((one) => breaches(record, one)), ...(await closingBreaches(world, record, { served, before }))];
  return {
    requests: served.length,
    withPatients: withPatients.length,
    routes: new Set(withPatients.map(({ visit }) => shapeOf(visit.path))).size,
    units: record.units.size,
    mismatches,
    failures: served.filter(({ status }) => status >= 500).length,
    repeated: [...new Set(served.flatMap(({ repeated }) => repeated))],
  };
}

/** Every visit once as far as the number allows, then at random; the same seed is the same run. */
function choose(all: readonly Visit[], { requests, seed }: Options): readonly Visit[] {
  let state = seed;
  const random = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  const shuffled = all.map((visit) => ({ visit, place: random() })).sort((a, b) => a.place - b.place);
  const chosen = shuffled.slice(0, requests).map(({ visit }) => visit);
  while (chosen.length < requests) {
    const visit = all[Math.floor(random() * all.length)];
    if (visit !== undefined) chosen.push(visit);
  }
  return chosen;
}

async function ask({ edge, canaries }: World, visit: Visit): Promise<Served> {
  const requestId = randomUUID();
  const token = visit.as === undefined ? undefined : await edge.token(visit.as);
  const headers = { ...visit.headers, 'x-request-id': requestId, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) };
  const answer = await fetch(`${edge.url}${visit.path}`, {
    method: visit.method,
    headers,
    redirect: 'manual',
    ...(visit.body === undefined ? {} : { body: visit.body }),
  });
  const body = Buffer.from(await answer.arrayBuffer());
  const text = `${[...answer.headers].join('\n')}\n${body.toString('latin1')}`;
  const question = `${visit.path}\n${typeof visit.body === 'string' ? visit.body : ''}`;
  const picture = answer.headers.get('content-type') === 'image/png' ? createHash('sha256').update(body).digest('hex') : undefined;
  const found = canaries.filter((one) => one.pictureSha256 === picture || one.values.some((value) => !question.includes(value) && text.includes(value)));
  const named = canaries.filter(({ values }) => values.some((value) => question.includes(value)));
  const outside = answer.status >= 400 ? text : [...answer.headers].join('\n') + [...text.matchAll(/https?:[^"\s]*/g)].join('\n');
  const repeated = secretsIn({ canaries }, outside).map((secret) => `${visit.method} ${shapeOf(visit.path)} (${answer.status}): ${secret}`);
  return {
    requestId,
    visit,
    tokenId: tokenIdOf(token),
    status: answer.status,
    at: Date.now(),
    bytes: body.length,
    repeated,
    seen: idsOf(found),
    asked: idsOf(named),
  };
}

const tokenIdOf = (token: string | undefined): string =>
  token === undefined ? '' : ((JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { jti?: string }).jti ?? '');

const idsOf = (canaries: readonly { readonly id: string }[]): ReadonlySet<string> => new Set(canaries.map(({ id }) => id));

interface Unit {
  readonly id: string;
  readonly kind: string;
  readonly key: string;
  readonly login: string;
  readonly openedAt: number;
  readonly named: Set<string>;
}

interface Recorded {
  /** Units that a request's own events stand in. */
  readonly byRequest: ReadonlyMap<string, ReadonlySet<string>>;
  readonly units: ReadonlyMap<string, Unit>;
  readonly shared: readonly Unit[];
  /** Requests that searched the record: their event says how many and which, by hash. */
  readonly counted: ReadonlySet<string>;
}

interface Row {
  readonly unit_id: string;
  readonly request_id: string;
  readonly patient_key: string | null;
  readonly login: string;
  readonly event: { readonly unitKind?: string; readonly resource?: string; readonly detail?: { readonly count?: number; readonly sha256?: string } };
}

async function recordOf(world: World, links: ReadonlyMap<string, string>): Promise<Recorded> {
  const rows = await world.rows<Row>("SELECT unit_id, request_id, patient_key, login, convert_from(bytes, 'UTF8')::json AS event FROM audit_events ORDER BY n");
  const shared = await world.rows<{ id: string; kind: string; unit_key: string; opened_at: Date; login: string }>(
    "SELECT u.id, u.kind, u.unit_key, u.opened_at, u.opening->'actor'->>'login' AS login FROM audit_units u",
  );
  const units = new Map<string, Unit>(
    shared.map((one) => [one.id, { id: one.id, kind: one.kind, key: one.unit_key, login: one.login, openedAt: one.opened_at.getTime(), named: new Set() }]),
  );
  const byRequest = new Map<string, Set<string>>();
  const counted = new Set<string>();
  for (const row of rows) {
    const unit = units.get(row.unit_id) ?? { id: row.unit_id, kind: 'request', key: '', login: row.login, openedAt: 0, named: new Set<string>() };
    units.set(row.unit_id, unit);
    const patient = row.patient_key === null ? undefined : links.get(row.patient_key);
    if (patient !== undefined) unit.named.add(patient);
    byRequest.set(row.request_id, (byRequest.get(row.request_id) ?? new Set()).add(row.unit_id));
    if (row.event.resource === 'AuditEvent' && row.event.detail?.count !== undefined && row.event.detail.sha256 !== undefined) counted.add(row.request_id);
  }
  return { byRequest, units, shared: [...units.values()].filter(({ kind }) => kind !== 'request'), counted };
}

const STUDY_MS = 5 * 60_000;
/** Clocks of one machine, and the time between the answer and our look at the clock. */
const SLACK_MS = 5_000;

function breaches(record: Recorded, one: Served): readonly string[] {
  const own = [...(record.byRequest.get(one.requestId) ?? [])];
  const held = own.length > 0 ? own : openUnits(record, one).map(({ id }) => id);
  const where = `${one.visit.method} ${shapeOf(one.visit.path)} as ${one.visit.as ?? 'nobody'} (${one.status})`;
  const unit = held.length === 1 ? record.units.get(held[0] ?? '') : undefined;
  if (unit === undefined) return [`${where}: ${held.length} units`];
  // Reading the record is one event with query, count and hash of the ids; it names only whom it asked about.
  if (one.visit.path.startsWith('/audit') && record.counted.has(one.requestId)) return [];
  return misnamed(unit, one).map((what) => `${where}: ${what}`);
}

function misnamed({ kind, named }: Unit, { seen, asked }: Served): readonly string[] {
  const unnamed = [...seen].filter((id) => !named.has(id)).length;
  const tooMany = kind === 'request' ? [...named].filter((id) => !seen.has(id) && !asked.has(id)).length : 0;
  return [...(unnamed > 0 ? [`${unnamed} seen and not named`] : []), ...(tooMany > 0 ? [`${tooMany} named and not seen`] : [])];
}

/** The unit of many responses that was open when this one was served. */
function openUnits({ shared }: Recorded, { visit, at, tokenId }: Served): readonly Unit[] {
  const [path = '', query = ''] = visit.path.split('?');
  const mine = shared.filter(({ login }) => login === visit.as);
  if (path === '/api/v1/worklist')
    return mine.filter(
      ({ kind, key }) => kind === 'worklist' && key.split('|')[0] === tokenId && key.split('|')[1] === (new URLSearchParams(query).get('ward') ?? 'all'),
    );
  const study = /^\/dicom-web\/studies\/([\d.]+)/.exec(path)?.[1];
  const mayBe = mine.filter(
    ({ kind, key, openedAt }) => kind === 'dicom-study' && key.split('|')[0] === study && openedAt <= at + SLACK_MS && openedAt > at - STUDY_MS - SLACK_MS,
  );
  // At the border of two grants both may fit; the later one is the one that was open.
  return mayBe.sort((a, b) => b.openedAt - a.openedAt).slice(0, 1);
}

interface Before {
  readonly served: readonly Served[];
  /** Bytes of studies that went out before the run. */
  readonly before: number;
}

async function talliedBytes(world: World): Promise<number> {
  return Number((await world.rows<{ bytes: string }>('SELECT coalesce(sum(byte_count), 0) AS bytes FROM audit_unit_tallies'))[0]?.bytes);
}

/** Ends every unit of many responses and compares what its closing event counts with what was served. */
async function closingBreaches(world: World, record: Recorded, { served, before }: Before): Promise<readonly string[]> {
  await world.rows("UPDATE audit_units SET opened_at = opened_at - interval '1 hour'");
  await world.rows("UPDATE audit_unit_marks SET marked_at = marked_at - interval '1 hour'");
  for (let closed = 1; closed > 0;) closed = await world.worker.closeAuditUnits();
  const closings = await world.rows<{ unit_id: string; detail: { patients?: number; instances?: number; bytes?: number } }>(
    "SELECT unit_id, convert_from(bytes, 'UTF8')::json->'detail' AS detail FROM audit_events WHERE unit_part = 'close'",
  );
  const unclosed = record.shared.length - new Set(closings.map(({ unit_id }) => unit_id)).size;
  const studies = served.filter(({ visit, status }) => status === 200 && visit.method === 'GET' && isStudy(visit.path));
  const bytes = sum(studies.map((one) => one.bytes));
  const counted = sum(closings.map(({ detail }) => detail.bytes ?? 0)) - before;
  const patients = closings.filter(({ unit_id, detail }) => detail.patients !== undefined && detail.patients !== record.units.get(unit_id)?.named.size).length;
  return [
    ...(unclosed === 0 ? [] : [`${unclosed} units never closed`]),
    ...(patients === 0 ? [] : [`${patients} worklist units closed with another count of patients`]),
    ...(bytes === counted ? [] : [`studies closed with ${counted} bytes, ${bytes} were served`]),
  ];
}

const isStudy = (path: string): boolean =>
  /^\/dicom-web\/studies\/[\d.]+(\/(series\/[\d.]+\/?(instances\/[\d.]+.*)?)?(metadata)?)?$/.test(path) && !/\/(series|instances)$/.test(path);
const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);

/** The path without its ids. */
export function shapeOf(path: string): string {
  return (path.split('?')[0] ?? '').replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, ':id').replace(/\/[\d.]{6,}/g, '/:uid');
}
