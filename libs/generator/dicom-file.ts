import { toIso, type Instant } from '@concord/core/kernel';
import { jpegHeader, JPEG_BASELINE, writePart10, type DicomElement } from '@concord/interop/dicom';
import { uidFrom } from './dicom-uid.ts';
import { PHANTOM_BITS, type Phantom } from './phantom.ts';
import { phantomRng } from './phantom-rng.ts';

const SECONDARY_CAPTURE = '1.2.840.10008.5.1.4.1.1.7';

/** Whose film it is and when it was taken; UIDs follow from `seed`. */
export interface FilmLabels {
  readonly seed: number;
  /** PatientID under the authority of the source that will send it. */
  readonly patientId: string;
  readonly takenAt: Instant;
  readonly viewPosition: 'PA' | 'AP';
  /** (0010,0010) as `Family^Given`; `Phantom^` by default. */
  readonly patientName?: string;
  readonly studyDescription?: string;
  readonly accession?: string;
  /** Another film of the same study carries the same number here. */
  readonly studySeed?: number;
}

export interface FilmFile {
  readonly bytes: Uint8Array;
  readonly studyInstanceUid: string;
  readonly seriesInstanceUid: string;
  readonly sopInstanceUid: string;
}

/**
 * A phantom as a Secondary Capture: no machine took it, so no acquisition is invented. Explicit little endian, 12 of 16 bits,
 * MONOCHROME2, a window over the whole range, no rescale, no spacing.
 */
export function phantomDicom(phantom: Phantom, labels: FilmLabels): FilmFile {
  const pixels = new Uint8Array(phantom.grey.length * 2);
  const view = new DataView(pixels.buffer);
  phantom.grey.forEach((value, at) => {
    view.setUint16(at * 2, value, true);
  });
  return secondaryCapture(labels, {
    conversionType: 'SYN',
    derivation: 'Procedural chest phantom: no person, no exposure.',
    elements: [
      ...grid(phantom.rows, phantom.columns, { allocated: 16, stored: PHANTOM_BITS }),
      { tag: 0x00281050, vr: 'DS', value: String(2 ** (PHANTOM_BITS - 1)) },
      { tag: 0x00281051, vr: 'DS', value: String(2 ** PHANTOM_BITS) },
      { tag: 0x7fe00010, vr: 'OW', value: pixels },
    ],
  });
}

/** Where a JPEG came from, for the derivation description. */
export interface JpegOrigin {
  /** Name of the set, its licence line. */
  readonly set: string;
  /** SHA-256 of the JPEG, hex. */
  readonly sha256: string;
  /** Compression ratio of (0028,2112), when it is known. */
  readonly ratio?: number;
}

/**
 * A grey 8-bit baseline JPEG radiograph as a Secondary Capture, the codestream untouched.
 * @throws RangeError when the bytes are no grey 8-bit baseline JPEG: that is a mistake of the caller's list of files.
 */
export function jpegDicom(jpeg: Uint8Array, labels: FilmLabels, origin: JpegOrigin): FilmFile {
  const said = jpegHeader(jpeg);
  if (said?.process !== 0xc0 || said.components !== 1 || said.precision !== 8) throw new RangeError('not a grey 8-bit baseline JPEG');
  return secondaryCapture(labels, {
    conversionType: 'WSD',
    derivation: `${origin.set}; JPEG ${origin.sha256.slice(0, 16)} wrapped as it is, not decoded; grey levels not calibrated.`,
    transferSyntaxUid: JPEG_BASELINE,
    elements: [
      ...grid(said.rows, said.columns, { allocated: 8, stored: 8 }),
      { tag: 0x00282110, vr: 'CS', value: '01' },
      ...(origin.ratio === undefined ? [] : [{ tag: 0x00282112, vr: 'DS', value: origin.ratio.toFixed(1) }]),
      { tag: 0x00282114, vr: 'CS', value: 'ISO_10918_1' },
      { tag: 0x7fe00010, vr: 'OB', value: { fragments: [jpeg] } },
    ],
  });
}

function grid(rows: number, columns: number, bits: { readonly allocated: number; readonly stored: number }): readonly DicomElement[] {
  return [
    { tag: 0x00280002, vr: 'US', value: [1] },
    { tag: 0x00280004, vr: 'CS', value: 'MONOCHROME2' },
    { tag: 0x00280010, vr: 'US', value: [rows] },
    { tag: 0x00280011, vr: 'US', value: [columns] },
    { tag: 0x00280100, vr: 'US', value: [bits.allocated] },
    { tag: 0x00280101, vr: 'US', value: [bits.stored] },
    { tag: 0x00280102, vr: 'US', value: [bits.stored - 1] },
    { tag: 0x00280103, vr: 'US', value: [0] },
  ];
}

interface Capture {
  readonly conversionType: 'SYN' | 'WSD';
  readonly derivation: string;
  readonly transferSyntaxUid?: string;
  readonly elements: readonly DicomElement[];
}

function secondaryCapture(labels: FilmLabels, capture: Capture): FilmFile {
  const rng = phantomRng(labels.seed);
  const [series, instance] = [uidFrom(rng), uidFrom(rng)];
  const study = uidFrom(phantomRng((labels.studySeed ?? labels.seed) ^ 0x5bd1e995));
  const bytes = writePart10({
    sopClassUid: SECONDARY_CAPTURE,
    sopInstanceUid: instance,
    ...(capture.transferSyntaxUid !== undefined && { transferSyntaxUid: capture.transferSyntaxUid }),
    elements: [
      ...marks(labels, capture),
      { tag: 0x00080018, vr: 'UI', value: instance },
      { tag: 0x0020000d, vr: 'UI', value: study },
      { tag: 0x0020000e, vr: 'UI', value: series },
      ...capture.elements,
    ],
  });
  return { bytes, studyInstanceUid: study, seriesInstanceUid: series, sopInstanceUid: instance };
}

/** Everything that says what the object is and that it is no acquisition. */
function marks(labels: FilmLabels, { conversionType, derivation }: Capture): readonly DicomElement[] {
  const stamp = toIso(labels.takenAt);
  const [day, time] = [stamp.slice(0, 10).replaceAll('-', ''), stamp.slice(11, 19).replaceAll(':', '')];
  const text = (tag: number, vr: string, value: string): DicomElement => ({ tag, vr, value });
  return [
    text(0x00080005, 'CS', 'ISO_IR 192'),
    text(0x00080008, 'CS', 'DERIVED\\SECONDARY'),
    text(0x00080016, 'UI', SECONDARY_CAPTURE),
    ...[0x00080020, 0x00080023].map((tag) => text(tag, 'DA', day)),
    ...[0x00080030, 0x00080033].map((tag) => text(tag, 'TM', time)),
    text(0x00080050, 'SH', labels.accession ?? ''),
    text(0x00080060, 'CS', 'DX'),
    text(0x00080064, 'CS', conversionType),
    text(0x00080090, 'PN', ''),
    text(0x00080201, 'SH', '+0000'),
    text(0x00081030, 'LO', labels.studyDescription ?? 'Chest radiograph'),
    text(0x00082111, 'ST', derivation),
    text(0x00100010, 'PN', labels.patientName ?? 'Phantom^'),
    text(0x00100020, 'LO', labels.patientId),
    text(0x00100030, 'DA', ''),
    text(0x00100040, 'CS', ''),
    text(0x00120062, 'CS', 'YES'),
    text(0x00120063, 'LO', 'No person, or an open set that was de-identified at its source'),
    text(0x00180015, 'CS', 'CHEST'),
    text(0x00185101, 'CS', labels.viewPosition),
    text(0x00200010, 'SH', '1'),
    text(0x00200011, 'IS', '1'),
    text(0x00200013, 'IS', '1'),
    text(0x00200020, 'CS', 'L\\F'),
    text(0x00280301, 'CS', 'NO'),
  ];
}
