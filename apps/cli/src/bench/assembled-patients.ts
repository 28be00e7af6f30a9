import type { ModalityKind, TensorInput } from '@concord/core/clinical';
import { invariant } from '@concord/core/kernel';
import type { Rng } from '@concord/core/ports';
import { PREPARED_SIDE } from '@concord/modalities/chest-imaging';
import type { Tokens } from '@concord/stages/encoding';
import type { TokensByModality } from '@concord/stages/fusion';
import { filmTensors } from '../lab/film-tensors.ts';
import type { NpzArray } from '../lab/npz.ts';
import { phantomTensors } from '../lab/phantom-tensors.ts';
import { reportTensors } from '../lab/report-tensors.ts';

/**
 * How a hidden severity ties signs, film and report of an assembled patient together: the lab's assumptions, written down a second time so that
 * patients are judged by what the bundle was taught. Source: `apps/lab/assembled.py`; the spec beside holds the two equal.
 */
export const ASSUMED = { sickIfDecline: 0.6, sickIfNot: 0.22, shown: 0.9, drawnFilm: 0.35, oldestHours: 60, meanAgeHours: 14 } as const;

/** Parts of the split by number, as the tensors have them; the training part is never asked. */
export const PARTS = { calibration: 1, validation: 2 } as const;
const ADULT_YEARS = 18;
/** Drawn films and reports have no patient: of every five, three taught, one calibrates, and the last is judged on. */
const SHARES = 5;
/** As many as `apps/lab/README.md` lets the lab learn from, from the same seed. */
const DRAWN = { films: 600, reports: 8_000, seed: 50_000 } as const;

/** What a part of an assembled patient looks like, by whether the chest is sick. */
export type BySeverity<T> = readonly [well: readonly T[], sick: readonly T[]];

export interface Materials<T> {
  readonly films: BySeverity<T>;
  readonly drawnFilms: BySeverity<T>;
  readonly reports: BySeverity<T>;
}

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

/** One film and one report for an hour, as its outcome makes them likely, each with its age. */
export function drawCompany(materials: Materials<Tokens>, declines: boolean, rng: Rng): TokensByModality {
  const sick = rng.next() < (declines ? ASSUMED.sickIfDecline : ASSUMED.sickIfNot);
  const shows = (): boolean => (rng.next() < ASSUMED.shown ? sick : !sick);
  const [onFilm, inReport] = [shows(), shows()];
  const films = rng.next() < ASSUMED.drawnFilm ? materials.drawnFilms : materials.films;
  const age = (): number => Math.min(-ASSUMED.meanAgeHours * Math.log(1 - rng.next()), ASSUMED.oldestHours);
  return new Map([
    ['chest-imaging' as ModalityKind, aged(picked(films[Number(onFilm)], rng), age())],
    ['radiology-report' as ModalityKind, aged(picked(materials.reports[Number(inReport)], rng), age())],
  ]);
}

function aged(tokens: Tokens, hours: number): Tokens {
  return { ...tokens, ageHours: Float32Array.from(tokens.mask, (there) => there * hours) };
}

function picked<T>(from: readonly T[] | undefined, rng: Rng): T {
  const one = from?.[Math.floor(rng.next() * from.length)];
  invariant(one !== undefined, 'there are films and reports of both severities');
  return one;
}

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
