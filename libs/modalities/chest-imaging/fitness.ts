import type { ImageHeader, ReceivedImage } from '@concord/core/clinical';
import { err, ok, type Result } from '@concord/core/kernel';
import type { ChestDerived } from './derived.ts';
import { heartSide } from './heart-side.ts';
import { flatShare, likeness, type Likeness } from './likeness.ts';
import { PREPARED_SIDE, prepareChest } from './prepare.ts';

const CR = '1.2.840.10008.5.1.4.1.1.1';
const DX = ['1.2.840.10008.5.1.4.1.1.1.1', '1.2.840.10008.5.1.4.1.1.1.1.1'];
const SECONDARY_CAPTURE = '1.2.840.10008.5.1.4.1.1.7';
const CHEST = /^(CHEST|THORAX|LUNG|CHEST[ _]?(PA|AP))/i;
/** Width over height of what a chest film can be. */
const NARROWEST = 0.6;
const WIDEST = 1.7;
/** 0 to 255; the flattest of 674 films of the NIH subset reaches 80. */
const LEAST_SPREAD = 25;
/** See `likeness`: below it lie 1 % of real frontal films, and every negative. */
const LEAST_LIKENESS = 0.2;
/** Share of areas of one grey from which it is no film; no real film of the NIH subset comes near, nor does a drawn chest. */
const FLATTEST = 0.5;
/** A film that looks this much more like a chest once turned lies turned: 99 of 100 films turned by a quarter do, and 6 in 1,000 upright ones. */
const TURNED_MARGIN = 0.05;
/** A film that looks this much more like a part of a chest is cut: four of five halves and middles are, and 1 in 100 whole ones. */
const PART_MARGIN = 0.15;

/** Radiographs, and captures that call themselves one. Whether the model may see them is decided by `fitness`. */
export function isRadiograph({ sopClassUid, header }: ReceivedImage): boolean {
  if (sopClassUid === CR || DX.includes(sopClassUid)) return true;
  return sopClassUid === SECONDARY_CAPTURE && ['CR', 'DX', 'DR', 'RG'].includes(header.modality);
}

export interface FitFilm {
  readonly prepared: Uint8Array;
  readonly derived: ChestDerived;
}

/** What the encoder may see, or in plain words why not. Nothing here trusts one tag alone: a named chest must also look like one. */
export function fitness(image: ReceivedImage): Result<FitFilm, string> {
  const { header, pixels } = image;
  const wrong = wrongMarks(image) ?? wrongView(header);
  if (wrong !== undefined) return err(wrong);
  if (pixels === undefined) return err(image.unusedReason ?? 'The film has no grey values.');
  if (!hasFilmShape(pixels)) return err('The picture has not the shape of a chest film.');
  const { crop, grey } = prepareChest(pixels);
  const spread = spreadOf(grey);
  if (spread < LEAST_SPREAD) return err('The film has too little contrast.');
  if (flatShare(grey) > FLATTEST) return err('The picture is a drawing or a test object: too much of it is of one grey.');
  const like = likeness(grey);
  const looks = wrongLook(like);
  if (looks !== undefined) return err(looks);
  const view = header.viewPosition === 'AP' ? 'AP' : 'PA';
  return ok({ prepared: grey, derived: { preparation: 1, crop, view, likeness: rounded(like.upright), spread, heartSide: rounded(heartSide(grey)) } });
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}

function wrongLook({ upright, turned, part }: Likeness): string | undefined {
  if (turned > upright + TURNED_MARGIN) return 'The film looks turned.';
  if (upright < LEAST_LIKENESS) return 'The picture does not look like an upright frontal chest film: inverted, turned, or of something else.';
  return part > upright + PART_MARGIN ? 'The film shows only a part of a chest.' : undefined;
}

function wrongMarks({ sopClassUid, header }: ReceivedImage): string | undefined {
  const { imageType, burnedInAnnotation } = header;
  if (burnedInAnnotation === 'YES') return 'The film carries text in its pixels.';
  if (sopClassUid !== SECONDARY_CAPTURE) return undefined;
  const marked = imageType[0] === 'DERIVED' && imageType[1] === 'SECONDARY' && burnedInAnnotation === 'NO';
  return marked ? undefined : 'A secondary capture is read only when marked DERIVED, SECONDARY and free of burned-in text.';
}

function wrongView({ bodyPart, viewPosition, patientOrientation, frames }: ImageHeader): string | undefined {
  if (frames > 1) return 'The object holds several frames.';
  if (bodyPart !== undefined && !CHEST.test(bodyPart)) return 'The film is of another part of the body.';
  if (viewPosition === undefined) return 'The film does not name its view.';
  if (viewPosition !== 'PA' && viewPosition !== 'AP') return 'The film is not a frontal view.';
  return isUpright(patientOrientation) ? undefined : 'The film is stored turned or mirrored.';
}

/** Rows run to the patient's left, columns to the feet; a file that does not say is believed, and judged by its likeness. */
function isUpright([rows = 'L', columns = 'F']: readonly string[] = []): boolean {
  return rows.startsWith('L') && columns.startsWith('F');
}

function hasFilmShape({ columns, rows }: { readonly columns: number; readonly rows: number }): boolean {
  const ratio = columns / rows;
  return Math.min(columns, rows) >= PREPARED_SIDE && ratio >= NARROWEST && ratio <= WIDEST;
}

function spreadOf(grey: Uint8Array): number {
  const sorted = grey.toSorted();
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
  return at(0.95) - at(0.05);
}
