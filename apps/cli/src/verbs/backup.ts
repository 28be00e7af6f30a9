import { resolve } from 'node:path';
import { makeBackup } from '../backup/make-backup.ts';
import { EXIT, readArgs, UsageError, type ExitCode, type Io, type Verb } from '../verb.ts';

/** Database, keys and blobs of a running system as one consistent point in time, sealed under the key of the backups. */
export const backup: Verb = {
  usage: 'backup DIR     a copy into DIR, of a moment while the system serves; blobs that DIR has already are not copied again',
  async run(args: readonly string[], io: Io): Promise<ExitCode> {
    const { values, positionals } = readArgs(args, {});
    const [folder, ...rest] = positionals;
    if (folder === undefined || rest.length > 0) throw new UsageError('Say where to: backup DIR.');
    const figures = await makeBackup(io.settings, resolve(folder), (line) => {
      io.err(line);
    });
    const { stamp, files, bytes, seconds } = figures;
    io.out(values.json ? JSON.stringify(figures) : `${stamp}: ${files} files, ${(bytes / 1e6).toFixed(1)} MB, ${seconds.toFixed(1)} s`);
    return EXIT.done;
  },
};
