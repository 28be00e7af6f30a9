export const IMPLICIT_LITTLE_ENDIAN = '1.2.840.10008.1.2';
export const EXPLICIT_LITTLE_ENDIAN = '1.2.840.10008.1.2.1';
export const DEFLATED_LITTLE_ENDIAN = '1.2.840.10008.1.2.1.99';
export const EXPLICIT_BIG_ENDIAN = '1.2.840.10008.1.2.2';
export const JPEG_BASELINE = '1.2.840.10008.1.2.4.50';

/** How the data set behind the file meta information is written. */
export interface Encoding {
  readonly explicit: boolean;
  readonly littleEndian: boolean;
}

export function encodingOf(transferSyntaxUid: string): Encoding {
  return { explicit: transferSyntaxUid !== IMPLICIT_LITTLE_ENDIAN, littleEndian: transferSyntaxUid !== EXPLICIT_BIG_ENDIAN };
}

const NATIVE = new Set([IMPLICIT_LITTLE_ENDIAN, EXPLICIT_LITTLE_ENDIAN, DEFLATED_LITTLE_ENDIAN]);

export function isNative(transferSyntaxUid: string): boolean {
  return NATIVE.has(transferSyntaxUid);
}

/** Names of the syntaxes that are kept as they came but not decoded. PS3.6 table A-1. */
const KEPT: Readonly<Record<string, string>> = {
  [EXPLICIT_BIG_ENDIAN]: 'big endian',
  '1.2.840.10008.1.2.5': 'RLE',
  '1.2.840.10008.1.2.4.51': 'JPEG extended (12 bit)',
  '1.2.840.10008.1.2.4.57': 'JPEG lossless',
  '1.2.840.10008.1.2.4.70': 'JPEG lossless',
  '1.2.840.10008.1.2.4.80': 'JPEG-LS lossless',
  '1.2.840.10008.1.2.4.81': 'JPEG-LS near-lossless',
  '1.2.840.10008.1.2.4.90': 'JPEG 2000 lossless',
  '1.2.840.10008.1.2.4.91': 'JPEG 2000',
  '1.2.840.10008.1.2.4.201': 'HTJ2K lossless',
  '1.2.840.10008.1.2.4.202': 'HTJ2K lossless RPCL',
  '1.2.840.10008.1.2.4.203': 'HTJ2K',
  '1.2.840.10008.1.2.8.1': 'deflated frames',
};

export function keptReason(transferSyntaxUid: string): string {
  return `The file is kept, its pixels are not decoded: transfer syntax ${KEPT[transferSyntaxUid] ?? transferSyntaxUid}.`;
}
