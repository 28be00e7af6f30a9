import type { ImageValue } from '@concord/core/clinical';
import { seededRng } from '@concord/core/kernel';
import { chestPhantom, type Phantom } from '@concord/generator';
import type { DicomReader } from '@concord/interop/dicom';
import { chestDerivedSchema, PREPARED_SIDE, sourceBox } from '@concord/modalities/chest-imaging';
import { withBorders } from '../lab/borders.ts';
import { asKept, type SourceBox } from './planted-film.ts';

/** Brightness that a marker adds, in stored values of 12 bits. */
const MARK = 600;
const DIMMED = 0.8;
const SIZE = 256;

/**
 * Largest distance, in source pixels, between the edges of markers of known place and where they come back to: written into a
 * film with borders, through the DICOM door, cropped and resized, found on the prepared film to a part of a cell, and mapped back.
 */
export async function geometryError(count: number, seed: number, reader: DicomReader): Promise<number> {
  const drawn = chestPhantom({ seed: 7_000_000 + seed, findings: [], size: SIZE });
  // Darker than it was drawn, so that a marker never reaches white and loses its edge there.
  const plain = { ...drawn, grey: drawn.grey.map((value) => Math.round(DIMMED * value)) };
  const errors: number[] = [];
  for (let at = 0; at < count; at += 1) {
    const rng = seededRng(`marker-${seed}-${at}`);
    const [before, after, across] = [Math.floor(40 * rng.next()), 1 + Math.floor(40 * rng.next()), at % 2 === 0];
    const film = withBorders(plain, { before, after, across });
    const [width, height] = [20 + Math.floor(60 * rng.next()), 20 + Math.floor(60 * rng.next())];
    const place = (length: number, size: number, edge: number) => edge + 60 + Math.floor((length - 120 - size) * rng.next());
    const box: SourceBox = [place(SIZE, width, across ? before : 0), place(SIZE, height, across ? 0 : before), width, height];
    errors.push(...(await errorOf(film, box, reader)));
  }
  // A film that the door keeps from the encoder shows nothing; if it keeps all of them, nothing was measured.
  return errors.length === 0 ? Number.NaN : Math.max(...errors);
}

async function errorOf(film: Phantom, box: SourceBox, reader: DicomReader): Promise<readonly number[]> {
  const [before, after] = [await asKept(film, reader), await asKept(marked(film, box), reader)];
  const crop = cropOf(before);
  if (before?.prepared === undefined || after?.prepared === undefined || crop === undefined) return [];
  const gain = after.prepared.map((value, cell) => Math.max(0, value - (before.prepared?.[cell] ?? 0)));
  const [x, width] = extent(gain, (cell) => cell % PREPARED_SIDE);
  const [y, height] = extent(gain, (cell) => Math.floor(cell / PREPARED_SIDE));
  const found = sourceBox({ left: x, top: y, right: x + width, bottom: y + height }, PREPARED_SIDE, crop);
  return [found[0] - box[0], found[1] - box[1], found[0] + found[2] - box[0] - box[2], found[1] + found[3] - box[1] - box[3]].map(Math.abs);
}

function cropOf(value: ImageValue | undefined) {
  const parsed = chestDerivedSchema.safeParse(value?.derived);
  return parsed.success ? parsed.data.crop : undefined;
}

/** Start and length of a marker along one axis, to a part of a cell: a cell that it half covers gained half as much. */
function extent(gain: Uint8Array, axis: (cell: number) => number): readonly [from: number, length: number] {
  const most = new Float64Array(PREPARED_SIDE);
  gain.forEach((value, cell) => {
    most[axis(cell)] = (most[axis(cell)] ?? 0) + value;
  });
  const inner = [...most].filter((value) => value > 0).sort((a, b) => a - b);
  const plateau = inner[Math.floor(inner.length / 2)] ?? 1;
  const filled = [...most].map((value) => Math.min(1, value / plateau));
  const from = filled.findIndex((share) => share > 0.02);
  const to = filled.findLastIndex((share) => share > 0.02);
  return [from + 1 - (filled[from] ?? 0), to - from - 1 + (filled[from] ?? 0) + (filled[to] ?? 0)];
}

function marked(film: Phantom, [x, y, width, height]: SourceBox): Phantom {
  const grey = film.grey.slice();
  for (let row = y; row < y + height; row += 1)
    for (let column = x; column < x + width; column += 1) grey[row * film.columns + column] = Math.min(4095, (grey[row * film.columns + column] ?? 0) + MARK);
  return { ...film, grey };
}
