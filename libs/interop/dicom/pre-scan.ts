import { err, ok, type Result } from '@concord/core/kernel';
import type { DicomFault } from './fault.ts';
import { DICOM_LIMITS, isUid } from './limits.ts';
import { encodingOf, EXPLICIT_LITTLE_ENDIAN, type Encoding } from './syntax.ts';
import { vrOf } from './dictionary.ts';
import { isSequenceStart, LONG_VRS, NEW_VRS, VRS } from './value-representation.ts';

/** What the bounded walk found out before any library touches the bytes. */
export interface PreScan {
  readonly transferSyntaxUid: string;
  readonly encoding: Encoding;
  /** Where the data set begins, behind the file meta information. */
  readonly dataSetOffset: number;
  readonly pixels?: PixelPlace;
  /** Offsets of VR fields that dicom-parser does not know (OV, SV, UV) and would misread. */
  readonly newVrOffsets: readonly number[];
  /** Tags of the top level, in the order of the file. */
  readonly topTags: readonly number[];
}

export type PixelPlace =
  | { readonly kind: 'native'; readonly offset: number; readonly length: number }
  | { readonly kind: 'encapsulated'; readonly offset: number; readonly fragments: readonly { readonly offset: number; readonly length: number }[] };

const UNDEFINED = 0xffffffff;
const ITEM = 0xfffee000;
const ITEM_END = 0xfffee00d;
const SEQUENCE_END = 0xfffee0dd;
const PIXEL_DATA = 0x7fe00010;

class Malformed extends Error {
  readonly fault: DicomFault;
  constructor(fault: DicomFault) {
    super(fault.reason);
    this.fault = fault;
  }
}

function refuse(kind: DicomFault['kind'], reason: string): never {
  throw new Malformed({ kind, reason });
}

/**
 * Walks every element once, without recursion and without reading values: nesting, counts and lengths against the bytes
 * that are really there (imaging limits of `DICOM_LIMITS`). A file that passes is safe to hand to a parser that trusts lengths.
 */
export function preScan(bytes: Uint8Array): Result<PreScan, DicomFault> {
  if (bytes.length > DICOM_LIMITS.instanceBytes) return err({ kind: 'over-limit', reason: 'the instance is larger than 512 MiB' });
  try {
    return ok(new Walk(bytes).run());
  } catch (error) {
    if (error instanceof Malformed) return err(error.fault);
    throw error;
  }
}

/** Meta information alone: for a deflated file, whose data set cannot be walked before it is opened. */
export function scanMeta(bytes: Uint8Array): Result<{ readonly transferSyntaxUid: string; readonly dataSetOffset: number }, DicomFault> {
  try {
    return ok(new Walk(bytes).meta());
  } catch (error) {
    if (error instanceof Malformed) return err(error.fault);
    throw error;
  }
}

/** One level of nesting: where it ends, or that a delimiter ends it. */
interface Level {
  readonly kind: 'data set' | 'sequence' | 'item';
  readonly end: number | undefined;
  readonly encoding: Encoding;
}

interface ElementHead {
  readonly tag: number;
  readonly vr: string | undefined;
  readonly length: number;
  readonly value: number;
}

/** A lifetime of one pass over one file. */
class Walk {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;
  #elements = 0;
  #items = 0;
  readonly #newVrOffsets: number[] = [];
  readonly #topTags: number[] = [];
  readonly #levels: Level[] = [];
  #pixels: PixelPlace | undefined;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  run(): PreScan {
    const { transferSyntaxUid, dataSetOffset } = this.meta();
    const encoding = encodingOf(transferSyntaxUid);
    this.#levels.push({ kind: 'data set', end: this.#bytes.length, encoding });
    for (let level = this.#level(); level !== undefined; level = this.#level()) this.#step(level);
    if (this.#topTags.length === 0) refuse('malformed', 'the file holds no data set');
    const pixels = this.#pixels;
    return { transferSyntaxUid, encoding, dataSetOffset, newVrOffsets: this.#newVrOffsets, topTags: this.#topTags, ...(pixels && { pixels }) };
  }

  meta(): { readonly transferSyntaxUid: string; readonly dataSetOffset: number } {
    const magic = this.#bytes.subarray(128, 132);
    if (String.fromCharCode(...magic) !== 'DICM') refuse('not-dicom', 'no DICM prefix after the preamble');
    this.#at = 132;
    let transferSyntaxUid: string | undefined;
    while (this.#at + 8 <= this.#bytes.length && this.#view.getUint16(this.#at, true) === 0x0002) {
      const head = this.#head({ explicit: true, littleEndian: true });
      if (head.length === UNDEFINED) refuse('malformed', 'file meta information with undefined length');
      if (head.tag === 0x00020010) transferSyntaxUid = this.#text(head).replace(/[\0 ]+$/, '');
      this.#at = head.value + head.length;
    }
    if (transferSyntaxUid === undefined) return refuse('malformed', 'no Transfer Syntax UID (0002,0010)');
    if (!isUid(transferSyntaxUid)) refuse('malformed', 'the Transfer Syntax UID is no UID');
    return { transferSyntaxUid, dataSetOffset: this.#at };
  }

  /** The open level, after those that end here are closed. */
  #level(): Level | undefined {
    for (let last = this.#levels.at(-1); last !== undefined; last = this.#levels.at(-1)) {
      if (last.end === undefined || this.#at < last.end) return last;
      if (this.#at > last.end) refuse('malformed', `an element runs past the end of its ${last.kind}`);
      this.#levels.pop();
    }
    return undefined;
  }

  #step(level: Level): void {
    if (level.kind === 'sequence') this.#sequence(level);
    else this.#element(level);
  }

  #sequence(level: Level): void {
    const { tag, length, value } = this.#delimiter(level.encoding);
    this.#at = value;
    if (tag === SEQUENCE_END) {
      if (level.end !== undefined) refuse('malformed', 'a delimiter inside a sequence of defined length');
      this.#levels.pop();
      return;
    }
    if (tag !== ITEM) refuse('malformed', 'something other than an item in a sequence');
    this.#open({ kind: 'item', end: length === UNDEFINED ? undefined : value + length, encoding: level.encoding });
  }

  #element(level: Level): void {
    if (level.end === undefined && this.#tag(level.encoding) === ITEM_END) {
      this.#at = this.#delimiter(level.encoding).value;
      this.#levels.pop();
      return;
    }
    const head = this.#head(level.encoding);
    if (this.#levels.length === 1) this.#topTags.push(head.tag);
    if (head.tag === PIXEL_DATA && this.#levels.length === 1) this.#pixelData(head, level.encoding);
    else if (head.length === UNDEFINED) this.#undefinedLength(head, level.encoding);
    else this.#definedLength(head, level.encoding);
  }

  #definedLength(head: ElementHead, encoding: Encoding): void {
    this.#fits(head.value, head.length);
    if (this.#isSequence(head)) {
      this.#at = head.value;
      this.#open({ kind: 'sequence', end: head.value + head.length, encoding });
    } else this.#at = head.value + head.length;
  }

  /** As dicom-parser decides: by VR, else by the dictionary, else by a look at the value; private ones of known length are skipped. */
  #isSequence(head: ElementHead): boolean {
    if (head.vr !== undefined) return head.vr === 'SQ';
    if (((head.tag / 0x10000) & 1) === 1) return false;
    const known = vrOf(head.tag);
    return known === undefined ? isSequenceStart(this.#view, head) : known === 'SQ';
  }

  #undefinedLength(head: ElementHead, encoding: Encoding): void {
    if (head.vr !== undefined && head.vr !== 'SQ' && head.vr !== 'UN') refuse('malformed', `undefined length for a value of ${head.vr}`);
    this.#at = head.value;
    // A sequence of unknown VR and undefined length is written implicit. PS3.5 6.2.2, CP-246.
    this.#open({ kind: 'sequence', end: undefined, encoding: head.vr === 'UN' ? { ...encoding, explicit: false } : encoding });
  }

  #pixelData(head: ElementHead, encoding: Encoding): void {
    if (head.value > DICOM_LIMITS.headerBytes) refuse('over-limit', 'more than 64 MiB before the pixel data');
    this.#at = head.value;
    if (head.length !== UNDEFINED) {
      this.#fits(head.value, head.length);
      this.#pixels = { kind: 'native', offset: head.value, length: head.length };
      this.#at += head.length;
      return;
    }
    const fragments: { offset: number; length: number }[] = [];
    for (;;) {
      const { tag, length, value } = this.#delimiter(encoding);
      if (tag === SEQUENCE_END) {
        this.#at = value;
        break;
      }
      if (tag !== ITEM || length === UNDEFINED) refuse('malformed', 'a fragment of the pixel data is no item of defined length');
      this.#fits(value, length);
      this.#count();
      fragments.push({ offset: value, length });
      this.#at = value + length;
    }
    this.#pixels = { kind: 'encapsulated', offset: head.value, fragments };
  }

  #open(level: Level): void {
    this.#count();
    if (this.#levels.length > 2 * DICOM_LIMITS.nesting) refuse('over-limit', `sequences nested deeper than ${DICOM_LIMITS.nesting}`);
    if (level.end !== undefined && level.end > this.#bytes.length) refuse('malformed', `a ${level.kind} runs past the end of the file`);
    this.#levels.push(level);
  }

  #count(): void {
    this.#items += 1;
    if (this.#items > DICOM_LIMITS.items) refuse('over-limit', `more than ${DICOM_LIMITS.items} items and fragments`);
  }

  #fits(offset: number, length: number): void {
    if (length > this.#bytes.length - offset) refuse('malformed', 'an element is longer than the bytes that are there');
  }

  #need(count: number): void {
    if (this.#at + count > this.#bytes.length) refuse('malformed', 'the file ends inside an element');
  }

  #tag({ littleEndian }: Encoding): number {
    this.#need(8);
    return this.#view.getUint16(this.#at, littleEndian) * 0x10000 + this.#view.getUint16(this.#at + 2, littleEndian);
  }

  #delimiter(encoding: Encoding): ElementHead {
    const tag = this.#tag(encoding);
    return { tag, vr: undefined, length: this.#view.getUint32(this.#at + 4, encoding.littleEndian), value: this.#at + 8 };
  }

  #head(encoding: Encoding): ElementHead {
    this.#elements += 1;
    if (this.#elements > DICOM_LIMITS.elements) refuse('over-limit', `more than ${DICOM_LIMITS.elements} elements`);
    const plain = this.#delimiter(encoding);
    if (plain.tag >= 0xfffe0000 && plain.tag <= 0xfffeffff) refuse('malformed', 'a delimiter where an element belongs');
    if (!encoding.explicit) return plain;
    const vr = String.fromCharCode(this.#bytes[this.#at + 4] ?? 0, this.#bytes[this.#at + 5] ?? 0);
    if (!VRS.has(vr)) refuse('malformed', 'a value representation that does not exist');
    if (NEW_VRS.has(vr)) this.#newVrOffsets.push(this.#at + 4);
    if (!LONG_VRS.has(vr)) return { tag: plain.tag, vr, length: this.#view.getUint16(this.#at + 6, encoding.littleEndian), value: this.#at + 8 };
    this.#need(12);
    return { tag: plain.tag, vr, length: this.#view.getUint32(this.#at + 8, encoding.littleEndian), value: this.#at + 12 };
  }

  #text({ value, length }: ElementHead): string {
    this.#fits(value, length);
    return String.fromCharCode(...this.#bytes.subarray(value, value + Math.min(length, 128)));
  }
}

/** A file whose data set was inflated, written again as explicit little endian so that the walk and the parser see plain bytes. */
export function asInflated(bytes: Uint8Array, dataSet: Uint8Array, dataSetOffset: number): Uint8Array {
  const head = bytes.slice(0, dataSetOffset);
  const out = new Uint8Array(head.length + dataSet.length);
  out.set(head);
  out.set(dataSet, head.length);
  patchSyntax(out.subarray(0, head.length));
  return out;
}

/** Shortens the deflated syntax to explicit little endian in place: the same length, padded with NUL. */
function patchSyntax(meta: Uint8Array): void {
  const text = String.fromCharCode(...meta);
  const at = text.indexOf(`${EXPLICIT_LITTLE_ENDIAN}.99`);
  if (at >= 0) meta.fill(0, at + EXPLICIT_LITTLE_ENDIAN.length, at + EXPLICIT_LITTLE_ENDIAN.length + 3);
}
