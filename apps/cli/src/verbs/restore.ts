import { resolve } from 'node:path';
import { BackupError } from '@concord/adapters/backup';
import { restoreBackup } from '../backup/restore-backup.ts';
import { EXIT, readArgs, UsageError, VerbFailed, type ExitCode, type Io, type Verb } from '../verb.ts';

/** Brings a backup back into a data folder without a database; `npm start` then serves it. */
export const restore: Verb = {
  usage:
    'restore DIR [--backup STAMP] [--to TIME]     into the data folder of the settings, which must hold no database; the newest backup without a stamp, or any moment that its log reaches',
  async run(args: readonly string[], io: Io): Promise<ExitCode> {
    const { values, positionals } = readArgs(args, { backup: { type: 'string' }, to: { type: 'string' } });
    const [folder, ...rest] = positionals;
    if (folder === undefined || rest.length > 0) throw new UsageError('Say where from: restore DIR.');
    const to = values.to === undefined ? undefined : new Date(values.to);
    if (to !== undefined && (Number.isNaN(to.getTime()) || !/[zZ]|[+-]\d\d:\d\d$/.test(values.to ?? '')))
      throw new UsageError('--to is a time with its offset: 2026-11-27T20:15:00Z.');
    const tell = (line: string): void => {
      io.err(line);
    };
    const figures = await restoreBackup(io.settings, resolve(folder), { stamp: values.backup, to, tell }).catch((error: unknown) => {
      throw error instanceof BackupError ? new VerbFailed(error.message) : error;
    });
    if (figures.eventsMissing > 0) {
      io.err(
        `This backup is older than the last checkpoint outside the database: ${figures.eventsMissing} events of the record are not in it. The log waits until an operator says that this was meant.`,
      );
    }
    const { stamp, consistentAt, files, seconds, erasedAgain } = figures;
    io.out(
      values.json
        ? JSON.stringify(figures)
        : `${stamp} is back as of ${consistentAt}: ${files} files, ${seconds.toFixed(1)} s, ${erasedAgain} patients erased again`,
    );
    return EXIT.done;
  },
};
