import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDoor, type Door } from '../fhir-door.ts';
import { signIn } from '../signed-in.ts';

let door: Door;
beforeAll(async () => {
  door = await openDoor();
});
afterAll(() => door.close());

interface Kept {
  readonly kind?: string;
  readonly outcome: number;
  readonly outcomeText?: string;
  readonly actor: { readonly login: string };
  readonly entry: string;
}

async function kept(requestId: string): Promise<readonly Kept[]> {
  const rows = await door.rows("SELECT convert_from(bytes, 'UTF8') AS event FROM audit_events WHERE request_id = $1 ORDER BY n", [requestId]);
  return rows.map(({ event }) => JSON.parse(String(event)) as Kept);
}

const asked = async (path: string, init: RequestInit = {}): Promise<{ readonly status: number; readonly events: readonly Kept[] }> => {
  const id = randomUUID();
  const answer = await fetch(`${door.edge.url}${path}`, {
    redirect: 'manual',
    ...init,
    headers: { ...(init.headers as Record<string, string>), 'x-request-id': id },
  });
  await answer.arrayBuffer();
  return { status: answer.status, events: await kept(id) };
};
const bearer = async (user: string) => ({ authorization: `Bearer ${await door.edge.token(user)}` });

describe('the officer’s look at how far the log is signed, and how far an export is', () => {
  it('stands in the record as allowed: a refusal that never was would be asked about', async () => {
    const headers = await bearer('privacy');
    const { id } = (await (await fetch(`${door.edge.url}/audit/bundles`, { method: 'POST', headers })).json()) as { readonly id: string };
    expect(await asked(`/audit/bundles/${id}`, { headers })).toMatchObject({ status: 200, events: [{ outcome: 0, actor: { login: 'privacy' } }] });
    expect(await asked('/audit/head', { headers: await bearer('privacy') })).toMatchObject({
      status: 200,
      events: [{ outcome: 0, actor: { login: 'privacy' } }],
    });
    expect(await asked('/audit/head', { headers: await bearer('nurse') })).toMatchObject({ status: 403, events: [{ outcome: 4, actor: { login: 'nurse' } }] });
  });
});

describe('a request that is turned away before any store', () => {
  it('leaves one event of nobody without credentials, one failed sign-in with credentials that are not believed', async () => {
    expect(await asked('/api/v1/patients')).toMatchObject({
      status: 401,
      events: [{ kind: 'refusal', outcome: 4, outcomeText: 'no-credentials', actor: { login: 'nobody' } }],
    });
    const forged = await asked('/fhir/R4/Patient', { headers: { authorization: 'Bearer not-a-token' } });
    expect(forged).toMatchObject({ status: 401, events: [{ kind: 'login', outcome: 4, outcomeText: 'credentials-not-believed' }] });
  });

  it('leaves one event in the name of who asked for a path, an id or a method that is not there', async () => {
    const headers = await bearer('nurse');
    for (const [path, status] of [
      ['/api/v1/nowhere', 404],
      ['/fhir/R4/Patient/not-an-id', 404],
      ['/audit/', 404],
    ] as const)
      expect(await asked(path, { headers }), path).toMatchObject({
        status,
        events: [{ kind: 'refusal', outcome: 4, outcomeText: 'not-found', actor: { login: 'nurse' } }],
      });
    expect(await asked('/api/v1/worklist', { headers, method: 'DELETE' })).toMatchObject({ status: 405, events: [{ outcomeText: 'method' }] });
  });

  it('leaves exactly one event where the decision itself recorded it, and names the route, never the address', async () => {
    const { id } = await door.admit('ward-b');
    const denied = await asked(`/fhir/R4/Patient/${id}`, { headers: await bearer('nurse') });
    expect(denied).toMatchObject({ status: 404, events: [{ outcome: 4, outcomeText: 'no-relationship', entry: 'GET /fhir/R4/Patient/:id' }] });
    expect((await asked('/api/v1/assessments/Testerin', { headers: await bearer('nurse') })).events[0]?.entry).toBe('GET /api/v1/assessments/:id');
    expect((await asked('/audit', { headers: await bearer('nurse') })).events).toHaveLength(1);
  });

  it('does not let a flood of strangers fill the record, and says how many it spared', async () => {
    const before = await door.rows("SELECT count(*)::int AS n FROM audit_events WHERE login = 'nobody'");
    for (let i = 0; i < 200; i += 1) await fetch(`${door.edge.url}/api/v1/worklist`);
    const after = await door.rows("SELECT count(*)::int AS n FROM audit_events WHERE login = 'nobody'");
    expect(Number(after[0]?.['n']) - Number(before[0]?.['n'])).toBeLessThanOrEqual(60);
  });
});

describe('a head request', () => {
  it('is an access like the read it stands for', async () => {
    const { id } = await door.admit();
    const head = await asked(`/fhir/R4/Patient/${id}`, { method: 'HEAD', headers: await bearer('physician') });
    expect(head).toMatchObject({ status: 200, events: [{ outcome: 0, actor: { login: 'physician' } }] });
  });
});

describe('signing in and out', () => {
  it('is in the record, with the session known by a hash alone', async () => {
    const session = await signIn(door.edge.url, 'steward');
    await session.open('/auth/logout', { method: 'POST', headers: { 'sec-fetch-site': 'same-origin', 'x-concord-csrf': session.cookie('__Host-csrf') ?? '' } });
    const rows = await door.rows("SELECT convert_from(bytes, 'UTF8') AS event FROM audit_events WHERE login = 'steward' ORDER BY n");
    const events = rows.map(({ event }) => JSON.parse(String(event)) as Kept & { readonly sessionHash?: string });
    expect(events.map(({ kind, outcome }) => [kind, outcome])).toEqual([
      ['login', 0],
      ['logout', 0],
    ]);
    expect(events[0]?.sessionHash).toBe(events[1]?.sessionHash);
    expect(JSON.stringify(events)).not.toContain(session.cookie('__Host-sid') ?? 'no cookie');
  });
});
