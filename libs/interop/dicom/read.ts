import type { ImageHeader, PixelFrame } from '@concord/core/clinical';
import { err, ok, type Result } from '@concord/core/kernel';
import type { Codec, Hash, Inflate } from '@concord/core/ports';
import { parseAttributes, type Attributes } from './dataset.ts';
import type { DicomFault } from './fault.ts';
import { greyFrame } from './grey.ts';
import { checkIdentity, imageHeader, TAG } from './header.ts';
import { toDicomJson, type DicomJson } from './json-model.ts';
import { DICOM_LIMITS } from './limits.ts';
import { asInflated, preScan, scanMeta, type PreScan } from './pre-scan.ts';
import { storedValues } from './stored-values.ts';
import { DEFLATED_LITTLE_ENDIAN } from './syntax.ts';
import { imageTime, type ImageTime } from './wall-clock.ts';

/** What reading a file needs of the outside. */
export interface ReadPorts {
  readonly hash: Hash;
  readonly inflate: Inflate;
  readonly jpeg: Codec;
}

/** What study, series and instance are called. */
export interface InstanceLabels {
  readonly studyDescription?: string;
  readonly seriesDescription?: string;
  readonly accession?: string;
  readonly instanceNumber?: number;
}

/** One instance, read once: header, metadata, whose it says it is, when, and grey values where there are some. */
export interface DicomInstance {
  readonly sopClassUid: string;
  readonly header: ImageHeader;
  readonly dicomJson: DicomJson;
  /** As the file says; empty or missing means nobody can be matched. */
  readonly patientId?: string;
  /** Issuer of Patient ID (0010,0021), when the file names one. */
  readonly issuerOfPatientId?: string;
  readonly time: ImageTime;
  readonly labels: InstanceLabels;
  readonly pixels?: PixelFrame;
  /** In words, when there are no grey values. */
  readonly unusedReason?: string;
}

/** Reads files away from the thread that answers requests. */
export interface DicomReader {
  /** @param zone IANA zone of the source. */
  read(bytes: Uint8Array, zone: string): Promise<Result<DicomInstance, DicomFault>>;
}

/**
 * Bytes of a Part 10 file → instance. Bounded first (`preScan`), parsed after.
 * @param zone IANA zone of the source, for times without (0008,0201).
 */
export function readInstance(bytes: Uint8Array, zone: string, ports: ReadPorts): Result<DicomInstance, DicomFault> {
  const plain = inflated(bytes, ports.inflate);
  if (!plain.ok) return plain;
  const { file, syntax } = plain.value;
  const scanned = preScan(file);
  if (!scanned.ok) return scanned;
  const scan = syntax === undefined ? scanned.value : { ...scanned.value, transferSyntaxUid: syntax };
  const parsed = parseAttributes(file, scan);
  if (!parsed.ok) return parsed;
  const attributes = parsed.value;
  const identity = checkIdentity(attributes, scan);
  return identity.ok ? instanceOf({ file, scan, attributes, zone }, ports) : identity;
}

interface Parsed {
  readonly file: Uint8Array;
  readonly scan: PreScan;
  readonly attributes: Attributes;
  readonly zone: string;
}

function instanceOf({ file, scan, attributes, zone }: Parsed, ports: ReadPorts): Result<DicomInstance, DicomFault> {
  const header = imageHeader(attributes, scan);
  if (!header.ok) return header;
  const stored = storedValues({ file, scan, header: header.value, planar: attributes.number(TAG.planar) ?? 0 }, ports.jpeg);
  if (!stored.ok) return stored;
  const grey = stored.value.kind === 'decoded' ? greyFrame(attributes, header.value, stored.value.values, ports.hash) : err(stored.value.reason);
  return ok({ ...described(attributes, header.value, zone), ...(grey.ok ? { pixels: grey.value } : { unusedReason: grey.error }) });
}

function described(attributes: Attributes, header: ImageHeader, zone: string): DicomInstance {
  const patientId = attributes.text(TAG.patientId);
  const issuerOfPatientId = attributes.text(TAG.issuerOfPatientId);
  return {
    sopClassUid: attributes.text(TAG.sopClassUid) ?? '',
    header,
    dicomJson: toDicomJson(attributes),
    time: imageTime(attributes, zone),
    ...(patientId !== undefined && { patientId }),
    ...(issuerOfPatientId !== undefined && { issuerOfPatientId }),
    labels: labelsOf(attributes),
  };
}

function labelsOf(attributes: Attributes): InstanceLabels {
  const studyDescription = attributes.text(TAG.studyDescription);
  const seriesDescription = attributes.text(TAG.seriesDescription);
  const accession = attributes.text(TAG.accession);
  const instanceNumber = attributes.number(TAG.instanceNumber);
  return {
    ...(studyDescription !== undefined && { studyDescription }),
    ...(seriesDescription !== undefined && { seriesDescription }),
    ...(accession !== undefined && { accession }),
    ...(instanceNumber !== undefined && { instanceNumber }),
  };
}

/** A deflated data set is opened under a bound and read as explicit little endian; its own syntax goes into the header. */
function inflated(bytes: Uint8Array, inflate: Inflate): Result<{ readonly file: Uint8Array; readonly syntax?: string }, DicomFault> {
  if (bytes.length < 132) return err({ kind: 'not-dicom', reason: 'shorter than a preamble' });
  const meta = scanMeta(bytes);
  if (!meta.ok) return meta;
  if (meta.value.transferSyntaxUid !== DEFLATED_LITTLE_ENDIAN) return ok({ file: bytes });
  const packed = bytes.subarray(meta.value.dataSetOffset);
  const dataSet = inflate(packed, Math.min(DICOM_LIMITS.inflatedBytes, packed.length * DICOM_LIMITS.inflateRatio));
  if (!dataSet) return err({ kind: 'over-limit', reason: 'the deflated data set is damaged or grows beyond its bound' });
  return ok({ file: asInflated(bytes, dataSet, meta.value.dataSetOffset), syntax: DEFLATED_LITTLE_ENDIAN });
}
