import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { request as plainRequest } from 'node:http';
import { request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTelemetry } from '@concord/adapters/telemetry';
import { compose } from '../../apps/api/src/composition.ts';
import { readConfig } from '../../apps/api/src/config.ts';
import { lineLog } from '../../apps/api/src/edge/log.ts';
import { tlsOptions } from '../../apps/api/src/edge/tls.ts';
import { buildServer, type Edge } from '../../apps/api/src/server.ts';
import { emptyBackend } from '../edge.ts';

const folder = mkdtempSync(join(tmpdir(), 'concord-tls-'));
const file = (name: string): string => join(folder, name);

/** An authority and a certificate of localhost under it. */
function certificate(name: string): { readonly certFile: string; readonly keyFile: string; readonly ca: Buffer } {
  const openssl = (...args: readonly string[]) => execFileSync('openssl', [...args], { stdio: 'ignore' });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl('req', '-x509', ...key, '-keyout', file(`${name}-ca.key`), '-out', file(`${name}-ca.pem`), '-days', '2', '-subj', `/CN=${name}`);
  openssl('req', ...key, '-keyout', file(`${name}.key`), '-out', file(`${name}.csr`), '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost');
  const signed = ['-CA', file(`${name}-ca.pem`), '-CAkey', file(`${name}-ca.key`), '-CAcreateserial', '-copy_extensions', 'copy', '-days', '2'];
  openssl('x509', '-req', '-in', file(`${name}.csr`), ...signed, '-out', file(`${name}.pem`));
  return { certFile: file(`${name}.pem`), keyFile: file(`${name}.key`), ca: readFileSync(file(`${name}-ca.pem`)) };
}

const own = certificate('own');
const foreign = certificate('foreign');

async function listening(minVersion: string): Promise<{ readonly edge: Edge; readonly port: number }> {
  const config = readConfig({
    DATABASE_URL: 'postgresql://unused',
    CONCORD_DATA_DIR: folder,
    CONCORD_PUBLIC_URL: 'https://localhost',
    CONCORD_TLS_CERT_FILE: own.certFile,
    CONCORD_TLS_KEY_FILE: own.keyFile,
    CONCORD_TLS_MIN_VERSION: minVersion,
  });
  const edge = await buildServer(
    compose(
      config,
      await emptyBackend()(config),
      createTelemetry(),
      lineLog(
        () => undefined,
        () => '',
      ),
    ),
  );
  await edge.app.listen(0, '127.0.0.1');
  return { edge, port: (edge.app.getHttpServer().address() as AddressInfo).port };
}

/** Version and suite that both agreed on, or why not. */
function handshake(port: number, options: ConnectionOptions): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const socket: TLSSocket = connect({ port, host: '127.0.0.1', servername: 'localhost', ca: own.ca, ...options }, () => {
    resolve(`${String(socket.getProtocol())} ${socket.getCipher().standardName}`);
    socket.destroy();
  });
  socket.once('error', (error: NodeJS.ErrnoException) => {
    resolve(`refused ${error.code ?? error.message}`);
  });
  return promise;
}

/** Versions that no client offers any more unless it is told to twice. */
const old = (version: 'TLSv1' | 'TLSv1.1'): ConnectionOptions => ({ minVersion: version, maxVersion: version, ciphers: 'ALL:@SECLEVEL=0' });
const only = (version: 'TLSv1.2' | 'TLSv1.3', ciphers?: string): ConnectionOptions => ({
  minVersion: version,
  maxVersion: version,
  ...(ciphers === undefined ? {} : { ciphers }),
});

describe('the edge that speaks TLS itself', () => {
  let served: Awaited<ReturnType<typeof listening>>;
  beforeAll(async () => {
    served = await listening('1.2');
  });
  afterAll(() => served.edge.app.close());

  it('takes 1.3 and 1.2, with forward secrecy and authenticated encryption', async () => {
    expect(await handshake(served.port, {})).toBe('TLSv1.3 TLS_AES_256_GCM_SHA384');
    expect(await handshake(served.port, only('TLSv1.2'))).toBe('TLSv1.2 TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384');
  });

  it('refuses 1.0, 1.1, and in 1.2 what lacks either', async () => {
    for (const version of ['TLSv1', 'TLSv1.1'] as const)
      expect(await handshake(served.port, old(version)), version).toBe('refused ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION');
    for (const suite of ['ECDHE-ECDSA-AES256-SHA', 'ECDHE-ECDSA-AES128-SHA256', 'AES256-GCM-SHA384'])
      expect(await handshake(served.port, only('TLSv1.2', suite)), suite).toMatch(/^refused ERR_SSL_.*HANDSHAKE_FAILURE$/);
  });

  it('is not believed under another authority or another name', async () => {
    expect(await handshake(served.port, { ca: foreign.ca })).toMatch(/^refused (UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER_CERT_LOCALLY)$/);
    expect(await handshake(served.port, { servername: 'elsewhere' })).toBe('refused ERR_TLS_CERT_ALTNAME_INVALID');
  });

  it('says nothing to a request in plain text, and tells browsers to come by https alone', async () => {
    const plain = await new Promise<string>((resolve) => {
      plainRequest({ port: served.port, host: '127.0.0.1', path: '/healthz' }, (answer) => {
        resolve(`answered ${String(answer.statusCode)}`);
      })
        .once('error', (error: NodeJS.ErrnoException) => {
          resolve(`refused ${error.code ?? ''}`);
        })
        .end();
    });
    expect(plain).toMatch(/^refused /);
    const { status, header } = await new Promise<{ status: number | undefined; header: string | undefined }>((resolve, reject) => {
      request({ port: served.port, host: '127.0.0.1', servername: 'localhost', headers: { host: 'localhost' }, ca: own.ca, path: '/healthz' }, (answer) => {
        answer.resume();
        resolve({ status: answer.statusCode, header: answer.headers['strict-transport-security'] });
      })
        .once('error', reject)
        .end();
    });
    expect([status, header]).toEqual([200, expect.stringMatching(/^max-age=31536000; includeSubDomains/)]);
  });
});

describe('the edge that a site sets to 1.3 alone', () => {
  it('refuses 1.2', async () => {
    const { edge, port } = await listening('1.3');
    expect(await handshake(port, only('TLSv1.3'))).toMatch(/^TLSv1.3 /);
    expect(await handshake(port, only('TLSv1.2'))).toBe('refused ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION');
    await edge.app.close();
  });
});

describe('a weak certificate', () => {
  it('of an RSA key of 2,048 bits stops the start with a line that says what to ask for; one of 3,072 bits does not', () => {
    for (const [bits, expected] of [
      [2048, /2048 bits is too short\. Ask for .*P-256/],
      [3072, undefined],
    ] as const) {
      const names = { certFile: file(`rsa-${bits}.pem`), keyFile: file(`rsa-${bits}.key`), minVersion: '1.2' } as const;
      const options = [
        'req',
        '-x509',
        '-newkey',
        `rsa:${bits}`,
        '-nodes',
        '-keyout',
        names.keyFile,
        '-out',
        names.certFile,
        '-days',
        '2',
        '-subj',
        '/CN=localhost',
      ];
      execFileSync('openssl', options, { stdio: 'ignore' });
      if (expected === undefined) expect(tlsOptions(names).minVersion).toBe('TLSv1.2');
      else expect(() => tlsOptions(names)).toThrow(expected);
    }
  });
});
