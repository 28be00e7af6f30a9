import type { CoverWay, ImageValue, ModalityRegions, ModalityStream, PlaneBox, TensorInput } from '@concord/core/clinical';
import { coverByMean, coverBySurroundings } from '@concord/stages/explanation';
import { sourceBox } from './place.ts';
import { PREPARED_SIDE } from './prepare.ts';
import { filmsRead, placeWords } from './views.ts';

const WAYS = { surroundings: coverBySurroundings, mean: coverByMean } as const satisfies Record<CoverWay, unknown>;

/** The prepared film as a plane of 128 × 128 cells, and the way back to the source. */
export const regions: ModalityRegions<ImageValue> = {
  width: PREPARED_SIDE,
  height: PREPARED_SIDE,
  cover: (tensor, box, way): TensorInput => ({ ...tensor, data: coverFilm(tensor.data, box, way) }),
  place: (stream: ModalityStream<ImageValue>, box, place) => {
    const film = filmsRead(stream, place.of)[place.view];
    if (film === undefined) return undefined;
    const { sopInstanceUid } = film.observation.value.header;
    return {
      where: { kind: 'image-region', pointer: { sopInstanceUid, frame: 1, box: sourceBox(box, PREPARED_SIDE, film.derived.crop) } },
      text: placeWords(box, PREPARED_SIDE, film, place),
    };
  },
};

/** Prepared grey values `[128, 128]` with a part covered. */
export function coverFilm(data: Float32Array, box: PlaneBox, way: CoverWay): Float32Array {
  return WAYS[way]({ data, width: PREPARED_SIDE, height: PREPARED_SIDE }, box);
}
