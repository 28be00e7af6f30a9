import { createWriteStream } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import type { Server } from '../server.ts';
import { VerbFailed } from '../verb.ts';

const created = z.object({ id: z.uuid() });
const stateShape = z.object({
  state: z.enum(['waiting', 'running', 'done', 'failed']),
  done: z.number(),
  total: z.number(),
  detail: z.string().optional(),
  files: z.array(z.object({ name: z.string(), bytes: z.number() })),
});
type State = z.infer<typeof stateShape>;

const LOOK_EVERY_MS = 300;
/** An hour's worth of looks: millions of events take minutes. */
const LOOKS_MOST = 12_000;

export interface BundleAsked {
  /** `patient=…&user=…&from=…&to=…` */
  readonly query: string;
  readonly folder: string;
  /** An export that was begun: its id, to go on with it. */
  readonly id?: string;
  /** Hears how far it is. */
  readonly tell: (line: string) => void;
}

/** Asks for a signed export, waits until it is made, and fetches it into a folder; what is there already is not fetched again. */
export async function fetchBundle(server: Server, { query, folder, id: begun, tell }: BundleAsked): Promise<{ readonly id: string; readonly files: number }> {
  const id = begun ?? (await ask(server, query));
  tell(`export ${id}`);
  const { files } = await untilMade(server, id, tell);
  for (const file of files) await fetchFile(server, id, { ...file, folder });
  return { id, files: files.length };
}

async function ask(server: Server, query: string): Promise<string> {
  const answer = await server.ask(`/audit/bundles?${query}`, { method: 'POST' });
  const read = created.safeParse(await answer.json());
  if (!answer.ok || !read.success) throw new VerbFailed(`The export was not taken up (${answer.status}).`);
  return read.data.id;
}

async function untilMade(server: Server, id: string, tell: (line: string) => void): Promise<State> {
  let said = '';
  for (let look = 0; look < LOOKS_MOST; look += 1) {
    const answer = await server.ask(`/audit/bundles/${id}`);
    const read = stateShape.safeParse(await answer.json());
    if (!answer.ok || !read.success) throw new VerbFailed(`The export cannot be found (${answer.status}).`);
    const { state, done, total, detail } = read.data;
    if (state === 'done') return read.data;
    if (state === 'failed') throw new VerbFailed(`The export failed: ${detail ?? 'no reason was kept'}.`);
    const line = total === 0 ? `${state}: ${done} events` : `${state}: ${done} of ${total} events`;
    if (line !== said) tell(line);
    said = line;
    await pause(LOOK_EVERY_MS);
  }
  throw new VerbFailed(`The export takes too long; go on later with --resume ${id}.`);
}

interface Fetching {
  readonly name: string;
  readonly bytes: number;
  readonly folder: string;
}

async function fetchFile(server: Server, id: string, { name, bytes, folder }: Fetching): Promise<void> {
  const path = join(folder, name);
  await mkdir(dirname(path), { recursive: true });
  const have = await stat(path).then(
    ({ size }) => size,
    () => 0,
  );
  if (have === bytes && bytes > 0) return;
  const from = have < bytes ? have : 0;
  const answer = await server.ask(`/audit/bundles/${id}/files/${encodeURIComponent(name)}`, from === 0 ? {} : { range: `bytes=${from}-` });
  if (!answer.ok || (answer.body === null && bytes > 0)) throw new VerbFailed(`${name} was not handed out (${answer.status}); go on with --resume ${id}.`);
  await pipeline(
    answer.body === null ? Readable.from([]) : Readable.fromWeb(answer.body),
    createWriteStream(path, { mode: 0o600, flags: from === 0 ? 'w' : 'a' }),
  );
}
