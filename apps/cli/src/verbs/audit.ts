import { createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { serverAs } from '../server.ts';
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
} as const;

/** The audit record as the privacy officer reads it; the reading is itself recorded. */
export const audit: Verb = {
  usage: 'audit export [--patient ID] [--user NAME] [--from TIME] [--to TIME] [--purpose CODE] [--outcome 0|4|8|12] [--out FILE]     one AuditEvent a line',
  async run(args: readonly string[], io: Io): Promise<ExitCode> {
    const { values, positionals } = readArgs(args, OPTIONS);
    if (positionals.length !== 1 || positionals[0] !== 'export') throw new UsageError('Say what to do with the record: audit export.');
    const query = new URLSearchParams();
    for (const name of FILTERS) if (values[name] !== undefined) query.set(name, values[name]);
    const server = await serverAs(io.settings, 'privacy');
    const answer = await server.ask(`/audit?${query.toString()}`, { accept: 'application/fhir+ndjson' });
    if (!answer.ok || answer.body === null) throw new VerbFailed(`The record was not handed out (${answer.status}).`);
    const lines = Readable.fromWeb(answer.body);
    if (values.out === undefined) {
      for await (const line of createInterface({ input: lines })) io.out(line);
    } else {
      await pipeline(lines, createWriteStream(values.out, { mode: 0o600 }));
      io.err(`written to ${values.out}`);
    }
    return EXIT.done;
  },
};
