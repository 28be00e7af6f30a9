import { join } from 'node:path';
import { keyVersions, openKeyring, retireRoot, rotateRoot } from '@concord/adapters/crypto';
import { createFileBlobs } from '@concord/adapters/blobs';
import { aloneWithKeys, KeysBusy, reseal, rewrapRows, type Resealed, type ResealStep } from '@concord/adapters/postgres';
import { isUuid, type PatientId } from '@concord/core/clinical';
import type { WithAccess } from '@concord/core/ports';

import { openAccess } from '../access.ts';
import { aboutPatient } from '../requests.ts';
import { requireRunning } from '../running.ts';
import { EXIT, readArgs, UsageError, VerbFailed, type ExitCode, type Io, type Verb } from '../verb.ts';

const WHAT = ['rotate', 'retire', 'reseal'] as const;

/** Replaces the root key, or the keys of patients. Old and new are both valid meanwhile; what was interrupted is taken up again. */
export const keys: Verb = {
  usage: [
    'keys rotate     makes a new root key and wraps every key of a patient again; the system may serve meanwhile',
    'keys retire     removes the replaced root key, once nothing hangs on it any more; back the new one up before',
    'keys reseal [--patient ID]     gives each patient, or one, a new data key, seals everything of theirs anew under it, destroys the old one',
  ].join('\n'),
  async run(args: readonly string[], io: Io): Promise<ExitCode> {
    const { values, positionals } = readArgs(args, { patient: { type: 'string' } });
    const what = WHAT.find((one) => one === positionals[0]);
    if (what === undefined || positionals.length > 1) throw new UsageError('Say keys rotate, keys retire or keys reseal.');
    const { patient } = values;
    if (patient !== undefined && (what !== 'reseal' || !isUuid(patient))) throw new UsageError('--patient takes the id of a patient, with reseal.');
    const ownerUrl = io.settings.databaseOwnerUrl ?? (await requireRunning(io.settings.dataDir)).databaseOwnerUrl;
    const work = what === 'reseal' ? () => renew(ownerUrl, patient, io) : () => change(what, ownerUrl, io);
    const done = await aloneWithKeys(ownerUrl, work).catch((error: unknown) => {
      throw error instanceof KeysBusy || (error instanceof Error && /retire it first|is under way/.test(error.message)) ? new VerbFailed(error.message) : error;
    });
    io.out(values.json ? JSON.stringify(done.figures) : done.words);
    return EXIT.done;
  },
};

interface Done {
  readonly figures: object;
  readonly words: string;
}

async function change(what: 'rotate' | 'retire', ownerUrl: string, { settings: { keyFile } }: Io): Promise<Done> {
  const keyring = await openKeyring(keyFile);
  const rows = (rewrap: (wrapped: Buffer, place: string) => Buffer | undefined): Promise<number> => rewrapRows(ownerUrl, rewrap);
  if (what === 'rotate') {
    const figures = await rotateRoot(keyFile, keyring, rows);
    const { keys: patients, rows: waiting } = figures;
    return {
      figures,
      words: `The keys of ${patients} patients and ${waiting} waiting arrivals hang on the new root key. Back it up, then: concord keys retire`,
    };
  }
  if (!(await retireRoot(keyFile, keyring, rows))) throw new VerbFailed('There is no replaced root key.');
  return { figures: { retired: true }, words: 'The replaced root key is gone.' };
}

async function renew(ownerUrl: string, only: string | undefined, io: Io): Promise<Done> {
  const { settings } = io;
  const keyring = await openKeyring(settings.keyFile);
  const access = await openAccess(settings, 'worker');
  try {
    const figures = await reseal({
      ownerUrl,
      keyring,
      versions: keyVersions(keyring),
      files: createFileBlobs(join(settings.dataDir, 'blobs')),
      only,
      record: (patientId, step) => record(access.withAccess, patientId, step),
      progress: (so) => {
        io.err(words(so));
      },
    });
    return { figures, words: `${words(figures)}. The keys of before are destroyed: make a backup now, for one of before needs its own keys` };
  } finally {
    await access.close();
  }
}

/** One event before anything is sealed under the new key, one before the old key goes. */
async function record(withAccess: WithAccess, patientId: string, { step, ...what }: ResealStep): Promise<void> {
  const about = { ...aboutPatient(patientId as PatientId, 'concord keys reseal'), purpose: 'HOPERAT', resource: 'Patient' } as const;
  const kept = await withAccess(about, (scope) => {
    scope.audit.note({ objects: [`Patient/${patientId}`], detail: { reseal: { step, ...what } } });
    return Promise.resolve(true);
  });
  if (!kept.ok) throw new VerbFailed('The change of a key could not be recorded, so it was not made. Call again to go on.');
}

function words({ patients, values, blobs }: Resealed): string {
  return `${patients} patients: ${values} values and ${blobs} blobs sealed anew`;
}
