import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JWK } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { keycloak, reason } from '../keycloak-realm.ts';
import { builtReason, ROOT, run } from '../running-system.ts';
import { assertion, serviceToken } from '../service-account.ts';

const why = reason ?? builtReason;

describe.skipIf(why !== undefined)(`the page that connects a Keycloak${why === undefined ? '' : `: ${why}`}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'concord-setup-'));
  const key = { ...generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }), kid: 'site', alg: 'ES256', use: 'sig' } as JWK;
  let out = '';

  beforeAll(async () => {
    const { url, adminPassword } = keycloak();
    const { d: _private, ...open } = key;
    writeFileSync(join(folder, 'password'), adminPassword, { mode: 0o600 });
    writeFileSync(join(folder, 'keys.json'), JSON.stringify({ keys: [open] }));
    const page = readFileSync(join(ROOT, 'docs/how-to/connect-keycloak.md'), 'utf8');
    const script = [...page.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, commands = '']) => commands).join('\n');
    const env = {
      ...process.env,
      CONCORD_DATA_DIR: folder,
      CONCORD_PUBLIC_URL: 'https://concord.example',
      KEYCLOAK: url,
      REALM: 'site',
      ADMIN_PASSWORD_FILE: join(folder, 'password'),
      FEED_KEYS: join(folder, 'keys.json'),
    };
    const { code, stdout, stderr } = await run('bash', ['-c', `set -e\n${script}`], env);
    expect(code, stderr).toBe(0);
    out = stdout;
  });

  it('makes the realm, and says what Concord is to be started with', async () => {
    const { url } = keycloak();
    expect(out).toContain(
      `KEYCLOAK_URL=${url}/realms/site\nCONCORD_WEB_CLIENT_SECRET_FILE=${join(folder, 'identity/web-secret')}\nCONCORD_PUBLIC_URL=https://concord.example`,
    );
    const found = (await (await fetch(`${url}/realms/site/.well-known/openid-configuration`)).json()) as { issuer: string };
    expect(found.issuer).toBe(`${url}/realms/site`);
  });

  it('keeps the secret for its owner alone, and prints it nowhere', () => {
    const file = join(folder, 'identity/web-secret');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(out).not.toContain(readFileSync(file, 'utf8'));
  });

  it('lets the site’s feed in by its key, and sends nobody to another address than Concord’s', async () => {
    const issuer = `${keycloak().url}/realms/site`;
    expect((await serviceToken(issuer, await assertion(key, issuer))).status).toBe(200);
    const query = { client_id: 'concord-web', response_type: 'code', scope: 'openid', code_challenge: 'a'.repeat(43), code_challenge_method: 'S256' };
    const at = async (redirect_uri: string) =>
      (await fetch(`${issuer}/protocol/openid-connect/auth?${new URLSearchParams({ ...query, redirect_uri }).toString()}`, { redirect: 'manual' })).status;
    expect([await at('https://concord.example/auth/callback'), await at('https://concord.example/auth/callback2')]).toEqual([200, 400]);
  });
});
