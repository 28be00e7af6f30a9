import { mkdir, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { auditFolder } from '@concord/adapters/anchors';
import { serverAs } from '../server.ts';
import { EXIT, UsageError, type ExitCode, type Io } from '../verb.ts';
import { fetchBundle } from './bundle.ts';

export interface BundleOptions {
  readonly bundle: string;
  /** `patient=…&user=…&from=…&to=…` */
  readonly query: URLSearchParams;
  /** An export that was begun before. */
  readonly resume?: string | undefined;
  readonly json: boolean;
}

const FILTERS = ['patient', 'user', 'from', 'to'];

/** A signed export into a folder, as the privacy officer. */
export async function exportBundle({ bundle, query, resume, json }: BundleOptions, io: Io): Promise<ExitCode> {
  if ([...query.keys()].some((name) => !FILTERS.includes(name)))
    throw new UsageError('A signed export is complete for a patient, a user or a time: it takes no --purpose or --outcome.');
  const server = await serverAs(io.settings, 'privacy');
  const folder = resolve(bundle);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const made = await fetchBundle(server, {
    query: query.toString(),
    folder,
    tell: (line) => {
      io.err(line);
    },
    ...(resume === undefined ? {} : { id: resume }),
  });
  if (json) io.out(JSON.stringify({ ...made, folder }));
  else io.err(`written to ${folder}: check it with \`concord audit verify ${folder}\``);
  return EXIT.done;
}

/** An operator's word for the sequencer, which waits for it while the heads outside disagree with the database. */
export async function acceptRollback(reason: string | undefined, io: Io): Promise<ExitCode> {
  if (reason === undefined || reason.trim().length < 10) throw new UsageError('Say why, in ten letters or more: --reason "restored from the backup of …".');
  const { acceptedRollback } = auditFolder(io.settings.auditDir, io.settings.witnessDir);
  await writeFile(acceptedRollback, `${JSON.stringify({ reason, acceptedAt: new Date().toISOString() })}\n`, { mode: 0o600 });
  io.err('Noted. The sequencer goes on within seconds, and keeps the heads of before aside.');
  return EXIT.done;
}

/** True when a word is no option and no option's value: then a folder is to be verified, not the running system. */
export function namesPath(words: readonly string[]): boolean {
  return words.some((word, i) => !word.startsWith('--') && (words[i - 1] === '--json' || !(words[i - 1] ?? '').startsWith('--')));
}
