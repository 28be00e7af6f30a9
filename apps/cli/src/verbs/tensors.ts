import { declineTensors } from '../lab/decline-tensors.ts';
import { mortalityTables, sepsisTables } from '../lab/icu-tables.ts';
import { filmTensors } from '../lab/film-tensors.ts';
import { lesionTensors } from '../lab/lesion-tensors.ts';
import { fusionTensors } from '../lab/fusion-tensors.ts';
import { writeNpz, type NpzArray } from '../lab/npz.ts';
import { drawnFilmTensors, phantomTensors, sampleTensors } from '../lab/phantom-tensors.ts';
import { reportTensors } from '../lab/report-tensors.ts';
import { sentenceTensors } from '../lab/sentence-tensors.ts';
import { wearableTensors } from '../lab/wearable-tensors.ts';
import { EXIT, readArgs, UsageError, type ExitCode, type Io, type Verb } from '../verb.ts';

const OPTIONS = {
  data: { type: 'string' },
  out: { type: 'string' },
  count: { type: 'string', default: '600' },
  seed: { type: 'string', default: '50000' },
} as const;

interface Wish {
  readonly data: string | undefined;
  readonly count: number;
  readonly seed: number;
}

type Exporter = (wish: Wish) => readonly NpzArray[] | Promise<readonly NpzArray[]>;

const EXPORTERS: Readonly<Record<string, Exporter>> = {
  'physiological-decline': ({ data }) => declineTensors(folderOf(data)),
  'sepsis-6h': ({ data }) => sepsisTables(folderOf(data)),
  'hospital-mortality': ({ data }) => mortalityTables(folderOf(data)),
  'heart-rate-variability': ({ data }) => wearableTensors(folderOf(data)),
  'chest-findings': ({ data }) => filmTensors(folderOf(data)),
  'chest-drawn': ({ count, seed }) => drawnFilmTensors(count, seed),
  'chest-phantoms': ({ count, seed }) => phantomTensors(count, seed),
  'chest-samples': ({ count, seed }) => sampleTensors(count, seed),
  'chest-lesions': ({ count, seed }) => lesionTensors(count, seed),
  fusion: ({ count, seed }) => fusionTensors(count, seed),
  'report-sentences': ({ count, seed }) => sentenceTensors(count, seed),
  'report-grammar': ({ count, seed }) => reportTensors(count, seed),
};

/** What the lab learns from: tensors made by the code that serves patients, as NumPy's `.npz`. */
export const tensors: Verb = {
  usage: [
    'tensors physiological-decline | sepsis-6h | hospital-mortality --data DIR --out FILE.npz',
    'tensors chest-findings | heart-rate-variability --data DIR --out FILE.npz',
    'tensors chest-phantoms | chest-drawn | chest-samples | chest-lesions | report-grammar | report-sentences | fusion --out FILE.npz [--count N] [--seed N]',
  ].join('\n'),
  async run(args: readonly string[], io: Io): Promise<ExitCode> {
    const { values, positionals } = readArgs(args, OPTIONS);
    const [name = ''] = positionals;
    const exporter = Object.hasOwn(EXPORTERS, name) ? EXPORTERS[name] : undefined;
    if (exporter === undefined || values.out === undefined)
      throw new UsageError(`Say which and where to: ${Object.keys(EXPORTERS).join(', ')}, --out FILE.npz.`);
    const arrays = await exporter({ data: values.data, count: wholeNumber(values.count), seed: wholeNumber(values.seed) });
    writeNpz(values.out, arrays);
    const shapes = arrays.map(({ name: array, shape }) => ({ name: array, shape }));
    io.out(values.json ? JSON.stringify({ suite: name, arrays: shapes }) : shapes.map(({ name: array, shape }) => `${array} [${shape.join(', ')}]`).join('\n'));
    return EXIT.done;
  },
};

function folderOf(data: string | undefined): string {
  if (data === undefined) throw new UsageError('It reads a labelled folder: --data DIR.');
  return data;
}

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new UsageError('--count and --seed are whole numbers.');
  return Number(text);
}
