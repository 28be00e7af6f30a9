import { instant, type Instant } from '@concord/core/kernel';
import { openDicomReader } from '@concord/adapters/codecs';
import { tasks } from '@concord/tasks/registry';
import { openAccess } from '../access.ts';
import { demoSource } from '../demo/choose-source.ts';
import { seedDemo, type Seeded } from '../demo/seed-demo.ts';
import { openModel } from '../models.ts';
import { EXIT, readArgs, UsageError, VerbFailed, type ExitCode, type Io, type Verb } from '../verb.ts';

const PROGRESS_EVERY = 5;

/** Lays down the demo's patients with their past. Again it adds what is missing. */
export const seed: Verb = {
  usage: [
    'seed                the patients of the demo, from the repository’s own generator; only in a demo',
    'seed --data DIR     assembled from open sets in DIR (physionet2019_sepsis, nih_cxr_subset), validation patients alone',
  ].join('\n'),
  async run(args: readonly string[], io: Io): Promise<ExitCode> {
    const { values, positionals } = readArgs(args, { data: { type: 'string' } });
    if (positionals.length > 0) throw new UsageError('seed takes no file.');
    if (io.settings.environment !== 'demo') throw new VerbFailed('The demo patients are for CONCORD_ENV=demo only.');
    const seeded = await seedWith(io, values.data ?? io.settings.demoData);
    io.out(values.json ? JSON.stringify(seeded) : words(seeded));
    return EXIT.done;
  },
};

async function seedWith(io: Io, folder: string | undefined): Promise<Seeded> {
  const { settings } = io;
  const source = demoSource(folder);
  const [app, worker, model] = [await openAccess(settings, 'api'), await openAccess(settings, 'worker'), await openModel(settings)];
  const reader = openDicomReader();
  try {
    return await seedDemo({
      layDown: { withAccess: app.withAccess, reader, zone: settings.siteTimeZone, source },
      scores: { withAccess: worker.withAccess, assess: model.assess, tasks },
      dataDir: settings.dataDir,
      now: clockNow,
      patients: settings.demoPatients,
      progress: (done, of) => {
        if (done % PROGRESS_EVERY === 0 || done === of) io.err(`Demo patients: ${done} of ${of}`);
      },
    });
  } finally {
    await Promise.all([app.close(), worker.close(), model.close(), reader.close()]);
  }
}

function clockNow(): Instant {
  return instant(Date.now());
}

function words({ patients, added, assessments }: Seeded): string {
  return added === 0 ? `${patients} demo patients are there` : `${added} demo patients laid down, with ${assessments} assessments of their past`;
}
