import { beforeAll, describe, expect, it } from 'vitest';
import { keycloak, reason } from '../keycloak-realm.ts';

describe.skipIf(reason !== undefined)(`the realm of a site${reason === undefined ? '' : `: ${reason}`}`, () => {
  let ask: (method: string, path: string, body?: object) => Promise<Response>;
  beforeAll(async () => {
    const { url, adminPassword } = keycloak();
    const body = new URLSearchParams({ grant_type: 'password', client_id: 'admin-cli', username: 'admin', password: adminPassword });
    const answer = await fetch(`${url}/realms/master/protocol/openid-connect/token`, { method: 'POST', body });
    const { access_token: token } = (await answer.json()) as { access_token: string };
    ask = (method, path, content) =>
      fetch(`${url}/admin/realms/concord${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        ...(content === undefined ? {} : { body: JSON.stringify(content) }),
      });
  });

  it('takes no password that is short, is the login, or holds a word of this place, in whatever case', async () => {
    expect((await ask('POST', '/users', { username: 'ward-clerk-one', enabled: true })).status).toBe(201);
    const [user] = (await (await ask('GET', '/users?username=ward-clerk-one&exact=true')).json()) as { id: string }[];
    const set = async (value: string) => (await ask('PUT', `/users/${user?.id ?? ''}/reset-password`, { type: 'password', value, temporary: false })).status;
    for (const refused of [
      'short-one',
      'ward-clerk-one',
      'My-CONCORD-at-night',
      'klinikum-am-see-7',
      'Correct horse PASSWORD',
      'qwertzuiopasdfgh',
      'abc-12345-abc-xyz',
    ])
      expect([refused, await set(refused)]).toEqual([refused, 400]);
    for (const taken of ['nine green lanterns hum', 'über-Brücken-gehen-Füße']) expect([taken, await set(taken)]).toEqual([taken, 204]);
  });

  it('signs with an RSA key of 3,072 bits', async () => {
    const { keys } = (await (await fetch(`${keycloak().url}/realms/concord/protocol/openid-connect/certs`)).json()) as {
      keys: { kty: string; use: string; alg: string; n: string }[];
    };
    const signing = keys.filter(({ use }) => use === 'sig');
    expect(signing.map(({ kty, alg }) => [kty, alg])).toEqual([['RSA', 'RS256']]);
    for (const { n } of signing) expect(Buffer.from(n, 'base64url').length * 8).toBeGreaterThanOrEqual(3072);
  });
});
