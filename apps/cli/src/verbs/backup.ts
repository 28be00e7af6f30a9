import { resolve } from 'node:path';
import { backupAndFollow } from '../backup/follow.ts';
import { makeBackup } from '../backup/make-backup.ts';
import { EXIT, readArgs, UsageError, type ExitCode, type Io, type Verb } from '../verb.ts';

/** Database, keys and blobs of a running system as one consistent point in time, sealed under the key of the backups. */
export const backup: Verb = {
  usage: [
    'backup DIR     a copy into DIR, of a moment while the system serves; blobs that DIR has already are not copied again',
    'backup DIR --follow [--every 2]     then keeps the log too, looking every so many seconds, until Ctrl-C: any moment since can be restored',
  ].join('\n'),
  async run(args: readonly string[], io: Io): Promise<ExitCode> {
    const { values, positionals } = readArgs(args, { follow: { type: 'boolean', default: false }, every: { type: 'string', default: '2' } });
    const [folder, ...rest] = positionals;
    if (folder === undefined || rest.length > 0) throw new UsageError('Say where to: backup DIR.');
    if (values.follow) return follow(resolve(folder), Number(values.every), io);
    const figures = await makeBackup(io.settings, resolve(folder), (line) => {
      io.err(line);
    });
    const { stamp, files, bytes, seconds } = figures;
    io.out(values.json ? JSON.stringify(figures) : `${stamp}: ${files} files, ${(bytes / 1e6).toFixed(1)} MB, ${seconds.toFixed(1)} s`);
    return EXIT.done;
  },
};

async function follow(folder: string, everySeconds: number, io: Io): Promise<ExitCode> {
  if (!(everySeconds >= 1 && everySeconds <= 3600)) throw new UsageError('--every is a number of seconds from 1 to 3600.');
  const ending = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      ending.abort();
    });
  }
  const tell = (line: string): void => {
    io.err(line);
  };
  await backupAndFollow(io.settings, folder, { everyMs: everySeconds * 1000, signal: ending.signal, tell });
  return EXIT.done;
}
