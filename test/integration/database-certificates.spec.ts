import { execFileSync } from 'node:child_process';
import { chownSync, copyFileSync, existsSync, mkdtempSync, rmSync, statSync, writeFileSync, chmodSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFileBlobs } from '@concord/adapters/blobs';
import { createTagOpener, digest, openKeyring } from '@concord/adapters/crypto';
import { dropExpired, migrate, openDatabase, openSequencer, openSessionStore, startCluster, type Cluster } from '@concord/adapters/postgres';
import { prepareQueue, runJobs } from '@concord/adapters/queue';
import { admit } from '../stores.ts';

/** The site's own server where there is one; else the embedded one, which speaks TLS as well. */
const DEBIAN = '/usr/lib/postgresql/15/bin';
/** An address of this machine that nothing else listens on. */
const HOST = `127.${process.pid % 250}.${(process.pid >> 8) % 250}.15`;

describe('a database on a network that asks every role for its certificate', () => {
  let folder: string;
  let cluster: Cluster;
  const file = (name: string) => path.join(folder, name);
  const openssl = (...args: readonly string[]) => execFileSync('openssl', [...args], { stdio: 'ignore' });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const authority = (name: string) =>
    openssl('req', '-x509', ...key, '-keyout', file(`${name}.key`), '-out', file(`${name}.pem`), '-days', '2', '-subj', `/CN=${name}`);
  const certificate = (name: string, by: string, { subject, address = HOST }: { readonly subject: string; readonly address?: string }) => {
    openssl('req', ...key, '-keyout', file(`${name}.key`), '-out', file(`${name}.csr`), '-subj', `/CN=${subject}`, '-addext', `subjectAltName=IP:${address}`);
    const signed = ['-CA', file(`${by}.pem`), '-CAkey', file(`${by}.key`), '-CAcreateserial', '-days', '2', '-copy_extensions', 'copy'];
    openssl('x509', '-req', '-in', file(`${name}.csr`), ...signed, '-out', file(`${name}.pem`));
    chmodSync(file(`${name}.key`), 0o600);
  };
  /** As a site writes it into `DATABASE_URL` and its kin: everything that is proved stands in the address. */
  const address = (role: string, { as = role, ca = 'house' }: { readonly as?: string; readonly ca?: string } = {}) =>
    `postgresql://${role}@${HOST}/concord?sslmode=verify-full&sslrootcert=${file(`${ca}.pem`)}&sslcert=${file(`${as}.pem`)}&sslkey=${file(`${as}.key`)}`;
  const refusal = async (url: string): Promise<string> => {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return 'let in';
    } catch (error) {
      return error instanceof Error ? `${error.message} ${'code' in error ? String(error.code) : ''}` : 'refused';
    } finally {
      await client.end().catch(() => undefined);
    }
  };
  /** What the server shows from now on. */
  const serve = async (name: string): Promise<void> => {
    const { uid, gid } = statSync(file('pg'));
    for (const kind of ['pem', 'key']) {
      copyFileSync(file(`${name}.${kind}`), file(`pg/server.${kind}`));
      chownSync(file(`pg/server.${kind}`), uid, gid);
    }
    const superuser = new pg.Client({ connectionString: cluster.url('postgres', 'postgres') });
    await superuser.connect();
    await superuser.query('SELECT pg_reload_conf()');
    await superuser.query('SELECT pg_sleep(0.3)');
    await superuser.end();
  };

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'concord-certificates-'));
    chmodSync(folder, 0o755);
    for (const name of ['house', 'stranger']) authority(name);
    for (const role of ['concord_owner', 'app_rw', 'app_worker', 'audit_sequencer']) certificate(role, 'house', { subject: role });
    certificate('server', 'house', { subject: 'db' });
    certificate('elsewhere', 'house', { subject: 'db', address: '127.9.9.9' });
    certificate('strange-server', 'stranger', { subject: 'db' });
    certificate('strange-app_rw', 'stranger', { subject: 'app_rw' });
    const bin = existsSync(DEBIAN) ? { bin: DEBIAN } : {};
    cluster = await startCluster({ dataDir: file('pg'), log: () => undefined, settings: { listen_addresses: HOST, fsync: 'off' }, ...bin });
    const { uid, gid } = statSync(file('pg'));
    writeFileSync(file('pg/pg_hba.conf'), 'local all all trust\nhostssl all all 127.0.0.0/8 cert clientcert=verify-full\n');
    copyFileSync(file('house.pem'), file('pg/house.pem'));
    chownSync(file('pg/house.pem'), uid, gid);
    const superuser = new pg.Client({ connectionString: cluster.url('postgres', 'postgres') });
    await superuser.connect();
    for (const [name, value] of Object.entries({ ssl_cert_file: 'server.pem', ssl_key_file: 'server.key', ssl_ca_file: 'house.pem', ssl: 'on' }))
      await superuser.query(`ALTER SYSTEM SET ${name} = '${value}'`);
    await superuser.end();
    await serve('server');
  });
  afterAll(async () => {
    await cluster.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('serves every program of Concord by its address alone: upgrade, requests, sessions, jobs, the log, retention', async () => {
    await migrate(address('concord_owner'), [prepareQueue]);
    const keyring = await openKeyring(file('root.key'));
    const api = openDatabase({ url: address('app_rw'), machine: 'api', keyring, files: createFileBlobs(file('blobs')), demo: true });
    expect((await admit(api, { mrn: 'C-1' })).patientId).toMatch(/-/);
    await api.close();
    const sessions = openSessionStore(address('app_rw'));
    await sessions.close();
    const nothing = () => Promise.resolve();
    const runner = await runJobs({
      connectionString: address('app_worker'),
      concurrency: 1,
      handlers: { assess: nothing, verify: nothing, erase: nothing },
      failed: () => undefined,
    });
    expect(await runner.depth()).toBeGreaterThanOrEqual(0);
    await runner.stop();
    const sequencer = await openSequencer({ url: address('audit_sequencer'), digest, openTag: createTagOpener(Buffer.alloc(32, 1)) });
    expect((await sequencer?.step())?.leaves).toBeGreaterThan(0);
    await sequencer?.close();
    expect(await dropExpired(address('concord_owner'))).toMatchObject({ events: 0 });
  });

  it('proves the role: what is connected runs under TLS, as whom the certificate names', async () => {
    const client = new pg.Client({ connectionString: address('app_rw') });
    await client.connect();
    const { rows } = await client.query('SELECT current_user AS who, s.ssl, s.client_dn AS dn FROM pg_stat_ssl s WHERE pid = pg_backend_pid()');
    expect(rows).toEqual([{ who: 'app_rw', ssl: true, dn: '/CN=app_rw' }]);
    await client.end();
  });

  it('lets nobody in without a certificate, with another role’s, with one of another authority, or without TLS', async () => {
    const bare = `postgresql://app_rw@${HOST}/concord`;
    expect(await refusal(bare)).toMatch(/no pg_hba.conf entry|no encryption/);
    expect(await refusal(`${bare}?sslmode=verify-full&sslrootcert=${file('house.pem')}`)).toMatch(/valid client certificate|certificate required/);
    expect(await refusal(address('app_rw', { as: 'app_worker' }))).toMatch(/authentication failed/);
    expect(await refusal(address('app_rw', { as: 'strange-app_rw' }))).toMatch(/unknown ca|certificate|ECONNRESET/i);
    expect(await refusal(address('app_rw'))).toBe('let in');
  });

  it('is not believed itself under another authority’s certificate, or one for another machine', async () => {
    expect(await refusal(address('app_rw', { ca: 'stranger' }))).toMatch(/certificate/);
    await serve('strange-server');
    expect(await refusal(address('app_rw'))).toMatch(/certificate/);
    await serve('elsewhere');
    expect(await refusal(address('app_rw'))).toMatch(/does not match|ALTNAME/);
    await serve('server');
    expect(await refusal(address('app_rw'))).toBe('let in');
  });
});
