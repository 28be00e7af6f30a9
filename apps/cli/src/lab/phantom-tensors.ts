import { seededRng } from '@concord/core/kernel';
import type { Rng } from '@concord/core/ports';
import { chestPhantom, chestSample, PHANTOM_BITS, type PhantomFinding } from '@concord/generator';
import { PREPARED_SIDE, prepareChest } from '@concord/modalities/chest-imaging';
import { bordered } from './borders.ts';
import type { NpzArray } from './npz.ts';

/** Large enough that its area average looks like that of a stored film, small enough for hundreds a minute. */
const SIZE = 256;

/** Columns of `findings`, in the words of the encoder's head. */
export const PHANTOM_COLUMNS = ['opacity', 'effusion', 'cardiomegaly'] as const;

/**
 * Drawn films, every second one without a finding.
 * @returns `grey` [n, 128, 128], `findings` [n, 3] (0 or 1), `seed` [n].
 */
export function phantomTensors(count: number, seed: number): readonly NpzArray[] {
  return filmsOf(count, (index) => ({ seed: seed + index, findings: index % 2 === 0 ? [] : plan(seed + index) }));
}

/** Share of the samples that get the borders of a collimator. */
const BORDERED = 0.5;

/** Films as the demonstration and the benchmarks draw them, from a hidden severity, whatever they then show; arrays as above. */
export function sampleTensors(count: number, seed: number): readonly NpzArray[] {
  return filmsOf(count, (index) => {
    const rng = seededRng(`sample-${seed + index}`);
    const { findings } = chestSample({ severity: rng.next(), rng });
    return { seed: seed + index, findings, ...(rng.next() < BORDERED && { borders: rng }) };
  });
}

/** Place of each drawn finding among the columns of the real films: any, pneumonia, infiltration, consolidation, effusion, edema, atelectasis, cardiomegaly. */
const PLACE_OF = { opacity: 1, effusion: 4, cardiomegaly: 7 } as const;
const REAL_COLUMNS = 8;

/**
 * Drawn films in the arrays of real ones, for a trial of the lab where no set lies: the view alternates, every film is a patient.
 * @returns as `filmTensors`.
 */
export function drawnFilmTensors(count: number, seed: number): readonly NpzArray[] {
  const [grey, planted] = phantomTensors(count, seed);
  if (grey === undefined || planted === undefined) return [];
  const findings = new Uint8Array(count * REAL_COLUMNS);
  for (let film = 0; film < count; film += 1) {
    PHANTOM_COLUMNS.forEach((kind, column) => {
      if (planted.data[film * PHANTOM_COLUMNS.length + column] !== 1) return;
      findings[film * REAL_COLUMNS] = 1;
      findings[film * REAL_COLUMNS + PLACE_OF[kind]] = 1;
    });
  }
  const column = (name: string, of: (film: number) => number): NpzArray => ({
    name,
    shape: [count],
    data: Int32Array.from({ length: count }, (_, film) => of(film)),
  });
  return [
    grey,
    { name: 'findings', shape: [count, REAL_COLUMNS], data: findings },
    column('pa', (film) => (film >> 1) % 2),
    column('age', () => 60),
    column('patient', (film) => film),
    column('row', (film) => film),
    column('split', (film) => [0, 0, 0, 1, 2][(film >> 2) % 5] ?? 0),
  ];
}

interface FilmWish {
  readonly seed: number;
  readonly findings: readonly PhantomFinding[];
  /** Draws the borders of a collimator; none without it. */
  readonly borders?: Rng;
}

function filmsOf(count: number, wishOf: (index: number) => FilmWish): readonly NpzArray[] {
  const side = PREPARED_SIDE * PREPARED_SIDE;
  const [grey, findings] = [new Uint8Array(count * side), new Uint8Array(count * PHANTOM_COLUMNS.length)];
  const wishes = Array.from({ length: count }, (_, index) => wishOf(index));
  wishes.forEach((wish, index) => {
    const whole = chestPhantom({ ...wish, size: SIZE });
    const film = wish.borders === undefined ? whole : bordered(whole, wish.borders);
    const bytes = Uint8Array.from(film.grey, (value) => value >> (PHANTOM_BITS - 8));
    grey.set(prepareChest({ columns: film.columns, rows: film.rows, grey: bytes }).grey, index * side);
    PHANTOM_COLUMNS.forEach((kind, column) => {
      findings[index * PHANTOM_COLUMNS.length + column] = wish.findings.some((finding) => finding.kind === kind) ? 1 : 0;
    });
  });
  return [
    { name: 'grey', shape: [count, PREPARED_SIDE, PREPARED_SIDE], data: grey },
    { name: 'findings', shape: [count, PHANTOM_COLUMNS.length], data: findings },
    { name: 'seed', shape: [count], data: Int32Array.from(wishes, ({ seed: own }) => own) },
  ];
}

/** One to three findings, spread evenly over kinds, sides, zones and sizes by the seed. */
function plan(seed: number): readonly PhantomFinding[] {
  const draw = (salt: number): number => (Math.imul(seed * 31 + salt, 2_654_435_761) >>> 8) / 2 ** 24;
  const sides = ['left', 'right'] as const;
  const zones = ['upper', 'mid', 'lower'] as const;
  const findings: PhantomFinding[] = [];
  if (draw(1) < 0.6) {
    findings.push({
      kind: 'opacity',
      side: sides[draw(2) < 0.5 ? 0 : 1],
      zone: zones[Math.floor(draw(3) * 3)] ?? 'lower',
      size: 0.06 + 0.09 * draw(4),
      density: 0.45 + 0.5 * draw(5),
    });
  }
  if (draw(6) < 0.45 || findings.length === 0) findings.push({ kind: 'effusion', side: sides[draw(7) < 0.5 ? 0 : 1], volume: 0.2 + 0.7 * draw(8) });
  if (draw(9) < 0.2) findings.push({ kind: 'cardiomegaly', factor: 1.2 + 0.3 * draw(10) });
  return findings;
}
