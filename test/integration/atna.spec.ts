import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createServer, type Server, type TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openAtnaFeed, type AtnaFeed } from '@concord/adapters/atna';
import { asks, person } from '../people.ts';
import { admit, testStores, type TestStores } from '../stores.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'concord-atna-'));
const keyFile = path.join(folder, 'key.pem');
const certFile = path.join(folder, 'cert.pem');

/** A syslog receiver over TLS that counts octets and keeps messages; it can die in the middle and come back on its port. */
class Receiver {
  readonly messages: string[] = [];
  private server: Server | undefined;
  private readonly sockets = new Set<TLSSocket>();
  private port = 0;
  /** Dies after this many bytes of a connection. */
  dieAfter = Infinity;

  async start(): Promise<number> {
    const server = createServer({ key: readFileSync(keyFile), cert: readFileSync(certFile) }, (socket) => {
      this.serve(socket);
    });
    server.on('tlsClientError', () => undefined);
    this.server = server;
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve));
    this.port = (server.address() as AddressInfo).port;
    return this.port;
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server?.close(resolve));
  }

  private serve(socket: TLSSocket): void {
    this.sockets.add(socket);
    let buffer: Buffer = Buffer.alloc(0);
    let seen = 0;
    socket.on('error', () => undefined);
    socket.on('data', (bytes: Buffer) => {
      seen += bytes.length;
      if (seen > this.dieAfter) {
        socket.destroy();
        return;
      }
      buffer = this.take(Buffer.concat([buffer, bytes]));
    });
    socket.on('close', () => this.sockets.delete(socket));
  }

  private take(buffer: Buffer): Buffer {
    for (;;) {
      const space = buffer.indexOf(' ');
      const length = space < 1 ? NaN : Number(buffer.subarray(0, space).toString());
      if (Number.isNaN(length) || buffer.length < space + 1 + length) return buffer;
      this.messages.push(buffer.subarray(space + 1, space + 1 + length).toString('utf8'));
      buffer = buffer.subarray(space + 1 + length);
    }
  }
}

let stores: TestStores;
const receiver = new Receiver();
let feed: AtnaFeed;
let port = 0;
let open: () => Promise<AtnaFeed>;

beforeAll(async () => {
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', keyFile, '-out', certFile, '-days', '2', ...subject],
    { stdio: 'ignore' },
  );
  stores = await testStores();
  port = await receiver.start();
  const settings = { host: 'localhost', port, ca: readFileSync(certFile), ownHost: 'ward-pc', folder: path.join(folder, 'spool'), spoolBytesMost: 200_000 };
  open = () => openAtnaFeed(settings, (place, most) => stores.worker.auditFeed(place, most));
  feed = await open();
});
afterAll(async () => {
  await receiver.stop();
  await stores.close();
});

const idsSent = () => new Set(receiver.messages.map((message) => Buffer.from(/type="eventId" value="([^"]+)"/.exec(message)?.[1] ?? '', 'base64').toString()));
async function idsKept(): Promise<readonly string[]> {
  const found = await stores.api.withAccess(asks(person('privacy'), { action: 'search', resource: 'AuditEvent' }), (scope) =>
    scope.audit.search({}, { count: 500 }),
  );
  return found.ok ? found.value.items.map(({ eventId }) => eventId) : [];
}
async function look(times: number, mrn: string): Promise<void> {
  const { patientId } = await admit(stores.api, { mrn });
  for (let i = 0; i < times; i += 1)
    await stores.api.withAccess(asks(person('physician'), { action: 'read', resource: 'Patient', patientId }), (scope) => scope.patients.read(patientId));
}

/**
 * Turns the feed until something holds. What was committed while any transaction of the whole server was still open is read
 * once that one has ended: other tests share the server, so a turn may come too early.
 */
async function turnUntil(holds: (left: number) => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 30_000;
  for (let left = await feed.turn(); !(await holds(left)); left = await feed.turn()) {
    if (Date.now() > deadline) throw new Error('the feed did not get there in 30 s');
    await pause(100);
  }
}

const allSent = async () => {
  const sent = idsSent();
  return (await idsKept()).slice(1).every((id) => sent.has(id));
};
const isRead = (message: string) => message.includes('csd-code="110110"') && message.includes('AlternativeUserID="physician"');

describe('the feed to the audit repository of the house', () => {
  it('sends a DICOM audit message in RFC 5424 form, counted in octets, with the priority and id of ITI-20', async () => {
    await look(1, 'AT-1');
    await turnUntil(() => receiver.messages.some(isRead));
    const read = receiver.messages.find(isRead);
    expect(read).toMatch(
      /^<85>1 \d{4}-\d\d-\d\dT[\d:.]+Z ward-pc concord - IHE\+RFC-3881 - \uFEFF<\?xml version="1\.0" encoding="UTF-8"\?><AuditMessage><EventIdentification /,
    );
    expect(read).toContain('ParticipantObjectTypeCode="1" ParticipantObjectTypeCodeRole="1"');
    expect(receiver.messages.join('')).not.toMatch(/Testerin|AT-1/);
  });

  it('loses nothing while the repository is away or dies in the middle, and sends each event again until it was read', async () => {
    await receiver.stop();
    await look(30, 'AT-2');
    await turnUntil((left) => left > 0);
    // A sender that was killed meanwhile finds its spool again.
    feed = await open();
    receiver.dieAfter = 4_000;
    await receiver.start();
    await look(20, 'AT-3');
    expect(await feed.turn()).toBeGreaterThan(0);
    receiver.dieAfter = Infinity;
    await turnUntil(async (left) => left === 0 && (await allSent()));
    const kept = await idsKept();
    expect(kept.length).toBeGreaterThan(50);
  });

  it('fills its spool to the bound and no further; what does not fit waits in the record', async () => {
    await receiver.stop();
    for (let i = 0; i < 6; i += 1) await look(60, `AT-4-${i}`);
    await turnUntil((left) => left > 0);
    for (let i = 0; i < 3; i += 1) expect(await feed.turn()).toBeGreaterThan(0);
    await receiver.start();
    await turnUntil(async (left) => left === 0 && (await allSent()));
  });

  it('believes no repository whose certificate it does not know', async () => {
    const settings = { host: 'localhost', ownHost: 'ward-pc', folder: path.join(folder, 'other'), spoolBytesMost: 1_000_000 };
    const stranger = await openAtnaFeed({ ...settings, port }, (place, most) => stores.worker.auditFeed(place, most));
    const before = receiver.messages.length;
    expect(await stranger.turn()).toBeGreaterThan(0);
    expect(receiver.messages.length).toBe(before);
  });
});
