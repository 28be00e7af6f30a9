import { openKeyring, retireRoot, rotateRoot } from '@concord/adapters/crypto';
import { rewrapRows } from '@concord/adapters/postgres';
import { requireRunning } from '../running.ts';
import { EXIT, readArgs, UsageError, VerbFailed, type ExitCode, type Io, type Verb } from '../verb.ts';

/** Replaces the root key. Old and new are both valid until the old one is retired; an interrupted rotation is taken up again. */
export const keys: Verb = {
  usage: [
    'keys rotate     makes a new root key and wraps every key of a patient again; the system may serve meanwhile',
    'keys retire     removes the replaced root key, once nothing hangs on it any more; back the new one up before',
  ].join('\n'),
  async run(args: readonly string[], io: Io): Promise<ExitCode> {
    const { values, positionals } = readArgs(args, {});
    const [what] = positionals;
    if ((what !== 'rotate' && what !== 'retire') || positionals.length > 1) throw new UsageError('Say keys rotate or keys retire.');
    return change(what, values.json, io).catch((error: unknown) => {
      throw error instanceof Error && /retire it first|is under way/.test(error.message) ? new VerbFailed(error.message) : error;
    });
  },
};

async function change(what: 'rotate' | 'retire', json: boolean, io: Io): Promise<ExitCode> {
  const { keyFile } = io.settings;
  const ownerUrl = io.settings.databaseOwnerUrl ?? (await requireRunning(io.settings.dataDir)).databaseOwnerUrl;
  const keyring = await openKeyring(keyFile);
  const rows = (rewrap: (wrapped: Buffer, place: string) => Buffer | undefined): Promise<number> => rewrapRows(ownerUrl, rewrap);
  if (what === 'rotate') {
    const done = await rotateRoot(keyFile, keyring, rows);
    const { keys: patients, rows: waiting } = done;
    io.out(
      json
        ? JSON.stringify(done)
        : `The keys of ${patients} patients and ${waiting} waiting arrivals hang on the new root key. Back it up, then: concord keys retire`,
    );
    return EXIT.done;
  }
  if (!(await retireRoot(keyFile, keyring, rows))) throw new VerbFailed('There is no replaced root key.');
  io.out(json ? JSON.stringify({ retired: true }) : 'The replaced root key is gone.');
  return EXIT.done;
}
