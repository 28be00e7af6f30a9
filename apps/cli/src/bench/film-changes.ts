import type { ImageHeader, ReceivedImage } from '@concord/core/clinical';
import type { Rng } from '@concord/core/ports';

/** A picture as the DICOM door hands it on. */
export type Picture = NonNullable<ReceivedImage['pixels']>;

type Change = (picture: Picture) => Picture;

/** What can be wrong with the picture of a real film, by how it is made from one; only the first is to be read. */
export const PICTURE_CHANGES: Readonly<Record<string, Change>> = {
  'as it is': (picture) => picture,
  inverted: (picture) => ({ ...picture, grey: picture.grey.map((value) => 255 - value) }),
  'upside down': (picture) => moved(picture, (x, y) => [x, 1 - y]),
  'turned by a half': (picture) => moved(picture, (x, y) => [1 - x, 1 - y]),
  'turned by a quarter': (picture) => moved(picture, (x, y) => [y, 1 - x]),
  'turned by three quarters': (picture) => moved(picture, (x, y) => [1 - y, x]),
  'mirrored left to right': (picture) => moved(picture, (x, y) => [1 - x, y]),
  'upper half alone': (picture) => moved(picture, (x, y) => [0.25 + x / 2, y / 2]),
  'lower half alone': (picture) => moved(picture, (x, y) => [0.25 + x / 2, 0.5 + y / 2]),
  'left half alone': (picture) => moved(picture, (x, y) => [x / 2, 0.25 + y / 2]),
  'right half alone': (picture) => moved(picture, (x, y) => [0.5 + x / 2, 0.25 + y / 2]),
  'middle alone': (picture) => moved(picture, (x, y) => [0.25 + x / 2, 0.25 + y / 2]),
  'almost without contrast': (picture) => ({ ...picture, grey: picture.grey.map((value) => 120 + Math.round(value / 16)) }),
};

/** What can be wrong with what the file says of itself. */
export const HEADER_CHANGES: Readonly<Record<string, Partial<ImageHeader>>> = {
  'named lateral': { viewPosition: 'LL' },
  'named a hand': { bodyPart: 'HAND' },
  'stored turned': { patientOrientation: ['F', 'R'] },
  'text burned in': { burnedInAnnotation: 'YES' },
  'capture without its marks': { imageType: ['ORIGINAL', 'PRIMARY'] },
};

type Draw = (x: number, y: number, rng: Rng) => number;
const round = (x: number, y: number): number => Math.hypot(x - 0.5, y - 0.5);
const phase = (wave: number): number => (Math.sin(wave) > 0 ? 200 : 40);

/** Pictures of no chest, and test objects that nobody taught the image arm. Places from 0 to 1. */
export const OTHER_PICTURES: Readonly<Record<string, Draw>> = {
  'noise of a detector': (_x, _y, rng) => 255 * rng.next(),
  'soft noise, bright in the middle': (x, y, rng) => 200 * Math.exp(-6 * round(x, y) ** 2) + 40 * rng.next(),
  'ramp of a step wedge': (x, _y, rng) => 255 * Math.floor(10 * x) * 0.1 + 4 * rng.next(),
  'pairs of lines': (x, y, rng) => phase(120 * x * (0.2 + y)) + 4 * rng.next(),
  'rings of a water phantom': (x, y, rng) => phase(60 * round(x, y)) + 4 * rng.next(),
  'disc of a water phantom': (x, y, rng) => (round(x, y) < 0.4 ? 170 : 20) + 8 * rng.next(),
  'two discs beside each other': (x, y, rng) => (Math.hypot(x - 0.3, y - 0.5) < 0.18 || Math.hypot(x - 0.7, y - 0.5) < 0.18 ? 40 : 190) + 8 * rng.next(),
  'hand of five fingers': (x, y, rng) =>
    (y > 0.55 ? (round(x, y) < 0.4 ? 190 : 25) : Math.abs(((x * 7) % 1.4) - 0.7) < 0.25 && x > 0.1 && x < 0.9 ? 180 : 25) + 8 * rng.next(),
};

/** One picture of these, of the size of a small film. */
export function drawnPicture(draw: Draw, rng: Rng): Omit<Picture, 'recipe'> {
  const side = 256;
  const shift = [0.1 * (rng.next() - 0.5), 0.1 * (rng.next() - 0.5)] as const;
  const grey = Uint8Array.from({ length: side * side }, (_, at) =>
    Math.min(255, draw((at % side) / side + shift[0], Math.floor(at / side) / side + shift[1], rng)),
  );
  return { columns: side, rows: side, grey };
}

/** The picture read at other places: `from` gives the place, 0 to 1, of what stands at a place of the new one. */
function moved(picture: Picture, from: (x: number, y: number) => readonly [number, number]): Picture {
  const { columns, rows, grey } = picture;
  const place = (share: number, count: number): number => Math.min(count - 1, Math.max(0, Math.floor(share * count)));
  return {
    ...picture,
    grey: Uint8Array.from({ length: columns * rows }, (_, at) => {
      const [x, y] = from(((at % columns) + 0.5) / columns, (Math.floor(at / columns) + 0.5) / rows);
      return grey[place(y, rows) * columns + place(x, columns)] ?? 0;
    }),
  };
}
