import { z } from 'zod';
import { ModelUnavailable } from '@concord/core/ports';
import { readSettings, type Settings } from './config.ts';
import { EXIT, UsageError, VerbFailed, type ExitCode, type Io, type Verb } from './verb.ts';
import { VERBS, type VerbEntry } from './verbs/registry.ts';

const NOTICE = 'Research software, not a medical device.';

/** `concord VERB …`: finds the verb, runs it, and turns what went wrong into one line and an exit code. */
async function main(args: readonly string[], io: Io): Promise<ExitCode> {
  const [name, ...rest] = args;
  if (name === undefined || name === '--help' || name === 'help') {
    io.out(overview());
    return name === undefined ? EXIT.usage : EXIT.done;
  }
  const entry = VERBS.find((verb) => verb.name === name);
  if (entry === undefined) {
    io.err(`concord: there is no verb "${name}". \`concord --help\` lists them.`);
    return EXIT.usage;
  }
  return runVerb(entry, rest, io);
}

async function runVerb(entry: VerbEntry, args: readonly string[], io: Io): Promise<ExitCode> {
  const verb = await entry.load();
  if (args.includes('--help')) {
    io.out(`${entry.summary}\n\n${verb.usage}`);
    return EXIT.done;
  }
  try {
    return await verb.run(args, io);
  } catch (error) {
    return explain(error, verb, io);
  }
}

function explain(error: unknown, verb: Verb, io: Io): ExitCode {
  if (error instanceof UsageError || isArgumentError(error)) {
    io.err(`concord: ${error.message}`);
    io.err(verb.usage);
    return EXIT.usage;
  }
  if (error instanceof VerbFailed) {
    io.err(`concord: ${error.message}`);
    return EXIT.failed;
  }
  if (error instanceof ModelUnavailable) {
    io.err(`concord: the model cannot be run: ${error.message}`);
    return EXIT.failed;
  }
  if (isUnreachable(error)) {
    io.err(`concord: nothing answers; is \`npm start\` running from ${io.settings.dataDir}?`);
    return EXIT.failed;
  }
  throw error;
}

function isArgumentError(error: unknown): error is Error {
  return error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
}

/** Says whether the server or its database is not there; node wraps that reason once or twice. */
function isUnreachable(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ('syscall' in cause && cause.syscall === 'connect') return true;
  }
  return false;
}

function overview(): string {
  const width = Math.max(...VERBS.map(({ name }) => name.length), 0);
  const lines = VERBS.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`);
  return [
    'concord VERB [options]',
    '',
    ...lines,
    '',
    '--json prints one JSON value for machines; `concord VERB --help` says more.',
    'Exit codes: 0 done, 1 tried and failed, 2 asked wrongly.',
    NOTICE,
  ].join('\n');
}

function settingsOrLeave(): Settings {
  try {
    return readSettings();
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    for (const { path, message } of error.issues) process.stderr.write(`concord: ${path.join('.')}: ${message}\n`);
    process.exit(EXIT.usage);
  }
}

// A reader that closes early (`concord … | head`) is no error of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? EXIT.done : EXIT.failed);
});
try {
  process.exitCode = await main(process.argv.slice(2), {
    settings: settingsOrLeave(),
    out: (line) => void process.stdout.write(`${line}\n`),
    err: (line) => void process.stderr.write(`${line}\n`),
  });
} catch (error) {
  // A bug. The message may quote data of a patient, so only its kind and place go out.
  const place = error instanceof Error ? (error.stack?.split('\n').find((line) => line.includes('/dist/')) ?? '').trim() : '';
  process.stderr.write(`concord: this is a bug in Concord: ${error instanceof Error ? error.name : 'unknown error'} ${place}\n`);
  process.exitCode = EXIT.failed;
}
