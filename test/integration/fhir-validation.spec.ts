import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { balpBreaches, type Event } from '../balp.ts';
import { openWorld, visits, type World } from '../canary-world.ts';
import { judge, judgeReason } from '../fhir-judge.ts';
import { signIn } from '../signed-in.ts';

type Resource = Readonly<Record<string, unknown>> & { readonly resourceType: string };
const TYPES = ['Patient', 'Encounter', 'Observation', 'DiagnosticReport', 'RiskAssessment', 'ImagingStudy'] as const;

describe.skipIf(judgeReason !== undefined)(`what leaves as FHIR, judged by HAPI${judgeReason === undefined ? '' : `: ${judgeReason}`}`, () => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld();
  });
  afterAll(() => world.close());

  const post = async (path: string, as: string, body: object, mfa = false) =>
    fetch(`${world.edge.url}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${await world.edge.token(as, { mfa })}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });

  /** Reads, searches, writes and refusals: every fifth question that the routes allow. */
  async function ask(): Promise<void> {
    for (const { method, path, as, headers, body } of visits(world).filter((_, i) => i % 5 === 0)) {
      const token = as === undefined ? {} : { authorization: `Bearer ${await world.edge.token(as)}` };
      const sent = body === undefined ? {} : { body };
      await (await fetch(`${world.edge.url}${path}`, { method, headers: { ...headers, ...token }, ...sent })).arrayBuffer();
    }
    expect((await world.edge.get('/api/v1/nowhere', 'nurse')).status).toBe(404);
  }

  async function signInAndOut(): Promise<void> {
    const session = await signIn(world.edge.url, 'steward');
    await session.open('/auth/logout', { method: 'POST', headers: { 'sec-fetch-site': 'same-origin', 'x-concord-csrf': session.cookie('__Host-csrf') ?? '' } });
  }

  async function breakGlassAndDisclose(): Promise<void> {
    const [, , other] = world.canaries;
    if (other === undefined) throw new Error('there are three canaries');
    const [, , value, birthDate] = other.secrets;
    const lookedUp = (await (await post('/api/v1/break-glass/look-up', 'nurse', { system: 'urn:concord:demo:mrn', value, birthDate })).json()) as object;
    const grant = await post(
      '/api/v1/break-glass/grants',
      'nurse',
      { ...lookedUp, reasonCode: 'urgent-care', reason: 'Found collapsed in the corridor.' },
      true,
    );
    expect(grant.status).toBe(201);
    const { id } = (await grant.json()) as { id: string };
    await post(`/api/v1/break-glass/grants/${id}/end`, 'nurse', {});
    const given = {
      recipient: { name: 'County health office' },
      basis: 'public-health',
      disclosedAt: new Date(Date.now() - 3_600_000).toISOString(),
      what: ['reports'],
    };
    expect((await post(`/api/v1/patients/${other.id}/disclosures`, 'privacy', given)).status).toBe(201);
  }

  const ndjson = async (): Promise<readonly Event[]> => {
    const answer = await world.edge.get('/audit', 'privacy', { accept: 'application/fhir+ndjson' });
    return (await answer.text())
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Event);
  };

  it('audit events of every kind, the resources of a patient and the refusals are valid R4; what is broken is found', async () => {
    await ask();
    await signInAndOut();
    await breakGlassAndDisclose();
    const events = await ndjson();
    expect([...new Set(events.flatMap((event) => balpBreaches(event).map((what) => `${what} (${routeOf(event)})`)))]).toEqual([]);
    const sample = oneOfEachShape(events);
    expect(sample.length).toBeGreaterThanOrEqual(40);
    const kinds = new Set(events.flatMap(({ subtype = [] }) => subtype.map(({ code }) => code)));
    for (const kind of ['read', 'search-type', 'create', '110122', '110123', '110127', '110138', 'disclose', 'refusal']) expect(kinds, kind).toContain(kind);
    const others = [...(await resources()), await bundle(), await refusal()];
    const spoilt = spoiltEvents(sample[0] ?? {});
    const findings = await judge([...sample, ...others, ...spoilt].map(withoutProfile));
    const errors = findings.filter(({ severity, message }) => ['error', 'fatal'].includes(severity) && !YOUNGER_THAN_R4.test(message));
    const good = sample.length + others.length;
    expect(errors.filter(({ at }) => at < good).map(({ where, message }) => `${where}: ${message}`)).toEqual([]);
    expect(new Set(errors.filter(({ at }) => at >= good).map(({ at }) => at - good))).toEqual(new Set(spoilt.keys()));
  }, 180_000);

  async function resources(): Promise<readonly Resource[]> {
    const asked = world.canaries.flatMap(({ ids }) => TYPES.map((type) => `/fhir/R4/${type}/${ids[type]}`));
    return Promise.all([...asked, '/fhir/R4/metadata'].map(async (path) => (await (await world.edge.get(path, 'physician')).json()) as Resource));
  }
  const bundle = async () =>
    (await (await world.edge.get(`/fhir/R4/Observation?patient=${world.canaries[0]?.id ?? ''}&_count=1`, 'physician')).json()) as Resource;
  const refusal = async () => (await (await world.edge.get('/fhir/R4/Observation?nonsense=1', 'physician')).json()) as Resource;
});

/** Which route an event came from, for a finding to be followed. */
const routeOf = (event: Event & { readonly extension?: readonly { readonly url: string; readonly valueString?: string }[] }): string =>
  event.extension?.find(({ url }) => url.endsWith('/entry'))?.valueString ?? 'no route';

/** Codes of HL7's terminology that R4's own copy does not hold yet. */
const YOUNGER_THAN_R4 = /^Unknown code 'http:\/\/terminology\.hl7\.org\/CodeSystem\/v3-ObservationValue#AIAST'/;

/** BALP's profiles are not at hand offline: what they ask is asked by `balpBreaches`. */
function withoutProfile(resource: object): object {
  const { meta, ...rest } = resource as { readonly meta?: { readonly profile?: unknown } };
  const { profile: _claimed, ...kept } = meta ?? {};
  return Object.keys(kept).length === 0 ? rest : { ...rest, meta: kept };
}

/** Events that differ in more than their ids and times; the first of each shape stands for all. */
function oneOfEachShape(events: readonly Event[]): readonly Event[] {
  const shape = (event: Event): string =>
    JSON.stringify(event, (key, value: unknown) =>
      typeof value === 'string' && !['code', 'system', 'url', 'action', 'outcome', 'display', 'resourceType'].includes(key) ? '' : value,
    );
  return [...new Map(events.map((event) => [shape(event), event])).values()].slice(0, 150);
}

/** One broken rule each: a required binding, a cardinality, a date, an element that nobody knows, an invariant. */
function spoiltEvents(event: Event): readonly object[] {
  return [
    { ...event, action: 'X' },
    { ...event, agent: [] },
    { ...event, recorded: 'yesterday' },
    { ...event, nobodyKnows: true },
    { ...event, entity: [{ name: 'both', query: 'YQ==' }] },
  ];
}
