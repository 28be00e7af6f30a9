import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isBoundary, MultipartReader } from './multipart.ts';
import { encodeUtf8 } from './text.ts';

const join = (parts: readonly Uint8Array[]) => Uint8Array.from(parts.flatMap((part) => [...part]));
const body = (parts: readonly Uint8Array[], close = '--b--\r\n') =>
  join([...parts.flatMap((part) => [encodeUtf8('--b\r\nContent-Type: application/dicom\r\n\r\n'), part, encodeUtf8('\r\n')]), encodeUtf8(close)]);

function read(bytes: Uint8Array, sizes: readonly number[]) {
  const reader = new MultipartReader('b');
  for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    const error = reader.push(bytes.subarray(at, at + size));
    if (error) return { ok: false as const, error };
    at += size;
  }
  return reader.end();
}

describe('an upload in parts', () => {
  it('is the same however the network cuts it, even through a delimiter', () => {
    // Line ends, dashes and the boundary itself are frequent, so that near misses happen.
    const tricky = fc.array(fc.constantFrom(0x0d, 0x0a, 0x2d, 0x62, 0x00, 0x41), { maxLength: 60 }).map((bytes) => Uint8Array.from(bytes));
    const safe = tricky.filter(
      (bytes) => !String.fromCharCode(...bytes).match(/(^|\r\n)--b(--|[ \t]*\r\n|$)/) && !/\r\n?-?-?b?$/.test(String.fromCharCode(...bytes)),
    );
    fc.assert(
      fc.property(fc.array(safe, { minLength: 1, maxLength: 4 }), fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 }), (parts, sizes) => {
        const found = read(body(parts), sizes);
        expect(found.ok && found.value.map(({ bytes }) => [...bytes])).toEqual(parts.map((part) => [...part]));
      }),
      { numRuns: 500 },
    );
  });

  it('keeps nothing when its end is missing, wherever it broke off', () => {
    const whole = body([encodeUtf8('first'), encodeUtf8('second')]);
    for (let length = 0; length < whole.length - 4; length += 1) expect(read(whole.subarray(0, length), [3]).ok).toBe(false);
  });

  it('keeps a boundary inside a line as content', () => {
    const found = read(body([encodeUtf8('a --b-- c\n--b\r\nd')]), [4]);
    expect(found.ok && found.value.length).toBe(1);
  });

  it('ends at its limits', () => {
    const small = { parts: 1, headerBytes: 40, bytes: 10 };
    const errorOf = (bytes: Uint8Array) => new MultipartReader('b', small).push(bytes)?.kind;
    expect(errorOf(body([encodeUtf8('a'), encodeUtf8('b'), encodeUtf8('c')]))).toBe('over-limit');
    expect(errorOf(body([new Uint8Array(200)]))).toBe('over-limit');
    expect(errorOf(encodeUtf8(`--b\r\nX: ${'y'.repeat(100)}`))).toBe('bad-part-header');
    expect(isBoundary('x'.repeat(71)) || isBoundary('')).toBe(false);
  });
});
