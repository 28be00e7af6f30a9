import { z } from 'zod';
import { VerbFailed } from '../verb.ts';

interface Wanted {
  /** Scheme, host and port; no trailing slash. */
  readonly server: string;
  readonly admin: { readonly name: string; readonly password: string };
  readonly realm: string;
  readonly publicUrl: string;
  readonly webSecret: string;
  /** The export, with its placeholders. */
  readonly shape: string;
  /** JSON of a JWK set. */
  readonly integratorKeys: string | undefined;
}

const clientSchema = z.looseObject({ id: z.string(), attributes: z.record(z.string(), z.string()).default({}) });
const keySet = z.object({
  keys: z.array(z.looseObject({ kty: z.string(), kid: z.string(), d: z.undefined({ error: 'is private: give the public half' }).optional() })).min(1),
});

/** Makes the realm from the export, or, where it is there, sets what belongs to this place. Running it twice changes nothing. */
export async function setUpRealm(wanted: Wanted): Promise<{ readonly made: boolean; readonly issuer: string }> {
  const keys = wanted.integratorKeys === undefined ? undefined : readKeys(wanted.integratorKeys);
  const call = callAs(wanted.server, await tokenOf(wanted));
  const there = (await call('GET', `/${wanted.realm}`)) !== undefined;
  const shape = shapeOf(wanted);
  if (!there) await call('POST', '', shape);
  else await setClient(call, wanted.realm, 'concord-web', clientOf(shape, 'concord-web'));
  if (keys !== undefined) await setClient(call, wanted.realm, 'concord-integrator', { attributes: { 'jwks.string': JSON.stringify(keys) } });
  return { made: !there, issuer: `${wanted.server}/realms/${wanted.realm}` };
}

type Call = (method: 'GET' | 'POST' | 'PUT', path: string, body?: unknown) => Promise<unknown>;
type Json = Readonly<Record<string, unknown>>;

function readKeys(text: string): z.infer<typeof keySet> {
  const keys = keySet.safeParse(JSON.parse(text));
  if (!keys.success) throw new VerbFailed(`The feed's keys: ${keys.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`).join('; ')}`);
  return keys.data;
}

function shapeOf({ shape, realm, publicUrl, webSecret }: Wanted): Json {
  const values: Readonly<Record<string, string>> = { CONCORD_PUBLIC_URL: publicUrl, CONCORD_WEB_CLIENT_SECRET: webSecret };
  const filled = shape.replace(/\$\{([A-Z_]+)\}/g, (whole, name: string) => values[name] ?? whole);
  return { ...z.record(z.string(), z.unknown()).parse(JSON.parse(filled)), realm };
}

function clientOf(shape: Json, clientId: string): Json {
  const clients = z.array(z.looseObject({ clientId: z.string() })).parse(shape['clients']);
  const { secret, redirectUris, attributes } = clients.find((one) => one.clientId === clientId) ?? { clientId };
  return { secret, redirectUris, attributes };
}

/** Keeps what the site changed by hand; attributes are added to those that are there. */
async function setClient(call: Call, realm: string, clientId: string, change: Json): Promise<void> {
  const [client] = z.array(clientSchema).parse(await call('GET', `/${realm}/clients?clientId=${clientId}`));
  if (client === undefined) throw new VerbFailed(`The realm ${realm} has no client ${clientId}.`);
  const attributes = { ...client.attributes, ...z.record(z.string(), z.string()).parse(change['attributes'] ?? {}) };
  await call('PUT', `/${realm}/clients/${client.id}`, { ...client, ...change, attributes });
}

async function tokenOf({ server, admin }: Wanted): Promise<string> {
  const body = new URLSearchParams({ grant_type: 'password', client_id: 'admin-cli', username: admin.name, password: admin.password });
  const answer = await fetch(`${server}/realms/master/protocol/openid-connect/token`, { method: 'POST', body, signal: AbortSignal.timeout(10_000) }).catch(
    () => undefined,
  );
  if (answer === undefined) throw new VerbFailed(`${server} does not answer.`);
  if (!answer.ok) throw new VerbFailed(`${server} does not let ${admin.name} in (${answer.status}).`);
  return z.object({ access_token: z.string() }).parse(await answer.json()).access_token;
}

/** @returns undefined for what is not there. */
function callAs(server: string, token: string): Call {
  return async (method, path, body) => {
    const answer = await fetch(`${server}/admin/realms${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      signal: AbortSignal.timeout(60_000),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (answer.status === 404) return undefined;
    const text = await answer.text();
    // The realm's answer may repeat what was sent, and that holds a secret.
    if (!answer.ok) throw new VerbFailed(`The Keycloak server refused ${method} ${path.replace(/\?.*/, '') || '/'} (${answer.status}).`);
    const parsed: unknown = text === '' ? null : JSON.parse(text);
    return parsed;
  };
}
