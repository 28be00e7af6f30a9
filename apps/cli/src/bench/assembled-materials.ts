import type { TensorInput } from '@concord/core/clinical';
import { invariant } from '@concord/core/kernel';
import { PREPARED_SIDE } from '@concord/modalities/chest-imaging';
import type { BySeverity, Materials } from '@concord/pipeline/evaluate';
import { filmTensors } from '../lab/film-tensors.ts';
import type { NpzArray } from '../lab/npz.ts';
import { phantomTensors } from '../lab/phantom-tensors.ts';
import { reportTensors } from '../lab/report-tensors.ts';

/** Parts of the split by number, as the tensors have them; the training part is never asked. */
export const PARTS = { calibration: 1, validation: 2 } as const;
const ADULT_YEARS = 18;
/** Drawn films and reports have no patient: of every five, three taught, one calibrates, and the last is judged on. */
const SHARES = 5;
/** As many as `apps/lab/README.md` lets the lab learn from, from the same seed. */
const DRAWN = { films: 600, reports: 8_000, seed: 50_000 } as const;

/** What a part is made of: films of its own NIH patients, drawn films and reports of our grammar. @param films a folder of the form of `chest-findings`. */
export async function materialsBy(films: string): Promise<(part: number) => Materials<TensorInput>> {
  const real = named(await filmTensors(films));
  const drawn = named(phantomTensors(DRAWN.films, DRAWN.seed));
  const reports = named(reportTensors(DRAWN.reports, DRAWN.seed));
  return (part) => materialsOf({ real, drawn, reports }, part);
}

type Named = (name: string) => NpzArray;

function materialsOf({ real, drawn, reports }: Readonly<Record<'real' | 'drawn' | 'reports', Named>>, part: number): Materials<TensorInput> {
  const adult = (at: number): boolean => real('split').data[at] === part && (real('age').data[at] ?? 0) >= ADULT_YEARS;
  const ownDrawn = (at: number): boolean => at % SHARES === SHARES - 3 + part;
  const image = rowsOf(real('grey'), { name: 'image', shape: [1, PREPARED_SIDE, PREPARED_SIDE], tokens: IMAGE_TOKENS });
  const phantom = rowsOf(drawn('grey'), { name: 'image', shape: [1, PREPARED_SIDE, PREPARED_SIDE], tokens: IMAGE_TOKENS });
  const said = reports('mask');
  const [, sentences = 0, width = 0] = reports('features').shape;
  const report = rowsOf(reports('features'), { name: 'features', shape: [sentences, width], tokens: sentences, mask: said });
  return {
    films: bySeverity(count(real('grey')), { own: adult, sick: (at) => first(real('findings'), at) === 1, row: image }),
    drawnFilms: bySeverity(count(drawn('grey')), { own: ownDrawn, sick: (at) => any(drawn('findings'), at), row: phantom }),
    reports: bySeverity(count(said), { own: (at) => ownDrawn(at) && any(said, at), sick: (at) => first(reports('severity'), at) === 1, row: report }),
  };
}

const IMAGE_TOKENS = 16;

function named(arrays: readonly NpzArray[]): Named {
  return (name) => {
    const found = arrays.find((array) => array.name === name);
    invariant(found !== undefined, `the tensors hold ${name}`);
    return found;
  };
}

interface RowForm {
  readonly name: string;
  readonly shape: readonly number[];
  readonly tokens: number;
  /** Per row and token; every token speaks without it. */
  readonly mask?: NpzArray;
}

function rowsOf(array: NpzArray, { name, shape, tokens, mask }: RowForm): (at: number) => TensorInput {
  const size = shape.reduce((product, side) => product * side, 1);
  return (at) => ({
    name,
    shape,
    data: Float32Array.from(array.data.subarray(at * size, (at + 1) * size)),
    tokenMask: mask === undefined ? new Uint8Array(tokens).fill(1) : Uint8Array.from(mask.data.subarray(at * tokens, (at + 1) * tokens)),
    tokenAgeHours: new Float32Array(tokens),
  });
}

interface Choice {
  readonly own: (at: number) => boolean;
  readonly sick: (at: number) => boolean;
  readonly row: (at: number) => TensorInput;
}

function bySeverity(rows: number, { own, sick, row }: Choice): BySeverity<TensorInput> {
  const mine = Array.from({ length: rows }, (_, at) => at).filter(own);
  return [mine.filter((at) => !sick(at)).map(row), mine.filter(sick).map(row)];
}

function count({ shape: [rows = 0] }: NpzArray): number {
  return rows;
}

function width({ shape: [, ...rest] }: NpzArray): number {
  return rest.reduce((product, side) => product * side, 1);
}

function first(array: NpzArray, row: number): number {
  return array.data[row * width(array)] ?? 0;
}

function any(array: NpzArray, row: number): boolean {
  return array.data.subarray(row * width(array), (row + 1) * width(array)).some((value) => value > 0);
}
