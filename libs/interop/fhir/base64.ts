const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const VALUES = new Map(Array.from(ALPHABET, (letter, value) => [letter, value]));
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/** Bytes of a FHIR base64Binary (whitespace allowed), or undefined when it is none. */
export function fromBase64(text: string): Uint8Array | undefined {
  const written = text.replace(/\s/g, '');
  if (written.length % 4 !== 0 || !BASE64.test(written)) return undefined;
  const letters = written.replace(/=+$/, '');
  const bytes = new Uint8Array(Math.floor((letters.length * 3) / 4));
  let bits = 0;
  let held = 0;
  let at = 0;
  for (const letter of letters) {
    held = ((held << 6) | (VALUES.get(letter) ?? 0)) & 0xffffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes[at] = (held >> bits) & 0xff;
    at += 1;
  }
  return bytes;
}

export function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const group = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    const letters = [18, 12, 6, 0].map((shift) => ALPHABET.charAt((group >> shift) & 63)).join('');
    text += at + 1 >= bytes.length ? `${letters.slice(0, 2)}==` : at + 2 >= bytes.length ? `${letters.slice(0, 3)}=` : letters;
  }
  return text;
}

/** Length of a UTF-8 sequence, bits of its first byte, and the least code point that needs that length. */
const LEADS: readonly (readonly [from: number, to: number, more: number, mask: number, least: number])[] = [
  [0x00, 0x7f, 0, 0x7f, 0],
  [0xc2, 0xdf, 1, 0x1f, 0x80],
  [0xe0, 0xef, 2, 0x0f, 0x800],
  [0xf0, 0xf4, 3, 0x07, 0x10000],
];

/** Text of UTF-8 bytes, or undefined when they are not UTF-8: a report is never read with replacement characters. */
export function fromUtf8(bytes: Uint8Array): string | undefined {
  const parts: string[] = [];
  for (let at = 0; at < bytes.length;) {
    const first = bytes[at] ?? 0;
    const lead = LEADS.find(([from, to]) => first >= from && first <= to);
    if (lead === undefined) return undefined;
    const [, , more, mask, least] = lead;
    const point = sequence(bytes.subarray(at + 1, at + 1 + more), more, first & mask);
    if (point === undefined || point < least || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) return undefined;
    parts.push(String.fromCodePoint(point));
    at += 1 + more;
  }
  return parts.join('');
}

function sequence(rest: Uint8Array, more: number, first: number): number | undefined {
  if (rest.length < more || rest.some((byte) => byte >> 6 !== 2)) return undefined;
  return rest.reduce((point, byte) => (point << 6) | (byte & 0x3f), first);
}

export function toUtf8(text: string): Uint8Array {
  const bytes: number[] = [];
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0;
    if (point < 0x80) bytes.push(point);
    else if (point < 0x800) bytes.push(0xc0 | (point >> 6), tail(point, 0));
    else if (point < 0x10000) bytes.push(0xe0 | (point >> 12), tail(point, 6), tail(point, 0));
    else bytes.push(0xf0 | (point >> 18), tail(point, 12), tail(point, 6), tail(point, 0));
  }
  return Uint8Array.from(bytes);
}

function tail(point: number, shift: number): number {
  return 0x80 | ((point >> shift) & 0x3f);
}
