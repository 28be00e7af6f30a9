import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDicomReader } from '@concord/adapters/codecs';
import type { ReceivedImage } from '@concord/core/clinical';
import { chestImaging } from '@concord/modalities/chest-imaging';
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
});
