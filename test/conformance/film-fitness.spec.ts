import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDicomReader } from '@concord/adapters/codecs';
import type { ReceivedImage } from '@concord/core/clinical';
import { chestImaging } from '@concord/modalities/chest-imaging';
import { seededRng } from '@concord/core/kernel';
import { drawnPicture, HEADER_CHANGES, OTHER_PICTURES, PICTURE_CHANGES } from '../../apps/cli/src/bench/film-changes.ts';
import { receivedFilm } from '../../apps/cli/src/lab/nih-film.ts';

const images = new URL('../../../shared/data/nih_cxr_subset/images/', import.meta.url);
/** Enough to tell a hundredth from a half, few enough for seconds. */
const FILMS = 60;

// Under CONCORD_STRICT=1 the missing folder fails the test instead.
describe.skipIf(!existsSync(images) && process.env['CONCORD_STRICT'] !== '1')('real films (skipped where shared/data/nih_cxr_subset is absent)', () => {
  const reader = openDicomReader();
  const films: ReceivedImage[] = [];

  beforeAll(async () => {
    const every = readdirSync(images).sort();
    for (const [row, file] of every.filter((_, at) => at % Math.floor(every.length / FILMS) === 0).entries()) {
      const received = await receivedFilm({ bytes: readFileSync(new URL(file, images)), patientId: file, view: 'PA', row: row + 1 }, reader);
      if (received !== undefined) films.push(received);
    }
  });
  afterAll(() => reader.close());

  const accepted = (change: (grey: Uint8Array, side: number) => Uint8Array): number =>
    films.filter((film) => {
      const observed = chestImaging.observe({ ...film, pixels: { ...film.pixels!, grey: change(film.pixels!.grey, film.pixels!.columns) } });
      return observed.ok && observed.value[0]?.value.unusedReason === undefined;
    }).length / films.length;

  it('are read when they are upright and whole, refused when inverted, turned or upside down', () => {
    expect(films.length).toBeGreaterThanOrEqual(FILMS);
    expect(accepted((grey) => grey)).toBeGreaterThanOrEqual(0.95);
    expect(accepted((grey) => grey.map((value) => 255 - value))).toBe(0);
    expect(accepted((grey) => grey.toReversed())).toBe(0);
    expect(accepted((grey, side) => grey.map((_, at) => grey[(side - 1 - (at % side)) * side + Math.floor(at / side)] ?? 0))).toBeLessThanOrEqual(0.05);
  });

  const acceptedOf = (some: readonly ReceivedImage[]): number =>
    some.filter((film) => {
      const observed = chestImaging.observe(film);
      return observed.ok && observed.value[0]?.value.unusedReason === undefined;
    }).length / some.length;

  it.each(Object.keys(PICTURE_CHANGES).filter((kind) => kind.endsWith('alone')))('are refused, four of five, when the picture holds %s', (kind) => {
    const change = PICTURE_CHANGES[kind]!;
    expect(acceptedOf(films.map((film) => ({ ...film, pixels: change(film.pixels!) })))).toBeLessThanOrEqual(0.25);
  });

  it.each(Object.entries(HEADER_CHANGES))('are refused, all of them, when the file is %s', (_kind, change) => {
    expect(acceptedOf(films.map((film) => ({ ...film, header: { ...film.header, ...change } })))).toBe(0);
  });

  it.each(Object.entries(OTHER_PICTURES))('are not what a file of %s holds: it is refused under the marks of a chest film', (kind, draw) => {
    const [film] = films;
    const drawn = Array.from({ length: 10 }, (_, at) => ({ ...film!, pixels: { ...film!.pixels!, ...drawnPicture(draw, seededRng(`${kind} ${at}`)) } }));
    // A soft glow in the middle of noise has the shape of a chest, and no borders that could tell: one in five may pass.
    expect(acceptedOf(drawn)).toBeLessThanOrEqual(kind.startsWith('soft noise') ? 0.3 : 0);
  });
});
