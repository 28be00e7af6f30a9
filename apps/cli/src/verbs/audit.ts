import { createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { acceptRollback, exportBundle, namesPath } from '../audit/export.ts';
import { verify, verifyRunning } from '../audit/verify.ts';
import { serverAs } from '../server.ts';
import { exportToFile } from './audit-export.ts';
import { fetchPaper, isPaper } from './audit-reports.ts';
import { EXIT, readArgs, UsageError, VerbFailed, type ExitCode, type Io, type Verb } from '../verb.ts';

const FILTERS = ['patient', 'user', 'from', 'to', 'purpose', 'outcome'] as const;
const OPTIONS = {
  patient: { type: 'string' },
  user: { type: 'string' },
  from: { type: 'string' },
  to: { type: 'string' },
  purpose: { type: 'string' },
  outcome: { type: 'string' },
  out: { type: 'string' },
  format: { type: 'string' },
  bundle: { type: 'string' },
  resume: { type: 'string' },
  reason: { type: 'string' },
} as const;

/** The audit record as the privacy officer reads it; the reading is itself recorded. */
export const audit: Verb = {
  usage:
    'audit export [--patient ID] [--user NAME] [--from TIME] [--to TIME] [--purpose CODE] [--outcome 0|4|8|12] [--format ndjson|csv] [--out FILE]\n' +
    '  audit disclosures --patient ID [--from TIME] [--to TIME] [--format json|html|csv] [--out FILE]     45 CFR 164.528\n' +
    '  audit access-report --patient ID [--from TIME] [--to TIME] [--format json|html|csv] [--out FILE]     who looked, and why they were allowed\n' +
    '  audit export --bundle FOLDER [--patient ID] [--user NAME] [--from TIME] [--to TIME] [--resume ID]     signed, complete, verifiable without us\n' +
    '  audit verify [PATH] [--anchor FILE…] [--receipt FILE…] [--key FILE] [--retained-since TIME]     exit code 0 valid, 1 tampered, 2 unreadable\n' +
    '  audit accept-rollback --reason TEXT     after a restore that was meant',
  async run(args: readonly string[], io: Io): Promise<ExitCode> {
    if (args[0] === 'verify') return namesPath(args.slice(1)) ? verify(args.slice(1), io) : verifyRunning(args.slice(1), io);
    const { values, positionals } = readArgs(args, OPTIONS);
    const [what, ...more] = positionals;
    if (what === 'accept-rollback') return acceptRollback(values.reason, io);
    if (more.length > 0 || (what !== 'export' && !isPaper(what)))
      throw new UsageError('Say what to do with the record: export, verify, disclosures or access-report.');
    if (isPaper(what)) return fetchPaper(what, values, io);
    return exportRecord(values, io);
  },
};

type Values = Readonly<Partial<Record<keyof typeof OPTIONS, string>>> & { readonly json: boolean };

async function exportRecord(values: Values, io: Io): Promise<ExitCode> {
  const query = new URLSearchParams();
  for (const name of FILTERS) if (values[name] !== undefined) query.set(name, values[name]);
  if (values.bundle !== undefined) return exportBundle({ bundle: values.bundle, query, resume: values.resume, json: values.json }, io);
  const format = values.format ?? 'ndjson';
  if (format !== 'ndjson' && format !== 'csv') throw new UsageError('--format is ndjson or csv.');
  // A table goes out in one answer; lines go page by page, and go on where they were cut off.
  if (values.out !== undefined && format === 'ndjson') return exportToFile(query, values.out, io);
  return exportAtOnce(query, { format, out: values.out }, io);
}

const TYPES = { ndjson: 'application/fhir+ndjson', csv: 'text/csv' } as const;

async function exportAtOnce(
  query: URLSearchParams,
  { format, out }: { readonly format: keyof typeof TYPES; readonly out?: string | undefined },
  io: Io,
): Promise<ExitCode> {
  const server = await serverAs(io.settings, 'privacy');
  const answer = await server.ask(`/audit?${query.toString()}`, { accept: TYPES[format] });
  if (!answer.ok || answer.body === null) throw new VerbFailed(`The record was not handed out (${answer.status}).`);
  const lines = Readable.fromWeb(answer.body);
  if (out === undefined) {
    for await (const line of createInterface({ input: lines })) io.out(line);
  } else {
    await pipeline(lines, createWriteStream(out, { mode: 0o600 }));
    io.err(`written to ${out}`);
  }
  return EXIT.done;
}
