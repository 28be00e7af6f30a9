/** Decodes values by Specific Character Set (0008,0005). Characters of a set that is not read here become U+FFFD, never a wrong letter. */
export function textDecoder(characterSet: string | undefined): (bytes: Uint8Array) => string {
  const first = (characterSet ?? '').split('\\')[0]?.trim() ?? '';
  if (first === 'ISO_IR 192') return utf8;
  return first === 'ISO_IR 100' || first === 'ISO 2022 IR 100' ? (bytes) => chars(bytes, 0xff) : (bytes) => chars(bytes, 0x7f);
}

function chars(bytes: Uint8Array, highest: number): string {
  let text = '';
  for (const byte of bytes) text += byte <= highest ? String.fromCharCode(byte) : '\ufffd';
  return text;
}

/** UTF-8, strict: an overlong, cut or surrogate sequence becomes U+FFFD. */
export function utf8(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length;) {
    const { code, length } = nextCodePoint(bytes, at);
    text += String.fromCodePoint(code);
    at += length;
  }
  return text;
}

const LEADS = [
  { from: 0xc2, to: 0xdf, length: 2, mask: 0x1f, least: 0x80 },
  { from: 0xe0, to: 0xef, length: 3, mask: 0x0f, least: 0x800 },
  { from: 0xf0, to: 0xf4, length: 4, mask: 0x07, least: 0x10000 },
] as const;

function nextCodePoint(bytes: Uint8Array, at: number): { readonly code: number; readonly length: number } {
  const lead = bytes[at] ?? 0;
  if (lead < 0x80) return { code: lead, length: 1 };
  const kind = LEADS.find(({ from, to }) => lead >= from && lead <= to);
  if (!kind) return { code: 0xfffd, length: 1 };
  const tail = bytes.subarray(at + 1, at + kind.length);
  const good = tail.findIndex((next) => (next & 0xc0) !== 0x80);
  if (good >= 0 || tail.length < kind.length - 1) return { code: 0xfffd, length: 1 + (good >= 0 ? good : tail.length) };
  const code = tail.reduce((sum, next) => sum * 64 + (next & 0x3f), lead & kind.mask);
  return { code: isScalar(code, kind.least) ? code : 0xfffd, length: kind.length };
}

function isScalar(code: number, least: number): boolean {
  return code >= least && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
}

export function encodeUtf8(text: string): Uint8Array {
  const bytes: number[] = [];
  for (const letter of text) {
    const code = letter.codePointAt(0) ?? 0;
    if (code < 0x80) bytes.push(code);
    else if (code < 0x800) bytes.push(0xc0 | (code >> 6), 0x80 | (code & 63));
    else if (code < 0x10000) bytes.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
    else bytes.push(0xf0 | (code >> 18), 0x80 | ((code >> 12) & 63), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
  }
  return Uint8Array.from(bytes);
}
