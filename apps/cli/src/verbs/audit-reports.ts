import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { serverAs } from '../server.ts';
import { EXIT, UsageError, VerbFailed, type ExitCode, type Io } from '../verb.ts';

/** What the two papers about one patient are called on the command line, and where they are made. */
const PAPERS: Readonly<Record<string, string>> = { disclosures: 'disclosures', 'access-report': 'access-report' };
const FORMATS = ['json', 'html', 'csv'];

export const isPaper = (name: string | undefined): name is string => name !== undefined && name in PAPERS;

interface Options {
  readonly patient?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly format?: string | undefined;
  readonly out?: string | undefined;
}

/** Fetches a paper as the privacy officer; fetching it is itself recorded. */
export async function fetchPaper(paper: string, { patient, from, to, format = 'json', out }: Options, io: Io): Promise<ExitCode> {
  if (patient === undefined) throw new UsageError('Say whose: --patient ID.');
  if (!FORMATS.includes(format)) throw new UsageError(`--format is one of ${FORMATS.join(', ')}.`);
  const query = new URLSearchParams({ format });
  if (from !== undefined) query.set('from', from);
  if (to !== undefined) query.set('to', to);
  const server = await serverAs(io.settings, 'privacy');
  const answer = await server.ask(`/api/v1/patients/${encodeURIComponent(patient)}/${PAPERS[paper] ?? paper}?${query.toString()}`);
  if (!answer.ok || answer.body === null) throw new VerbFailed(`The paper was not made (${answer.status}).`);
  if (out === undefined) io.out((await answer.text()).trimEnd());
  else {
    await pipeline(Readable.fromWeb(answer.body), createWriteStream(out, { mode: 0o600 }));
    io.err(`written to ${out}`);
  }
  return EXIT.done;
}
