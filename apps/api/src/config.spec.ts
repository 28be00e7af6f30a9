import { describe, expect, it } from 'vitest';
import { readConfig } from './config.ts';

const production = { DATABASE_URL: 'postgresql://app_rw@localhost/concord', CONCORD_ENV: 'production', CONCORD_PUBLIC_URL: 'https://concord.example' };
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

  it('nothing of a site goes over a network in plain text: not the pages, not the database', () => {
    const site = { KEYCLOAK_URL: 'https://id.example/realms/concord' };
    expect(refused({ ...site, CONCORD_PUBLIC_URL: 'http://concord.example' })).toThrow('CONCORD_PUBLIC_URL must be https');
    const database = 'postgresql://app_rw@db.example/concord';
    for (const url of [database, `${database}?sslmode=require`, `${database}?sslmode=no-verify`, 'postgresql://app_rw@localhost/concord?host=10.0.0.7'])
      expect(refused({ ...site, DATABASE_URL: url }), url).toThrow('DATABASE_URL must say sslmode=verify-full');
    for (const url of [
      `${database}?sslmode=verify-full`,
      'postgresql://app_rw@localhost/concord?host=/run/postgresql',
      'postgresql://app_rw@127.0.0.1/concord',
    ])
      expect(readConfig({ ...production, ...site, DATABASE_URL: url }).databaseUrl).toBe(url);
  });

  it('a certificate comes with its key and an address that says https', () => {
    const files = { KEYCLOAK_URL: 'https://id.example/realms/concord', CONCORD_TLS_CERT_FILE: '/x/cert.pem' };
    expect(refused(files)).toThrow('or neither');
    expect(refused({ ...files, CONCORD_TLS_KEY_FILE: '/x/key.pem', CONCORD_TLS_MIN_VERSION: '1.1' })).toThrow('CONCORD_TLS_MIN_VERSION');
    expect(() => readConfig({ DATABASE_URL: 'postgresql://localhost', CONCORD_TLS_CERT_FILE: '/x', CONCORD_TLS_KEY_FILE: '/y' })).toThrow('must be https');
  });
});
