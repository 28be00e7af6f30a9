import { existsSync, readFileSync } from 'node:fs';
import { open, rm, writeFile } from 'node:fs/promises';
import { serverAs, type Server } from '../server.ts';
import { EXIT, UsageError, VerbFailed, type ExitCode, type Io } from '../verb.ts';

interface Page {
  readonly total?: number;
  readonly link?: readonly { readonly relation: string; readonly url: string }[];
  readonly entry?: readonly { readonly resource: unknown }[];
}

interface Place {
  /** Path and query of the page that comes next. */
  readonly next: string;
  /** Bytes that were on disk when the pages before were complete. */
  readonly bytes: number;
  readonly lines: number;
}

/**
 * Writes the record to a file page by page, newest first, and says how far it is. A run that was cut off leaves its place beside
 * the file; the same command goes on from there.
 */
export async function exportToFile(query: URLSearchParams, file: string, io: Io): Promise<ExitCode> {
  const placeFile = `${file}.place`;
  // The end is fixed first: what happens during the export, the export itself included, is not part of it.
  if (!query.has('to')) query.set('to', new Date().toISOString());
  let place: Place | undefined = existsSync(placeFile) ? readPlace(placeFile) : { next: `/audit?${query.toString()}`, bytes: 0, lines: 0 };
  if (existsSync(placeFile)) io.err(`going on after ${place.lines} events`);
  const server = await serverAs(io.settings, 'privacy');
  const handle = await open(file, existsSync(placeFile) ? 'r+' : 'w', 0o600);
  try {
    await handle.truncate(place.bytes);
    while (place !== undefined) {
      const page = await fetchPage(server, place.next);
      const lines = (page.entry ?? []).map(({ resource }) => `${JSON.stringify(resource)}\n`);
      const bytes = Buffer.from(lines.join(''));
      await handle.write(bytes, 0, bytes.length, place.bytes);
      await handle.sync();
      place = await keepPlace(placeFile, place, { page, bytes: bytes.length, lines: lines.length });
      io.err(place === undefined ? `written to ${file}` : `${place.lines} of ${page.total ?? '?'} events`);
    }
  } finally {
    await handle.close();
  }
  return EXIT.done;
}

interface Written {
  readonly page: Page;
  readonly bytes: number;
  readonly lines: number;
}

/** Where to go on, kept on disk; undefined when this was the last page. */
async function keepPlace(file: string, before: Place, { page, bytes, lines }: Written): Promise<Place | undefined> {
  const next = page.link?.find(({ relation }) => relation === 'next')?.url;
  if (next === undefined) {
    await rm(file, { force: true });
    return undefined;
  }
  const { pathname, search } = new URL(next);
  const place = { next: pathname + search, bytes: before.bytes + bytes, lines: before.lines + lines };
  await writeFile(file, JSON.stringify(place), { mode: 0o600 });
  return place;
}

function readPlace(file: string): Place {
  const place = JSON.parse(readFileSync(file, 'utf8')) as Partial<Place>;
  if (typeof place.next !== 'string' || !place.next.startsWith('/audit?') || typeof place.bytes !== 'number' || typeof place.lines !== 'number')
    throw new UsageError(`${file} is no place to go on from; remove it to begin again.`);
  return { next: place.next, bytes: place.bytes, lines: place.lines };
}

async function fetchPage(server: Server, path: string): Promise<Page> {
  const answer = await server.ask(path);
  if (!answer.ok) throw new VerbFailed(`The record was not handed out (${answer.status}); the same command goes on where it stopped.`);
  return (await answer.json()) as Page;
}
