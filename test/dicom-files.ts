import { randomUUID } from 'node:crypto';
import { writePart10, type DicomElement } from '@concord/interop/dicom';

/** A file, or bytes under another type. */
export type Part = Uint8Array | { readonly type: string; readonly bytes: Uint8Array };

/** A STOW-RS body. */
export function multipart(parts: readonly Part[], { closed = true } = {}): { readonly body: Buffer; readonly type: string } {
  const boundary = `b${randomUUID()}`;
  const pieces = parts.flatMap((part) => {
    const { type, bytes } = part instanceof Uint8Array ? { type: 'application/dicom', bytes: part } : part;
    return [Buffer.from(`--${boundary}\r\nContent-Type: ${type}\r\n\r\n`), bytes, Buffer.from('\r\n')];
  });
  return {
    body: Buffer.concat([...pieces, ...(closed ? [Buffer.from(`--${boundary}--\r\n`)] : [])]),
    type: `multipart/related; type="application/dicom"; boundary="${boundary}"`,
  };
}

let made = 50_000;
const SC = '1.2.840.10008.5.1.4.1.1.7';
/** A small file made by hand, so that each part of it can be wrong. */
export function handMade(patientId: string, changes: readonly DicomElement[] = [], without: readonly number[] = []): Uint8Array {
  made += 1;
  const sop = `2.25.${made}1`;
  const usual: DicomElement[] = [
    { tag: 0x00080016, vr: 'UI', value: SC },
    { tag: 0x00080018, vr: 'UI', value: sop },
    { tag: 0x00080020, vr: 'DA', value: '20260101' },
    { tag: 0x00080060, vr: 'CS', value: 'DX' },
    { tag: 0x00100020, vr: 'LO', value: patientId },
    { tag: 0x0020000d, vr: 'UI', value: `2.25.${made}2` },
    { tag: 0x0020000e, vr: 'UI', value: `2.25.${made}3` },
    { tag: 0x00280002, vr: 'US', value: [1] },
    { tag: 0x00280004, vr: 'CS', value: 'MONOCHROME2' },
    { tag: 0x00280010, vr: 'US', value: [8] },
    { tag: 0x00280011, vr: 'US', value: [8] },
    { tag: 0x00280100, vr: 'US', value: [8] },
    { tag: 0x00280101, vr: 'US', value: [8] },
    { tag: 0x00280102, vr: 'US', value: [7] },
    { tag: 0x00280103, vr: 'US', value: [0] },
    { tag: 0x7fe00010, vr: 'OB', value: new Uint8Array(64) },
  ];
  const tags = new Set([...changes.map(({ tag }) => tag), ...without]);
  const elements = [...usual.filter(({ tag }) => !tags.has(tag)), ...changes];
  return writePart10({ sopClassUid: SC, sopInstanceUid: sop, elements });
}

/** File meta information, then these bytes as they are. */
export const raw = (tail: Uint8Array, transferSyntaxUid?: string) =>
  Buffer.concat([
    writePart10({ sopClassUid: SC, sopInstanceUid: '2.25.9', elements: [], ...(transferSyntaxUid !== undefined && { transferSyntaxUid }) }),
    tail,
  ]);
/** (0008,1140) of undefined length, opened again and again. */
export const nested = (depth: number) => Buffer.concat(Array.from({ length: depth }, () => Buffer.from('0800401153510000fffffffffeff00e0ffffffff', 'hex')));
