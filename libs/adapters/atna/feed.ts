import { connect as connectTcp } from 'node:net';
import { connect, type ConnectionOptions } from 'node:tls';
import { setTimeout as pause } from 'node:timers/promises';
import type { AuditRow } from '@concord/core/ports';
import { Spool } from './spool.ts';
import { framed, syslogMessage } from './syslog.ts';
import { WatchedSocket } from './watched-socket.ts';

export interface AtnaSettings {
  readonly host: string;
  readonly port: number;
  /** Certificates that the repository is believed under, ours, and our key: PEM. */
  readonly ca?: Buffer;
  readonly cert?: Buffer;
  readonly key?: Buffer;
  /** Name of this machine in every message. */
  readonly ownHost: string;
  readonly folder: string;
  /** While the repository is away this much waits on disk; the rest waits in the record, which loses nothing. */
  readonly spoolBytesMost: number;
}

interface Place {
  readonly transaction: string;
  readonly n: string;
}

/** Events after a place, in the order of the record. */
export type NextEvents = (place: Place | undefined, most: number) => Promise<{ readonly events: readonly AuditRow[]; readonly place: Place | undefined }>;

export interface AtnaFeed {
  /** Takes what is new and delivers what waits. @returns batches that still wait. */
  turn(): Promise<number>;
}

const BATCH = 200;
const BATCHES_A_TURN = 50;
const PATIENCE_MS = 10_000;

/**
 * Hands every event of the record to the audit repository of the house: DICOM audit messages by syslog over TLS (ITI-20,
 * RFC 5425). Syslog has no acknowledgement, so a batch counts as delivered once the repository answered our close_notify with
 * its own (RFC 5425, 4.4): then it has read to the end. A connection that breaks before is tried again whole; a repository may get a message twice, and
 * knows it by its event id, but none is lost.
 */
export async function openAtnaFeed(settings: AtnaSettings, next: NextEvents): Promise<AtnaFeed> {
  const spool = await Spool.open(settings.folder, settings.spoolBytesMost);
  return {
    async turn() {
      await take(spool, settings, next);
      return deliver(spool, settings);
    },
  };
}

async function take(spool: Spool, { ownHost }: AtnaSettings, next: NextEvents): Promise<void> {
  for (let batches = 0; batches < BATCHES_A_TURN && (await spool.hasRoom()); batches += 1) {
    const { events, place } = await next(placeIn((await spool.names()).at(-1)), BATCH);
    if (place === undefined) return;
    await spool.put(nameOf(place), Buffer.concat(events.map((event) => framed(syslogMessage(event, ownHost)))));
  }
}

const WIDTH = 20;
const nameOf = ({ transaction, n }: Place): string => `${transaction.padStart(WIDTH, '0')}-${n.padStart(WIDTH, '0')}`;

function placeIn(name: string | undefined): Place | undefined {
  const match = /^0*(\d+)-0*(\d+)\.batch$/.exec(name ?? '');
  return match?.[1] === undefined || match[2] === undefined ? undefined : { transaction: match[1], n: match[2] };
}

async function deliver(spool: Spool, settings: AtnaSettings): Promise<number> {
  const waiting = await spool.names();
  for (const [sent, name] of waiting.entries()) {
    const bytes = await spool.read(name);
    if (bytes.length > 0 && !(await isTaken(settings, bytes))) return waiting.length - sent;
    if (bytes.length > 0 || name !== waiting.at(-1)) await spool.done(name);
  }
  return 0;
}

/** One connection for one batch: written, ended by us, ended by the repository with its own close_notify. */
function isTaken({ host, port, ca, cert, key }: AtnaSettings, bytes: Buffer): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const under = new WatchedSocket(connectTcp({ host, port }));
  const options: ConnectionOptions = { socket: under, minVersion: 'TLSv1.2', servername: host, ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) };
  let isEnded = false;
  const socket = connect(options, () => {
    socket.end(bytes);
  });
  const patience = setTimeout(() => socket.destroy(new Error('the repository does not answer')), PATIENCE_MS);
  socket.on('end', () => (isEnded = true));
  socket.on('error', () => {
    resolve(false);
  });
  under.on('error', () => {
    resolve(false);
  });
  socket.on('close', () => {
    clearTimeout(patience);
    under.destroy();
    resolve(isEnded && under.isClosedProperly);
  });
  // The repository has nothing to say; what it says is read away so that its end is heard.
  socket.resume();
  return promise;
}

/** Turns until it is told to stop; a repository that is away is asked again with growing patience. */
export async function runAtnaFeed(feed: AtnaFeed, stopped: AbortSignal, say: (line: string) => void): Promise<void> {
  let wait = FIRST_WAIT_MS;
  while (!stopped.aborted) {
    const left = await feed.turn().catch((error: unknown) => {
      say(`the audit feed waits (${error instanceof Error ? error.name : 'unknown reason'})`);
      return -1;
    });
    wait = left === 0 ? FIRST_WAIT_MS : Math.min(wait * 2, LONGEST_WAIT_MS);
    await pause(wait, undefined, { signal: stopped }).catch(() => undefined);
  }
}

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 60_000;
