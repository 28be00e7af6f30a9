import type { EvidencePointer, ImageValue, ModalityStream, ModalityViews, Observation, PlaneBox, SourcePiece, ViewPlace } from '@concord/core/clinical';
import { alignFilm, newestUsable, usable, type UsableFilm } from './align.ts';
import { chestDerivedSchema } from './derived.ts';
import { looksMirrored } from './heart-side.ts';
import { zoneWords } from './place.ts';

/**
 * Films of one study are views of one chest: those that the encoder may see are encoded each for itself and read as one. A lateral
 * view, which no encoder here was trained on, is named and not read. Films of an earlier study are another moment and stay out.
 */
export const views: ModalityViews<ImageValue> = {
  align: (stream, at, most) => filmsRead(stream, most).map((film) => alignFilm(film, at)),
  pieces: (stream, read) => {
    const study = newestStudy(stream);
    if (study.length < 2) return [];
    const films = filmsRead(stream, read);
    const rest = study.filter((one) => !films.some(({ observation }) => observation.id === one.id));
    return [...films.map((film): SourcePiece => pieceOf(film.observation)), ...rest.map((one) => ({ ...pieceOf(one), unusedReason: reasonOf(one) }))];
  },
};

/** The films of the newest study with a usable one that are read as one, the newest first. */
export function filmsRead(stream: ModalityStream<ImageValue>, most: number): readonly UsableFilm[] {
  if (most < 2) return [newestUsable(stream) ?? []].flat();
  return newestStudy(stream)
    .flatMap((observation) => usable(observation) ?? [])
    .slice(0, most);
}

/** A place on a film in plain words: the zone, the view, and which one of several films. Where the film may be mirrored no side is named: it might be the other. */
export function placeWords(box: PlaneBox, across: number, { derived }: UsableFilm, { view, of }: ViewPlace): string {
  const isSided = !looksMirrored(derived.heartSide);
  const film = [derived.view, ...(of < 2 ? [] : [`film ${view + 1} of ${of}`]), ...(isSided ? [] : ['perhaps mirrored: no side named'])];
  return `${zoneWords(box, across, isSided)} of the chest film (${film.join(', ')})`;
}

/** What a reader must know before any side is read off a film; undefined where there is nothing to say. */
export function cautionOf(derived: unknown): string | undefined {
  const parsed = chestDerivedSchema.safeParse(derived);
  if (!parsed.success || !looksMirrored(parsed.data.heartSide)) return undefined;
  return 'The heart seems to lie on the right of the patient: a mirrored film, or so in this patient. Look at the side marker. No side is named for this film.';
}

/** In an order that arrival does not change: newest first, films of one moment by their identifier. */
function newestStudy(stream: ModalityStream<ImageValue>): readonly Observation<ImageValue>[] {
  const study = newestUsable(stream)?.observation.value.header.studyInstanceUid;
  return stream.observations
    .filter(({ value }) => value.header.studyInstanceUid === study)
    .sort((a, b) => b.effectiveAt - a.effectiveAt || (uidOf(a) < uidOf(b) ? -1 : 1));
}

function uidOf({ value }: Observation<ImageValue>): string {
  return value.header.sopInstanceUid;
}

function pieceOf({ value: { header } }: Observation<ImageValue>): SourcePiece {
  const { sopInstanceUid, columns, rows, viewPosition } = header;
  const pointer: EvidencePointer = { kind: 'image-region', pointer: { sopInstanceUid, frame: 1, box: [0, 0, columns, rows] } };
  return { pointer, text: viewPosition === undefined ? 'Film without a view' : `${viewPosition} film` };
}

/** A fit film may be left out too: the bundle reads only so many of one study. */
function reasonOf({ value }: Observation<ImageValue>): string {
  return value.unusedReason ?? 'The model reads fewer films of one study.';
}
