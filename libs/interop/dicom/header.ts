import type { ImageHeader } from '@concord/core/clinical';
import { err, ok, type Result } from '@concord/core/kernel';
import type { Attributes } from './dataset.ts';
import type { DicomFault } from './fault.ts';
import { DICOM_LIMITS, isUid } from './limits.ts';
import type { PreScan } from './pre-scan.ts';

export const TAG = {
  imageType: 0x00080008,
  sopClassUid: 0x00080016,
  sopInstanceUid: 0x00080018,
  accession: 0x00080050,
  modality: 0x00080060,
  studyDescription: 0x00081030,
  seriesDescription: 0x0008103e,
  derivationDescription: 0x00082111,
  patientId: 0x00100020,
  issuerOfPatientId: 0x00100021,
  bodyPart: 0x00180015,
  viewPosition: 0x00185101,
  studyInstanceUid: 0x0020000d,
  seriesInstanceUid: 0x0020000e,
  instanceNumber: 0x00200013,
  patientOrientation: 0x00200020,
  samplesPerPixel: 0x00280002,
  photometric: 0x00280004,
  planar: 0x00280006,
  frames: 0x00280008,
  rows: 0x00280010,
  columns: 0x00280011,
  bitsAllocated: 0x00280100,
  bitsStored: 0x00280101,
  highBit: 0x00280102,
  pixelRepresentation: 0x00280103,
  burnedIn: 0x00280301,
} as const;

const IDENTITY = [
  [TAG.studyInstanceUid, 'Study Instance UID (0020,000D)'],
  [TAG.seriesInstanceUid, 'Series Instance UID (0020,000E)'],
  [TAG.sopInstanceUid, 'SOP Instance UID (0008,0018)'],
  [TAG.sopClassUid, 'SOP Class UID (0008,0016)'],
] as const;

/** The four UIDs must be there, once, and be UIDs; the patient's id must not be there twice. */
export function checkIdentity(attributes: Attributes, scan: PreScan): Result<void, DicomFault> {
  for (const [tag, name] of [...IDENTITY, [TAG.patientId, 'Patient ID (0010,0020)']] as const) {
    if (scan.topTags.filter((found) => found === tag).length > 1) return err({ kind: 'malformed', reason: `${name} stands in the file twice` });
  }
  for (const [tag, name] of IDENTITY) {
    const text = attributes.text(tag);
    if (text === undefined) return err({ kind: 'does-not-match', reason: `${name} is missing` });
    if (!isUid(text)) return err({ kind: 'does-not-match', reason: `${name} is no UID` });
  }
  return ok(undefined);
}

/** Numbers of the image module, checked before anything is allocated by them. A file without an image gives zeros. */
export function imageHeader(attributes: Attributes, scan: PreScan): Result<ImageHeader, DicomFault> {
  const wrong = scan.pixels ? wrongDimensions(attributes) : undefined;
  if (wrong !== undefined) return err(wrong);
  const text = (tag: number) => attributes.text(tag) ?? '';
  const number = (tag: number, otherwise: number) => attributes.number(tag) ?? otherwise;
  const frames = number(TAG.frames, 1);
  return ok({
    studyInstanceUid: text(TAG.studyInstanceUid),
    seriesInstanceUid: text(TAG.seriesInstanceUid),
    sopInstanceUid: text(TAG.sopInstanceUid),
    transferSyntaxUid: scan.transferSyntaxUid,
    modality: text(TAG.modality),
    rows: number(TAG.rows, 0),
    columns: number(TAG.columns, 0),
    frames: Number.isInteger(frames) && frames > 0 ? frames : 1,
    samplesPerPixel: number(TAG.samplesPerPixel, 1),
    photometricInterpretation: text(TAG.photometric),
    bitsAllocated: number(TAG.bitsAllocated, 0),
    bitsStored: number(TAG.bitsStored, 0),
    pixelRepresentation: attributes.number(TAG.pixelRepresentation) === 1 ? 1 : 0,
    imageType: attributes.texts(TAG.imageType),
    ...optional(attributes),
  });
}

function optional(attributes: Attributes): Pick<ImageHeader, 'viewPosition' | 'bodyPart' | 'burnedInAnnotation' | 'derivationNote' | 'patientOrientation'> {
  const viewPosition = attributes.text(TAG.viewPosition);
  const bodyPart = attributes.text(TAG.bodyPart);
  const burnedInAnnotation = attributes.text(TAG.burnedIn);
  const derivationNote = attributes.text(TAG.derivationDescription);
  const orientation = attributes.texts(TAG.patientOrientation).filter((part) => part !== '');
  return {
    ...(viewPosition !== undefined && { viewPosition }),
    ...(bodyPart !== undefined && { bodyPart }),
    ...(burnedInAnnotation !== undefined && { burnedInAnnotation }),
    ...(derivationNote !== undefined && { derivationNote }),
    ...(orientation.length > 0 && { patientOrientation: orientation }),
  };
}

function wrongDimensions(attributes: Attributes): DicomFault | undefined {
  for (const [tag, name] of [
    [TAG.rows, 'Rows (0028,0010)'],
    [TAG.columns, 'Columns (0028,0011)'],
  ] as const) {
    if (attributes.vr(tag) !== 'US' || attributes.bytes(tag)?.length !== 2) return { kind: 'malformed', reason: `${name} is not one unsigned short` };
    const value = attributes.number(tag) ?? 0;
    if (value < 1 || value > DICOM_LIMITS.side) return { kind: 'over-limit', reason: `${name} is not within 1 to ${DICOM_LIMITS.side}` };
  }
  return wrongNumbers(attributes) ?? wrongBits(attributes);
}

const SAMPLES: readonly number[] = [1, 3, 4];
const ALLOCATED: readonly number[] = [1, 8, 16, 32, 64];

function wrongNumbers(attributes: Attributes): DicomFault | undefined {
  const number = (tag: number, otherwise: number) => attributes.number(tag) ?? otherwise;
  if (number(TAG.frames, 1) > DICOM_LIMITS.frames) return { kind: 'over-limit', reason: `more than ${DICOM_LIMITS.frames} frames` };
  if (!SAMPLES.includes(number(TAG.samplesPerPixel, 1))) return { kind: 'malformed', reason: 'Samples per Pixel (0028,0002) is not 1, 3 or 4' };
  if (ALLOCATED.includes(number(TAG.bitsAllocated, 0))) return undefined;
  return { kind: 'malformed', reason: 'Bits Allocated (0028,0100) is not 1, 8, 16, 32 or 64' };
}

function wrongBits(attributes: Attributes): DicomFault | undefined {
  const allocated = attributes.number(TAG.bitsAllocated) ?? 0;
  const stored = attributes.number(TAG.bitsStored) ?? allocated;
  const high = attributes.number(TAG.highBit) ?? stored - 1;
  const fits = stored >= 1 && stored <= allocated && high >= stored - 1 && high < allocated;
  return fits ? undefined : { kind: 'malformed', reason: 'Bits Stored (0028,0101) and High Bit (0028,0102) do not fit into Bits Allocated' };
}
