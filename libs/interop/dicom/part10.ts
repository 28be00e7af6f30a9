import { EXPLICIT_LITTLE_ENDIAN, IMPLICIT_LITTLE_ENDIAN } from './syntax.ts';
import { encodeUtf8 } from './text.ts';
import { LONG_VRS } from './value-representation.ts';

/** One attribute to write. Numbers go out as the VR says; items are written with explicit lengths. */
export interface DicomElement {
  /** Group × 65536 + element. */
  readonly tag: number;
  readonly vr: string;
  readonly value: string | readonly number[] | Uint8Array | readonly (readonly DicomElement[])[] | { readonly fragments: readonly Uint8Array[] };
}

export interface Part10 {
  readonly transferSyntaxUid?: string;
  readonly sopClassUid: string;
  readonly sopInstanceUid: string;
  /** In any order; they are written by ascending tag. */
  readonly elements: readonly DicomElement[];
}

/** Says which software wrote a file; derived once from a random UUID, PS3.5 B.2. */
export const IMPLEMENTATION_CLASS_UID = '2.25.186216413574837109417853219806459137921';

/** A Part 10 file: zeroed preamble, file meta information, data set in UTF-8 (the caller writes (0008,0005) as ISO_IR 192). */
export function writePart10({ transferSyntaxUid = EXPLICIT_LITTLE_ENDIAN, sopClassUid, sopInstanceUid, elements }: Part10): Uint8Array {
  const meta = concat([
    element({ tag: 0x00020001, vr: 'OB', value: Uint8Array.of(0, 1) }, true),
    element({ tag: 0x00020002, vr: 'UI', value: sopClassUid }, true),
    element({ tag: 0x00020003, vr: 'UI', value: sopInstanceUid }, true),
    element({ tag: 0x00020010, vr: 'UI', value: transferSyntaxUid }, true),
    element({ tag: 0x00020012, vr: 'UI', value: IMPLEMENTATION_CLASS_UID }, true),
    element({ tag: 0x00020013, vr: 'SH', value: 'CONCORD' }, true),
  ]);
  const explicit = transferSyntaxUid !== IMPLICIT_LITTLE_ENDIAN;
  return concat([
    new Uint8Array(128),
    encodeUtf8('DICM'),
    element({ tag: 0x00020000, vr: 'UL', value: [meta.length] }, true),
    meta,
    ...ordered(elements).map((each) => element(each, explicit)),
  ]);
}

const ordered = (elements: readonly DicomElement[]) => [...elements].sort((a, b) => a.tag - b.tag);

function element({ tag, vr, value }: DicomElement, explicit: boolean): Uint8Array {
  const bytes = encoded(vr, value, explicit);
  const length = isEncapsulated(value) ? 0xffffffff : bytes.length;
  return concat([head(tag, vr, length, explicit), bytes]);
}

function isEncapsulated(value: DicomElement['value']): value is { readonly fragments: readonly Uint8Array[] } {
  return typeof value === 'object' && 'fragments' in value;
}

function head(tag: number, vr: string, length: number, explicit: boolean): Uint8Array {
  const wide = explicit && LONG_VRS.has(vr);
  const bytes = new Uint8Array(wide ? 12 : 8);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, Math.floor(tag / 0x10000), true);
  view.setUint16(2, tag % 0x10000, true);
  if (!explicit) view.setUint32(4, length, true);
  else {
    bytes.set(encodeUtf8(vr), 4);
    if (wide) view.setUint32(8, length, true);
    else view.setUint16(6, length, true);
  }
  return bytes;
}

function encoded(vr: string, value: DicomElement['value'], explicit: boolean): Uint8Array {
  if (typeof value === 'string') return even(encodeUtf8(value), vr === 'UI' ? 0 : 0x20);
  if (value instanceof Uint8Array) return even(value, 0);
  if (isEncapsulated(value)) return encapsulated(value.fragments);
  const items = value.filter((item) => typeof item !== 'number');
  if (items.length > 0 || vr === 'SQ') return concat(items.map((item) => itemOf(concat(ordered(item).map((each) => element(each, explicit))))));
  return numbers(
    vr,
    value.filter((each) => typeof each === 'number'),
  );
}

const WIDTHS: Readonly<Record<string, number>> = { US: 2, SS: 2, OW: 2, UL: 4, SL: 4, FD: 8 };

function numbers(vr: string, values: readonly number[]): Uint8Array {
  const width = WIDTHS[vr];
  if (width === undefined) throw new RangeError(`numbers cannot be written as ${vr}`);
  const bytes = new Uint8Array(values.length * width);
  const view = new DataView(bytes.buffer);
  values.forEach((value, index) => {
    if (width === 2) view.setUint16(index * 2, value & 0xffff, true);
    else if (width === 4) view.setInt32(index * 4, value | 0, true);
    else view.setFloat64(index * 8, value, true);
  });
  return bytes;
}

function itemOf(bytes: Uint8Array): Uint8Array {
  return concat([head(0xfffee000, '', bytes.length, false), bytes]);
}

/** An empty basic offset table, the fragments, the delimiter. PS3.5 A.4. */
function encapsulated(fragments: readonly Uint8Array[]): Uint8Array {
  return concat([itemOf(new Uint8Array(0)), ...fragments.map((fragment) => itemOf(even(fragment, 0))), head(0xfffee0dd, '', 0, false)]);
}

function even(bytes: Uint8Array, padding: number): Uint8Array {
  return bytes.length % 2 === 0 ? bytes : concat([bytes, Uint8Array.of(padding)]);
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
