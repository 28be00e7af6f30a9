import type { ImageHeader } from '@concord/core/clinical';
import { err, ok, type Result } from '@concord/core/kernel';
import type { Codec } from '@concord/core/ports';
import type { DicomFault } from './fault.ts';
import { jpegHeader } from './jpeg-header.ts';
import { DICOM_LIMITS } from './limits.ts';
import type { PixelPlace, PreScan } from './pre-scan.ts';
import { isNative, JPEG_BASELINE, keptReason } from './syntax.ts';

/** Decoded stored values, before any look-up table, as little-endian words of Bits Allocated: frames, rows, columns, samples. */
export interface StoredValues {
  readonly bytes: Uint8Array;
  /** `native`, or the codec with its version. */
  readonly decoder: string;
}

export type Decoded = { readonly kind: 'decoded'; readonly values: StoredValues } | { readonly kind: 'kept'; readonly reason: string };

interface Source {
  readonly file: Uint8Array;
  readonly scan: PreScan;
  readonly header: ImageHeader;
  /** Planar Configuration (0028,0006): 1 = one plane a sample. */
  readonly planar: number;
}

/** The values that the file stores; `kept` names why a file stays undecoded. A fault means that the file contradicts itself. */
export function storedValues(source: Source, jpeg: Codec): Result<Decoded, DicomFault> {
  const { scan, header } = source;
  if (!scan.pixels) return ok({ kind: 'kept', reason: 'The object holds no image.' });
  const size = byteLength(header);
  if (size.frame > DICOM_LIMITS.frameBytes || size.all > DICOM_LIMITS.decodedBytes)
    return err({ kind: 'over-limit', reason: 'the decoded image would be too large' });
  if (scan.pixels.kind === 'native' && isNative(scan.transferSyntaxUid)) return native(source, scan.pixels, size.all);
  if (scan.pixels.kind === 'encapsulated' && scan.transferSyntaxUid === JPEG_BASELINE) return ok(baseline(source, scan.pixels, jpeg));
  if (isNative(scan.transferSyntaxUid) !== (scan.pixels.kind === 'native') && scan.encoding.littleEndian) {
    return err({ kind: 'does-not-match', reason: 'the form of the pixel data does not fit the transfer syntax' });
  }
  return ok({ kind: 'kept', reason: keptReason(scan.transferSyntaxUid) });
}

function byteLength({ rows, columns, samplesPerPixel, bitsAllocated, frames }: ImageHeader): { readonly frame: number; readonly all: number } {
  const bits = rows * columns * samplesPerPixel * bitsAllocated;
  return { frame: Math.ceil(bits / 8), all: Math.ceil((bits * frames) / 8) };
}

function native({ file, header, planar }: Source, { offset, length }: Extract<PixelPlace, { kind: 'native' }>, expected: number): Result<Decoded, DicomFault> {
  if (header.photometricInterpretation.endsWith('_422'))
    return ok({ kind: 'kept', reason: 'The file is kept, its pixels are not decoded: chroma is subsampled.' });
  if (length < expected) return err({ kind: 'does-not-match', reason: 'the pixel data is shorter than Rows × Columns × Samples × Bits Allocated × Frames' });
  const bytes = file.subarray(offset, offset + expected);
  if (header.bitsAllocated === 1) return ok({ kind: 'decoded', values: { bytes: unpacked(bytes, header), decoder: 'native' } });
  const interleaved = planar === 1 && header.samplesPerPixel > 1 ? fromPlanes(bytes, header) : bytes;
  return ok({ kind: 'decoded', values: { bytes: interleaved, decoder: 'native' } });
}

/** One bit a pixel, least significant first, frames not aligned to bytes. PS3.5 8.1.1. */
function unpacked(bytes: Uint8Array, { rows, columns, frames, samplesPerPixel }: ImageHeader): Uint8Array {
  return Uint8Array.from({ length: rows * columns * frames * samplesPerPixel }, (_, at) => ((bytes[at >> 3] ?? 0) >> (at & 7)) & 1);
}

function fromPlanes(bytes: Uint8Array, { rows, columns, frames, samplesPerPixel, bitsAllocated }: ImageHeader): Uint8Array {
  const width = bitsAllocated / 8;
  const plane = rows * columns;
  const out = new Uint8Array(bytes.length);
  for (let word = 0; word < plane * samplesPerPixel * frames; word += 1) {
    const frame = Math.floor(word / (plane * samplesPerPixel));
    const [sample, pixel] = [Math.floor(word / plane) % samplesPerPixel, word % plane];
    const target = (frame * plane + pixel) * samplesPerPixel + sample;
    for (let byte = 0; byte < width; byte += 1) out[target * width + byte] = bytes[word * width + byte] ?? 0;
  }
  return out;
}

function baseline({ file, header }: Source, { fragments }: Extract<PixelPlace, { kind: 'encapsulated' }>, jpeg: Codec): Decoded {
  const kept = (why: string): Decoded => ({ kind: 'kept', reason: `The file is kept, its pixels are not decoded: ${why}.` });
  // The first item is the basic offset table; it may be empty or lie, so it is not asked.
  const parts = fragments.slice(1);
  if (header.frames > 1) return kept('several compressed frames');
  const codestream = joined(parts.map(({ offset, length }) => file.subarray(offset, offset + length)));
  const said = jpegHeader(codestream);
  if (!said || said.precision !== 8) return kept('the compressed frame is no 8-bit JPEG');
  if (said.components !== 1) return kept('a colour image');
  if (said.rows !== header.rows || said.columns !== header.columns || header.samplesPerPixel !== 1)
    return kept('the compressed frame has other dimensions than the header');
  const frame = jpeg.decode(codestream);
  if (!frame || frame.samples.length !== header.rows * header.columns) return kept('the compressed frame is damaged');
  return { kind: 'decoded', values: { bytes: frame.samples, decoder: jpeg.name } };
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const [only] = parts;
  if (parts.length === 1 && only) return only;
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
