import { resolve } from 'node:path';
import { BackupError } from '@concord/adapters/backup';
import { openMadeBackups } from '../backup/places.ts';
import { EXIT, readArgs, UsageError, VerbFailed, type ExitCode, type Io, type Verb } from '../verb.ts';

/** Opens every part of a backup and compares it with what was backed up, without restoring anything. */
export const verify: Verb = {
  usage: 'verify DIR [--backup STAMP]     exit 0: every part opens and is what was backed up; exit 1: names the first that is not',
  async run(args: readonly string[], io: Io): Promise<ExitCode> {
    const { values, positionals } = readArgs(args, { backup: { type: 'string' } });
    const [folder, ...rest] = positionals;
    if (folder === undefined || rest.length > 0) throw new UsageError('Say which: verify DIR.');
    const backups = await openMadeBackups(io.settings, resolve(folder));
    const stamp = values.backup ?? (await backups.stamps()).at(-1);
    if (stamp === undefined) throw new VerbFailed(`There is no finished backup in ${folder}.`);
    try {
      const { files, consistentAt } = await backups.manifest(stamp);
      for (const file of files) await backups.check(stamp, file);
      io.out(values.json ? JSON.stringify({ stamp, consistentAt, files: files.length, whole: true }) : `${stamp}: ${files.length} files, all whole`);
      return EXIT.done;
    } catch (error) {
      if (error instanceof BackupError) throw new VerbFailed(error.message);
      throw error;
    }
  },
};
