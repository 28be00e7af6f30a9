import { ROLES } from '@concord/core/ports';
import type { Person } from '../access-world.ts';
import type { RunningEdge } from '../edge.ts';
import { isListed, isOnWorklist, mayRead } from '../matrix/oracle.ts';
import { CARE_POINTS, type Kind } from '../matrix/routes.ts';
import { leaksIn, type May } from './leaks.ts';
import { pick, type Rng, type Soul } from './souls.ts';

/** One question of one reader, with everything that is wrong with its answer. */
export type Question = (edge: RunningEdge) => Promise<readonly string[]>;

export interface Asking {
  readonly rng: Rng;
  readonly souls: readonly Soul[];
  /** The answer about somebody who does not exist, by role and route. */
  readonly absent: ReadonlyMap<string, string>;
}

const CARERS = ['nurse', 'physician', 'radiologist', 'patient'] as const;

/** Those who reach somebody by relation are asked for more often. */
function reader(rng: Rng): string {
  return rng.next() < 0.75 ? pick(rng, CARERS) : pick(rng, ROLES);
}

export function randomQuestion(asking: Asking): Question {
  const share = asking.rng.next();
  if (share < 0.6) return point(asking);
  if (share < 0.74) return search(asking);
  if (share < 0.86) return named(asking);
  if (share < 0.92) return posted(asking);
  return share < 0.97 ? worklist(asking) : exported(asking);
}

const ABOUT = CARE_POINTS.filter(({ kind }) => kind !== 'reach');

/** Something of one patient by its id: what it may not be looks absent to the last byte, and nothing of anybody else stands in it. */
function point({ rng, souls, absent }: Asking): Question {
  const role = reader(rng);
  const { route, kind, path } = pick(rng, ABOUT);
  const soul = pick(rng, souls);
  return async (edge) => {
    const answer = await edge.get(path(soul.person), role);
    const text = await answer.text();
    const said = `${answer.status} ${text}`;
    const may: May = (what, whose) => whose === soul && mayRead(role, what, soul.standing);
    const wrong = leaksIn(text, souls, may).map((leak) => `leak: ${leak}`);
    if (!mayRead(role, kind, soul.standing)) {
      if (said !== absent.get(`${role} ${route}`)) wrong.push(`denied does not look absent: ${said.slice(0, 80)}`);
    } else if (answer.status !== 200 && soul.standing.glassOf !== role) wrong.push(`denied what may be read: ${answer.status}`);
    if (route === 'GET /api/v1/assessments/:id' && answer.status === 200) wrong.push(...wrongNumbers(text));
    return wrong.map((one) => `${role} ${route} about ${JSON.stringify(soul.standing)}: ${one}`);
  };
}

interface Told {
  readonly probability: number;
  readonly logit: number;
  readonly baselineLogit: number;
  readonly evidence: readonly { readonly contribution: number }[];
}

/** An explanation hides items, and changes no number: not the probability, not what the items add up to. */
function wrongNumbers(text: string): readonly string[] {
  const { probability, logit, baselineLogit, evidence } = JSON.parse(text) as Told;
  const sum = evidence.reduce((total, { contribution }) => total + contribution, baselineLogit);
  return probability === 0.1234 && Math.abs(sum - logit) < 1e-5 ? [] : [`another number than was stored: ${probability}, ${sum - logit}`];
}

const SEARCHES: readonly { readonly type: string; readonly kind: Kind; readonly id: (person: Person) => string; readonly more: readonly string[] }[] = [
  { type: 'Patient', kind: 'record', id: (p) => p.id, more: [''] },
  { type: 'Encounter', kind: 'record', id: (p) => p.encounterId, more: [''] },
  { type: 'Observation', kind: 'vitals', id: (p) => p.observationId, more: ['', '&code=8867-4', '&category=vital-signs', '&status=final'] },
  { type: 'DiagnosticReport', kind: 'radiology-report', id: (p) => p.reportId, more: ['', '&status=final'] },
  { type: 'ImagingStudy', kind: 'chest-imaging', id: (p) => p.studyId, more: [''] },
  { type: 'RiskAssessment', kind: 'score', id: (p) => p.assessmentId, more: [''] },
];

interface Bundle {
  readonly total?: number;
  readonly entry?: readonly { readonly resource: { readonly id: string } }[];
  readonly link?: readonly { readonly relation: string; readonly url: string }[];
}

const PAGES_MAX = 20;

function wrongTotal(status: number, total: number | undefined, expected: number): readonly string[] {
  const isRight = status === 200 ? total === expected : expected === 0;
  return isRight ? [] : [`total ${total} of ${expected}, ${status}`];
}

function nextOf({ link = [] }: Bundle, edge: RunningEdge): string | undefined {
  const next = link.find(({ relation }) => relation === 'next')?.url;
  return next === undefined ? undefined : new URL(next, edge.url).href.replace(edge.url, '');
}

/** A list to its last page: it holds those whom the reader reaches, no other, and each page says the same number. */
function search({ rng, souls }: Asking): Question {
  const role = reader(rng);
  const { type, kind, id, more } = pick(rng, SEARCHES);
  const first = `/fhir/R4/${type}?_count=${pick(rng, [0, 4, 9, 200, 200])}${pick(rng, more)}`;
  return async (edge) => {
    const wrong: string[] = [];
    const expected = souls.filter(({ standing }) => isListed(role, kind, standing));
    const found: string[] = [];
    let url: string | undefined = first;
    for (let page = 0; url !== undefined && page < PAGES_MAX; page += 1) {
      const answer = await edge.get(url, role);
      const text = await answer.text();
      wrong.push(...leaksIn(text, souls, (what, { standing }) => isListed(role, what, standing)).map((leak) => `leak: ${leak}`));
      const bundle = JSON.parse(text) as Bundle;
      wrong.push(...wrongTotal(answer.status, bundle.total, expected.length));
      found.push(...(bundle.entry ?? []).map(({ resource }) => resource.id));
      url = nextOf(bundle, edge);
    }
    const missing = first.includes('_count=0') ? [] : expected.filter(({ person }) => !found.includes(id(person)));
    if (missing.length > 0 || new Set(found).size !== found.length) wrong.push(`${missing.length} missing, ${found.length} found`);
    return wrong.map((one) => `${role} ${first}: ${one}`);
  };
}

/** A search that names one patient: the number is one or none. */
function named({ rng, souls }: Asking): Question {
  const role = reader(rng);
  const { type, kind } = pick(rng, SEARCHES.slice(1));
  const soul = pick(rng, souls);
  const summary = rng.next() < 0.4 ? '&_summary=count' : '';
  const path = `/fhir/R4/${type}?patient=${soul.person.id}${summary}`;
  return async (edge) => {
    const answer = await edge.get(path, role);
    // The self link repeats what the reader wrote.
    const text = (await answer.text()).replaceAll(`patient=${soul.person.id}`, '');
    const listed = isListed(role, kind, soul.standing);
    const total = (JSON.parse(text) as Bundle).total ?? 0;
    const wrong = leaksIn(text, souls, (what, whose) => whose === soul && isListed(role, what, soul.standing)).map((leak) => `leak: ${leak}`);
    if (total !== (listed ? 1 : 0) && !(total === 1 && soul.standing.glassOf === role)) wrong.push(`total ${total}`);
    return wrong.map((one) => `${role} ${type} of ${JSON.stringify(soul.standing)}: ${one}`);
  };
}

/** By identifier or by ids, in the body: somebody hidden is not found, and not counted, by what the reader knows of them. */
function posted({ rng, souls }: Asking): Question {
  const role = reader(rng);
  const asked = rng.next() < 0.5 ? [pick(rng, souls)] : souls.filter(() => rng.next() < 0.5);
  const identifier = `urn:concord:demo:mrn|${asked[0]?.person.canary ?? ''}`;
  const form = new URLSearchParams(asked.length === 1 ? { identifier } : { _id: asked.map(({ person }) => person.id).join(','), _count: '200' });
  return async (edge) => {
    if (asked.length === 0) return [];
    const answer = await edge.post('/fhir/R4/Patient/_search', role, form.toString(), 'application/x-www-form-urlencoded');
    const bundle = JSON.parse(await answer.text()) as Bundle;
    const listed = (soul: Soul): boolean => asked.includes(soul) && isListed(role, 'record', soul.standing);
    // The self link repeats what the reader wrote.
    const wrong = leaksIn(JSON.stringify(bundle.entry ?? []), souls, (kind, soul) => kind === 'record' && listed(soul)).map((leak) => `leak: ${leak}`);
    wrong.push(...wrongTotal(answer.status, bundle.total, souls.filter(listed).length));
    return wrong.map((one) => `${role} _search for ${asked.length} patients: ${one}`);
  };
}

function worklist({ rng, souls }: Asking): Question {
  const role = reader(rng);
  const path = pick(rng, ['/api/v1/worklist', '/api/v1/patients', '/dicom-web/studies', '/api/v1/discordances']);
  return async (edge) => {
    const text = await (await edge.get(path, role)).text();
    const may: May = (kind, { standing }) =>
      path === '/api/v1/worklist' ? isOnWorklist(role, standing) && isListed(role, kind, standing) : isListed(role, kind, standing);
    const wrong = leaksIn(text, souls, may).map((leak) => `leak: ${leak}`);
    if (path === '/api/v1/worklist') {
      const unlisted = souls.filter(({ person, standing }) => isOnWorklist(role, standing) !== text.includes(person.id));
      if (unlisted.length > 0) wrong.push(`${unlisted.length} listed wrongly`);
    }
    return wrong.map((one) => `${role} ${path}: ${one}`);
  };
}

/** The record of accesses names patients by id to the officer, and no value of theirs to anybody; the reports are the patient's too. */
function exported({ rng, souls }: Asking): Question {
  const role = pick(rng, ['privacy', 'privacy', 'patient', 'physician', 'steward', 'administrator']);
  const soul = pick(rng, souls);
  const { id } = soul.person;
  const path = pick(rng, [
    `/audit?patient=${id}&_count=20`,
    `/api/v1/patients/${id}/access-report`,
    `/api/v1/patients/${id}/disclosures`,
    `/api/v1/patients/${id}/reach`,
  ]);
  const isOwn = role === 'patient' && soul.standing.isOwn === true && !path.startsWith('/audit') && !path.endsWith('/reach');
  const may = role === 'privacy' || isOwn || (role === 'administrator' && path.endsWith('/reach'));
  return async (edge) => {
    const answer = await edge.get(path, role);
    const text = await answer.text();
    const names = souls.filter(({ person }) => text.includes(person.canary));
    // The officer's report on one patient is headed by nobody's name; the patient's own may be.
    const wrong = names.filter((one) => !(isOwn && one === soul)).map(() => 'leak: a value of a patient');
    if (!may && (answer.status === 200 || text.includes(id))) wrong.push(`answered with ${answer.status}`);
    return wrong.map((one) => `${role} ${path.replace(id, ':id')}: ${one}`);
  };
}
