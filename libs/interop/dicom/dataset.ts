import dicomParser, { type DataSet, type Element } from 'dicom-parser';
import { err, ok, type Result } from '@concord/core/kernel';
import { vrOf } from './dictionary.ts';
import type { DicomFault } from './fault.ts';
import type { PreScan } from './pre-scan.ts';
import { textDecoder } from './text.ts';

/** One parsed level of a file: the root or an item. Tags are numbers, group × 65536 + element. */
export interface Attributes {
  /** Tags in ascending order. */
  readonly tags: readonly number[];
  vr(tag: number): string | undefined;
  /** The bytes of a value, a view on the file; undefined when the tag is absent. */
  bytes(tag: number): Uint8Array | undefined;
  /** Values of a text attribute, padding removed; empty when absent. */
  texts(tag: number): readonly string[];
  /** First value, or undefined when absent or empty. */
  text(tag: number): string | undefined;
  /** Numbers of a binary or decimal text attribute; those that are none are left out. */
  numbers(tag: number): readonly number[];
  number(tag: number): number | undefined;
  items(tag: number): readonly Attributes[];
}

/** Reads the header of a scanned file: everything before the pixel data. dicom-parser lives here and nowhere else. */
export function parseAttributes(bytes: Uint8Array, scan: PreScan): Result<Attributes, DicomFault> {
  const safe = scan.newVrOffsets.length > 0 ? withUnknownVrs(bytes, scan) : bytes;
  try {
    const dataSet = dicomParser.parseDicom(safe, { untilTag: 'x7fe00010', vrCallback: (tag: string) => vrOf(tagNumber(tag)) });
    const decode = textDecoder(dataSet.string('x00080005'));
    return ok(attributes(dataSet, { file: safe, decode, littleEndian: scan.encoding.littleEndian }));
  } catch {
    // dicom-parser throws strings, errors and objects alike, and some of them quote the file.
    return err({ kind: 'malformed', reason: 'the data set cannot be read' });
  }
}

/** A copy in which OV, SV and UV are written as UN: the same layout, which the parser knows. */
function withUnknownVrs(bytes: Uint8Array, { newVrOffsets }: PreScan): Uint8Array {
  const copy = bytes.slice();
  for (const offset of newVrOffsets) copy.set([0x55, 0x4e], offset); // 'UN'
  return copy;
}

const tagNumber = (name: string) => Number.parseInt(name.slice(1), 16);
const tagName = (tag: number) => `x${tag.toString(16).padStart(8, '0')}`;

interface Context {
  /** Elements are views on these bytes. */
  readonly file: Uint8Array;
  readonly decode: (bytes: Uint8Array) => string;
  readonly littleEndian: boolean;
}

function attributes(dataSet: DataSet, outer: Context): Attributes {
  // An item may carry a character set of its own. PS3.3 C.12.1.1.2.
  const own = dataSet.string('x00080005');
  const context = own === undefined ? outer : { ...outer, decode: textDecoder(own) };
  const { file, decode, littleEndian } = context;
  const element = (tag: number): Element | undefined => dataSet.elements[tagName(tag)];
  const vr = (tag: number) => {
    const written = element(tag)?.vr;
    // Some writers type standard attributes UN; the dictionary knows better.
    return written === undefined || written === 'UN' ? (vrOf(tag) ?? written) : written;
  };
  const bytes = (tag: number) => {
    const found = element(tag);
    return found && file.subarray(found.dataOffset, found.dataOffset + found.length);
  };
  const texts = (tag: number) => {
    const value = bytes(tag);
    if (value === undefined || value.length === 0) return [];
    const whole = decode(value).replace(/[\0 ]+$/, '');
    return SINGLE_TEXT.has(vr(tag) ?? '') ? [whole] : whole.split('\\').map((part) => part.trim());
  };
  const numbers = (tag: number) => numbersOf({ vr: vr(tag), value: bytes(tag), texts: () => texts(tag), littleEndian });
  return {
    tags: Object.keys(dataSet.elements)
      .map(tagNumber)
      .sort((a, b) => a - b),
    vr,
    bytes,
    texts,
    text: (tag) => texts(tag)[0] || undefined,
    numbers,
    number: (tag) => numbers(tag)[0],
    items: (tag) => (element(tag)?.items ?? []).flatMap(({ dataSet: item }) => (item ? [attributes(item, context)] : [])),
  };
}

/** Backslashes are part of the text in these. PS3.5 6.2. */
const SINGLE_TEXT: ReadonlySet<string> = new Set(['LT', 'ST', 'UT', 'UR']);

interface Read {
  readonly size: number;
  readonly at: (view: DataView, offset: number, littleEndian: boolean) => number;
}

const BINARY: Readonly<Record<string, Read>> = {
  US: { size: 2, at: (view, offset, little) => view.getUint16(offset, little) },
  SS: { size: 2, at: (view, offset, little) => view.getInt16(offset, little) },
  UL: { size: 4, at: (view, offset, little) => view.getUint32(offset, little) },
  SL: { size: 4, at: (view, offset, little) => view.getInt32(offset, little) },
  FL: { size: 4, at: (view, offset, little) => view.getFloat32(offset, little) },
  FD: { size: 8, at: (view, offset, little) => view.getFloat64(offset, little) },
};

function numbersOf(source: {
  readonly vr: string | undefined;
  readonly value: Uint8Array | undefined;
  readonly texts: () => readonly string[];
  readonly littleEndian: boolean;
}): readonly number[] {
  const { vr, value } = source;
  if (value === undefined || vr === undefined) return [];
  const read = BINARY[vr];
  if (read) {
    const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
    return Array.from({ length: Math.floor(value.length / read.size) }, (_, index) => read.at(view, index * read.size, source.littleEndian));
  }
  if (vr !== 'DS' && vr !== 'IS') return [];
  return source.texts().flatMap((text) => (/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text) ? [Number(text)] : []));
}
