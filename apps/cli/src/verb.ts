import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';
import type { Settings } from './config.ts';

/** What a script can rely on. 0: done. 1: tried, and it failed or found something wrong. 2: asked in a way that cannot be done. */
export const EXIT = { done: 0, failed: 1, usage: 2 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Where a verb speaks: results on `out`, everything else on `err`, so that a pipe gets results only. */
export interface Io {
  readonly settings: Settings;
  /** One line of the result. */
  out(line: string): void;
  /** One line for the person: progress, what went wrong. */
  err(line: string): void;
}

/** One verb of `concord`, one file in `src/verbs`. */
export interface Verb {
  /** The lines after `concord VERB`, as `--help` and a wrong option print them. */
  readonly usage: string;
  run(args: readonly string[], io: Io): Promise<ExitCode>;
}

/** The question was put wrongly; `main` prints the message and the usage and leaves with 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** It was tried and did not work, for a reason that one line explains; `main` prints it and leaves with 1. */
export class VerbFailed extends Error {
  override readonly name = 'VerbFailed';
}

/** `parseArgs` with `--json` known to every verb. An unknown option is a wrong question, so it throws and `main` answers 2. */
export function readArgs<T extends ParseArgsOptionsConfig>(args: readonly string[], options: T) {
  return parseArgs({ args: [...args], options: { ...options, json: { type: 'boolean', default: false } }, allowPositionals: true, strict: true });
}
