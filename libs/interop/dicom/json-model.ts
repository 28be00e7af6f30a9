import type { Attributes } from './dataset.ts';

/** DICOM JSON Model, PS3.18 annex F. */
export type DicomJson = Readonly<Record<string, DicomJsonAttribute>>;

export interface DicomJsonAttribute {
  readonly vr: string;
  readonly Value?: readonly (string | number | null | { readonly Alphabetic: string } | DicomJson)[];
}

const PATIENT_GROUP = 0x0010;
/** Content of structured reports: text about the patient, not about the image. */
const CONTENT_SEQUENCE = 0x0040a730;
const OMITTED = new Set([CONTENT_SEQUENCE]);
const BINARY = new Set(['OB', 'OD', 'OF', 'OL', 'OV', 'OW', 'UN', 'SV', 'UV']);
const NUMERIC = new Set(['US', 'SS', 'UL', 'SL', 'FL', 'FD', 'DS', 'IS']);

/**
 * The header as JSON, without pixel data, binary values, private attributes, group lengths and anything of group 0010, at
 * every depth: what identifies the patient is sealed elsewhere, and private attributes may repeat it.
 */
export function toDicomJson(attributes: Attributes): DicomJson {
  const entries = attributes.tags.filter(isShown).flatMap((tag): [string, DicomJsonAttribute][] => {
    const vr = attributes.vr(tag);
    return vr === undefined || BINARY.has(vr) ? [] : [[hex(tag), attribute(attributes, tag, vr)]];
  });
  return Object.fromEntries(entries);
}

function isShown(tag: number): boolean {
  const [group, element] = [Math.floor(tag / 0x10000), tag % 0x10000];
  return group > 0x0002 && group % 2 === 0 && element !== 0 && group !== PATIENT_GROUP && group < 0x7fe0 && !OMITTED.has(tag);
}

const hex = (tag: number) => tag.toString(16).toUpperCase().padStart(8, '0');

function attribute(attributes: Attributes, tag: number, vr: string): DicomJsonAttribute {
  const values = valuesOf(attributes, tag, vr);
  return values.length === 0 ? { vr } : { vr, Value: values };
}

function valuesOf(attributes: Attributes, tag: number, vr: string): NonNullable<DicomJsonAttribute['Value']> {
  if (vr === 'SQ') return attributes.items(tag).map(toDicomJson);
  if (NUMERIC.has(vr)) return attributes.numbers(tag);
  if (vr === 'AT') return tagPairs(attributes.bytes(tag));
  const texts = attributes.texts(tag).map(shown);
  if (texts.every((text) => text === '')) return [];
  return texts.map((text) => (text === '' ? null : vr === 'PN' ? { Alphabetic: text } : text));
}

/** Control and bidirectional characters can make a screen lie. */
function shown(text: string): string {
  return text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '');
}

function tagPairs(bytes: Uint8Array | undefined): readonly string[] {
  if (bytes === undefined) return [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: Math.floor(bytes.length / 4) }, (_, index) =>
    hex(view.getUint16(index * 4, true) * 0x10000 + view.getUint16(index * 4 + 2, true)),
  );
}
