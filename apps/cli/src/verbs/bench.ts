import { BENCHES } from '../bench/registry.ts';
import { UsageError, type ExitCode, type Io, type Verb } from '../verb.ts';

/** Measurements that a developer repeats on their own machine. */
export const bench: Verb = {
  usage: ['bench NAME [options]', ...BENCHES.map(({ name, summary }) => `  ${name}  ${summary}`)].join('\n'),
  async run(args: readonly string[], io: Io): Promise<ExitCode> {
    const [name, ...rest] = args;
    const entry = BENCHES.find((one) => one.name === name);
    if (entry === undefined) throw new UsageError(`Say what to measure: ${BENCHES.map((one) => one.name).join(', ')}.`);
    return (await entry.load()).run(rest, io);
  },
};
