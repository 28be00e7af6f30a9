/** What a JPEG codestream says of itself before it is decoded. */
export interface JpegHeader {
  readonly rows: number;
  readonly columns: number;
  readonly components: number;
  /** Bits a sample. */
  readonly precision: number;
  /** Marker of the frame header: 0xC0 baseline, 0xC1 extended, 0xC2 progressive, 0xC3 lossless. */
  readonly process: number;
}

const FRAME_HEADERS = new Set([0xc0, 0xc1, 0xc2, 0xc3, 0xc5, 0xc6, 0xc7, 0xc9, 0xca, 0xcb, 0xcd, 0xce, 0xcf]);
/** A camera may write many application segments; more than this before the frame header is no photograph. */
const SEGMENTS_MOST = 1_000;

/** @returns undefined when there is no frame header where ISO/IEC 10918-1 B.2 puts one. */
export function jpegHeader(bytes: Uint8Array): JpegHeader | undefined {
  if (short(bytes, 0) !== 0xffd8) return undefined;
  let at = 2;
  for (let seen = 0; seen < SEGMENTS_MOST && at + 9 < bytes.length; seen += 1) {
    const marker = bytes[at] === 0xff ? short(bytes, at) % 256 : 0;
    if (FRAME_HEADERS.has(marker)) return frameHeader(bytes, at, marker);
    // A scan before a frame header, or no marker at all, is damage; 0xFF may be repeated as padding.
    if (marker === 0 || marker === 0xda) return undefined;
    at += marker === 0xff ? 1 : 2 + short(bytes, at + 2);
  }
  return undefined;
}

const short = (bytes: Uint8Array, at: number) => (bytes[at] ?? 0) * 256 + (bytes[at + 1] ?? 0);

function frameHeader(bytes: Uint8Array, at: number, process: number): JpegHeader {
  return { precision: bytes[at + 4] ?? 0, rows: short(bytes, at + 5), columns: short(bytes, at + 7), components: bytes[at + 9] ?? 0, process };
}
