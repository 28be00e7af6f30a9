import { seededRng } from '@concord/core/kernel';
import { cautionOf, chestImaging } from '@concord/modalities/chest-imaging';
import { EXIT, readArgs, UsageError } from '../verb.ts';
import type { Bench } from './bench.ts';
import { LABELS, validationFilms, type Film } from './validation-films.ts';
import { drawnPicture, HEADER_CHANGES, OTHER_PICTURES, PICTURE_CHANGES, type Picture } from './film-changes.ts';

const DRAWN = 40;

interface Row {
  readonly kind: string;
  readonly films: number;
  readonly refused: number;
  /** Read, with the caution that the film may be mirrored: no side is named. */
  readonly cautioned: number;
  /** Share, with its 95 % interval (Wilson). */
  readonly share: number;
  readonly interval: readonly [number, number];
}

/** What the image arm refuses: real validation films as they are, the same ones spoilt in each way, and pictures of no chest. */
export const filmFitnessBench: Bench = {
  usage: 'bench film-fitness --data DIR     what the image arm refuses, on films of NIH validation patients and on pictures of no chest',
  async run(args, io) {
    const { values } = readArgs(args, { data: { type: 'string' } });
    if (values.data === undefined) throw new UsageError(`It reads a folder of films: --data DIR (${LABELS}, images/).`);
    const { films, patients } = await validationFilms(values.data);
    const rows = [
      ...Object.entries(PICTURE_CHANGES).map(([kind, change]) =>
        counted(
          kind,
          films.map((film) => ({ ...film, pixels: change(film.pixels) })),
        ),
      ),
      ...Object.entries(HEADER_CHANGES).map(([kind, change]) =>
        counted(
          kind,
          films.map((film) => ({ ...film, header: { ...film.header, ...change } })),
        ),
      ),
      ...Object.entries(OTHER_PICTURES).map(([kind, draw]) =>
        counted(
          kind,
          othersLike(films[0], (at) => drawnPicture(draw, seededRng(`${kind} ${at}`))),
        ),
      ),
    ];
    if (values.json) io.out(JSON.stringify({ patients, rows }));
    else
      for (const { kind, films: n, refused, interval, cautioned } of rows)
        io.out(
          `${kind.padEnd(36)} ${refused} of ${n} refused   ${interval.map((end) => end.toFixed(3)).join(' to ')}   ${cautioned} read with a caution about the side`,
        );
    return EXIT.done;
  },
};

function othersLike(film: Film | undefined, picture: (at: number) => Omit<Picture, 'recipe'>): readonly Film[] {
  return film === undefined ? [] : Array.from({ length: DRAWN }, (_, at) => ({ ...film, pixels: { ...film.pixels, ...picture(at) } }));
}

function counted(kind: string, films: readonly Film[]): Row {
  const kept = films.map((film) => {
    const observed = chestImaging.observe(film);
    return observed.ok ? observed.value[0]?.value : undefined;
  });
  const refused = kept.filter((value) => value === undefined || value.unusedReason !== undefined).length;
  const cautioned = kept.filter((value) => cautionOf(value?.derived) !== undefined).length;
  return { kind, films: films.length, refused, cautioned, share: refused / films.length, interval: wilson(refused, films.length) };
}

/** Source: Wilson 1927. */
function wilson(hits: number, of: number): readonly [number, number] {
  const z = 1.959964;
  const share = hits / of;
  const middle = (share + (z * z) / (2 * of)) / (1 + (z * z) / of);
  const reach = (z / (1 + (z * z) / of)) * Math.sqrt((share * (1 - share)) / of + (z * z) / (4 * of * of));
  return [Math.max(0, middle - reach), Math.min(1, middle + reach)];
}
