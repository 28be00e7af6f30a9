import { join } from 'node:path';
import { cutFilms, cutHours, cutStays, cutWearables, lies, type SampleFolder, type SampleWish } from '../lab/sample-cut.ts';
import { inventHours, inventStays, inventWearables } from '../lab/sample-invented.ts';
import { EXIT, readArgs, UsageError, type ExitCode, type Io, type Verb } from '../verb.ts';

const OPTIONS = {
  data: { type: 'string' },
  out: { type: 'string' },
  count: { type: 'string', default: '180' },
  seed: { type: 'string', default: '1' },
} as const;

interface Set {
  readonly folder: string;
  /** The file without which the set is not there. */
  readonly file: string;
  cut(source: string, wish: SampleWish): SampleFolder;
  /** Absent where nobody can invent the files: the lab draws films itself. */
  readonly invent?: (wish: SampleWish) => SampleFolder;
}

const SETS: readonly Set[] = [
  { folder: 'physionet2019_sepsis', file: 'vitals_hourly.csv.gz', cut: cutHours, invent: inventHours },
  { folder: 'physionet2012_icu_mortality', file: 'outcomes_set_b.csv', cut: cutStays, invent: inventStays },
  { folder: 'welltory_wearables', file: 'hrv_measurements.csv', cut: cutWearables, invent: inventWearables },
  { folder: 'nih_cxr_subset', file: 'labels.csv', cut: cutFilms },
];

/** A few patients of each set in the set's own format, for a trial of the lab: cut out of it, or invented where it is absent. */
export const samples: Verb = {
  usage: 'samples --out DIR [--data DIR] [--count N] [--seed N]   small labelled folders: cut out of the sets in --data, or invented',
  run(args: readonly string[], io: Io): Promise<ExitCode> {
    const { values } = readArgs(args, OPTIONS);
    const { data, out } = values;
    if (out === undefined) throw new UsageError('Say where to: --out DIR.');
    const [patients, seed] = [wholeNumber(values.count), wholeNumber(values.seed)];
    const folders = SETS.flatMap((set) => {
      const wish = { out: join(out, set.folder), patients, seed };
      const source = data === undefined ? undefined : join(data, set.folder);
      if (source !== undefined && lies(source, set.file)) return [set.cut(source, wish)];
      return set.invent === undefined ? [] : [set.invent(wish)];
    });
    io.out(values.json ? JSON.stringify(folders) : folders.map(({ folder, origin, patients: count }) => `${folder}  ${origin}  ${count} patients`).join('\n'));
    return Promise.resolve(EXIT.done);
  },
};

function wholeNumber(given: string): number {
  if (!/^[1-9]\d{0,6}$/.test(given)) throw new UsageError('--count and --seed are whole numbers from 1.');
  return Number(given);
}
