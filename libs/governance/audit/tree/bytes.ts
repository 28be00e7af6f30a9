const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** The parts one after the other. */
export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Negative, zero or positive, byte by byte from the left; a prefix comes first. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i += 1) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

export const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => compareBytes(a, b) === 0;

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** Lower-case hexadecimal digits. */
export function toHex(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += HEX[byte] ?? '';
  return text;
}

/** Eight bytes, most significant first. @param value a whole number from 0 to 2^53 - 1. */
export function uint64(value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  let rest = value;
  for (let at = 7; at >= 0; at -= 1) {
    bytes[at] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  return bytes;
}

/** Reads what `uint64` wrote. */
export function readUint64(bytes: Uint8Array, at: number): number {
  let value = 0;
  for (let i = at; i < at + 8; i += 1) value = value * 256 + (bytes[i] ?? 0);
  return value;
}

/** UTF-8 (RFC 3629); a pure group has no TextEncoder. */
export function utf8(text: string): Uint8Array {
  const bytes = [...encodeURIComponent(text).matchAll(/%([0-9A-F]{2})|(.)/g)].map(([, hex, plain]) =>
    hex === undefined ? (plain ?? '').charCodeAt(0) : parseInt(hex, 16),
  );
  return Uint8Array.from(bytes);
}

/** Base64 with padding (RFC 4648). */
export function toBase64(bytes: Uint8Array): string {
  let out = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const word = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    const left = bytes.length - at;
    for (let sextet = 0; sextet < 4; sextet += 1) out += sextet > left ? '=' : ALPHABET.charAt((word >> (18 - 6 * sextet)) & 63);
  }
  return out;
}

/** The bytes, or undefined for anything but canonical padded base64. */
export function fromBase64(text: string): Uint8Array | undefined {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return undefined;
  const digits = text.replace(/=+$/, '');
  const bytes = new Uint8Array(Math.floor((digits.length * 3) / 4));
  let word = 0;
  for (let i = 0, at = 0; i < digits.length; i += 1) {
    word = ((word << 6) | ALPHABET.indexOf(digits.charAt(i))) & 0xffffff;
    if (i % 4 === 0) continue;
    bytes[at] = (word >> (6 - 2 * (i % 4))) & 0xff;
    at += 1;
  }
  return toBase64(bytes) === text ? bytes : undefined;
}
