import { describe, expect, it } from 'vitest';
import { readConfig } from './config.ts';

const production = { DATABASE_URL: 'postgresql://nowhere', CONCORD_ENV: 'production', CONCORD_PUBLIC_URL: 'https://concord.example' };
const refused = (env: Record<string, string>) => () => readConfig({ ...production, ...env });

describe('in production', () => {
  it('the realm is reached over https, and the demo identity not at all', () => {
    expect(refused({ KEYCLOAK_URL: 'http://id.example/realms/concord' })).toThrow('KEYCLOAK_URL must be https');
    expect(refused({ CONCORD_IDENTITY_URL: 'http://127.0.0.1:4000' })).toThrow('The demo identity does not run');
    expect(readConfig({ ...production, KEYCLOAK_URL: 'https://id.example/realms/concord' }).identity.issuer).toBe('https://id.example/realms/concord');
  });

  it('the secret of the web client is given once: itself, or its file', () => {
    const both = { KEYCLOAK_URL: 'https://id.example/realms/concord', CONCORD_WEB_CLIENT_SECRET: 'a-long-enough-secret', CONCORD_WEB_CLIENT_SECRET_FILE: '/x' };
    expect(refused(both)).toThrow('not both');
    expect(refused({ ...both, CONCORD_WEB_CLIENT_SECRET_FILE: '', CONCORD_WEB_CLIENT_SECRET: 'short' })).toThrow('CONCORD_WEB_CLIENT_SECRET');
  });
});
