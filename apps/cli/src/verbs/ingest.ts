import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { z } from 'zod';
import { serverAs, type Server } from '../server.ts';
import { EXIT, readArgs, UsageError, type ExitCode, type Io, type Verb } from '../verb.ts';

/** What the door answered for one file. */
interface Sent {
  readonly file: string;
  readonly door: Door['name'];
  readonly status: number;
  readonly ok: boolean;
  /** The door's own words for a refusal. */
  readonly answer: string;
}

interface Door {
  readonly name: 'fhir' | 'dicom' | 'csv';
  send(server: Server, bytes: Buffer): Promise<Response>;
}

const ANSWER_CHARS_MAX = 400;

/** Sends files through the running system's own doors, as the demo's source system. */
export const ingest: Verb = {
  usage: 'ingest FILE…     FHIR JSON (a resource or a bundle), DICOM Part 10 or vital signs as CSV; what each file is, its bytes say',
  async run(args: readonly string[], io: Io): Promise<ExitCode> {
    const { values, positionals } = readArgs(args, {});
    if (positionals.length === 0) throw new UsageError('Say which files.');
    const files = await Promise.all(positionals.map(readOne));
    const server = await serverAs(io.settings, 'integrator');
    const sent: Sent[] = [];
    for (const { path, bytes, door } of files) {
      const one = await send(server, path, bytes, door);
      sent.push(one);
      io.err(`${one.ok ? 'taken  ' : 'refused'} ${path} (${one.door}, ${one.status})${one.ok ? '' : `: ${one.answer}`}`);
    }
    const taken = sent.filter(({ ok }) => ok).length;
    io.out(values.json ? JSON.stringify({ taken, refused: sent.length - taken, files: sent }) : `${taken} of ${sent.length} files taken`);
    return taken === sent.length ? EXIT.done : EXIT.failed;
  },
};

async function readOne(path: string) {
  const bytes = await readFile(path).catch(() => undefined);
  if (bytes === undefined) throw new UsageError(`${path} cannot be read.`);
  const door = doorOf(bytes);
  if (door === undefined) throw new UsageError(`${path} is neither FHIR JSON, DICOM nor CSV with the header of vital signs.`);
  return { path, bytes, door };
}

async function send(server: Server, path: string, bytes: Buffer, door: Door): Promise<Sent> {
  const answer = await door.send(server, bytes);
  const text = await answer.text();
  return { file: basename(path), door: door.name, status: answer.status, ok: answer.ok, answer: answer.ok ? '' : text.slice(0, ANSWER_CHARS_MAX) };
}

/** By content, never by name: a name says nothing that a sender could not have got wrong. */
function doorOf(bytes: Buffer): Door | undefined {
  if (bytes.subarray(128, 132).toString('latin1') === 'DICM') return dicom;
  const start = bytes.subarray(0, 200).toString('utf8').trimStart();
  if (start.startsWith('{')) return fhir;
  if (start.startsWith('patient,device,code,')) return csv;
  return undefined;
}

const fhir: Door = {
  name: 'fhir',
  send(server, bytes) {
    const type = typeOf(bytes.toString('utf8'));
    const path = type === undefined || type === 'Bundle' ? '' : `/${type}`;
    return server.ask(`/fhir/R4${path}`, {
      method: 'POST',
      contentType: 'application/fhir+json',
      accept: 'application/fhir+json',
      body: new Uint8Array(bytes),
    });
  },
};

const csv: Door = {
  name: 'csv',
  send: (server, bytes) => server.ask('/api/v1/ingest/wearables/csv', { method: 'POST', contentType: 'text/csv', body: new Uint8Array(bytes) }),
};

const dicom: Door = {
  name: 'dicom',
  send(server, bytes) {
    const boundary = randomUUID();
    const body = Buffer.concat([Buffer.from(`--${boundary}\r\nContent-Type: application/dicom\r\n\r\n`), bytes, Buffer.from(`\r\n--${boundary}--\r\n`)]);
    const contentType = `multipart/related; type="application/dicom"; boundary=${boundary}`;
    return server.ask('/dicom-web/studies', { method: 'POST', contentType, accept: 'application/dicom+json', body: new Uint8Array(body) });
  },
};

const typed = z.object({ resourceType: z.string().regex(/^[A-Za-z]{1,40}$/) });

/** Undefined for what is no resource; the door then says what is wrong with it. */
function typeOf(text: string): string | undefined {
  try {
    return typed.safeParse(JSON.parse(text)).data?.resourceType;
  } catch {
    return undefined;
  }
}
