import type { ImageValue, ModalityKind, ModalityPlugin } from '@concord/core/clinical';
import { align, readiness, REGIONS, staleAt } from './align.ts';
import { attribute } from './attribute.ts';
import { accepts, observe } from './observe.ts';
import { regions } from './regions.ts';
import { statementsOf } from './statements.ts';
import { filmsRead, views } from './views.ts';

/** Frontal chest films: computed and digital radiographs, and captures of one under the marks of DESIGN 9. */
export const chestImaging: ModalityPlugin<ImageValue> = {
  kind: 'chest-imaging' as ModalityKind,
  accepts,
  observe,
  readiness,
  align,
  views,
  encoder: { encoder: 'image', tokens: REGIONS * REGIONS },
  staleAt,
  attribute,
  regions,
  statements: (stream, at, named) => {
    const films =
      readiness(stream, at).kind === 'ready'
        ? filmsRead(
            stream,
            named.reduce((most, { views: place }) => Math.max(most, place?.of ?? 1), 1),
          )
        : [];
    return films.length === 0 ? [] : statementsOf(films, named);
  },
};

export { chestDerivedSchema, type ChestDerived } from './derived.ts';
export { PREPARED_SIDE, prepareChest, type Crop, type PreparedChest } from './prepare.ts';
export { sourceBox } from './place.ts';
export { coverFilm } from './regions.ts';
export { heartSide, looksMirrored } from './heart-side.ts';
export { cautionOf } from './views.ts';
