/** Value representations of PS3.5 table 6.2-1. */
export const VRS: ReadonlySet<string> = new Set(
  'AE AS AT CS DA DS DT FD FL IS LO LT OB OD OF OL OV OW PN SH SL SQ SS ST SV TM UC UI UL UN UR US UT UV'.split(' '),
);

/** Those whose length takes four bytes, after two that are reserved. */
export const LONG_VRS: ReadonlySet<string> = new Set('OB OD OF OL OV OW SQ SV UC UN UR UT UV'.split(' '));

/** Those that dicom-parser 1.8.21 reads with a two-byte length. */
export const NEW_VRS: ReadonlySet<string> = new Set(['OV', 'SV', 'UV']);

/** In implicit VR nothing says what is a sequence: the value begins with an item or ends at once. dicom-parser decides alike. */
export function isSequenceStart(view: DataView, { length, value }: { readonly length: number; readonly value: number }): boolean {
  if (length < 8) return false;
  return view.getUint16(value, true) === 0xfffe && (view.getUint16(value + 2, true) === 0xe000 || view.getUint16(value + 2, true) === 0xe0dd);
}
