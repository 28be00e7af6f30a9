import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { writePart10, type DicomElement } from './part10.ts';
import { preScan } from './pre-scan.ts';
import { IMPLICIT_LITTLE_ENDIAN } from './syntax.ts';

const item = (children: readonly DicomElement[]): DicomElement => ({ tag: 0x00081140, vr: 'SQ', value: [children] });
const deep = (levels: number): DicomElement =>
  Array.from({ length: levels }).reduce<DicomElement>((inner) => item([inner]), { tag: 0x00080018, vr: 'UI', value: '1.2' });
const file = (elements: readonly DicomElement[], transferSyntaxUid?: string) =>
  writePart10({ sopClassUid: '1.2', sopInstanceUid: '1.3', elements, ...(transferSyntaxUid !== undefined && { transferSyntaxUid }) });
const usual: readonly DicomElement[] = [
  { tag: 0x00080018, vr: 'UI', value: '1.2.3' },
  item([{ tag: 0x00080060, vr: 'CS', value: 'DX' }]),
  { tag: 0x00090010, vr: 'LO', value: 'PRIVATE' },
  { tag: 0x7fe00010, vr: 'OW', value: new Uint8Array(512) },
];

describe('the walk before the parser', () => {
  it.each([undefined, IMPLICIT_LITTLE_ENDIAN])('finds the pixels of a file that says the truth (%s)', (syntax) => {
    const bytes = file(usual, syntax);
    const scan = preScan(bytes);
    expect(scan.ok && scan.value.pixels).toEqual({ kind: 'native', offset: bytes.length - 512, length: 512 });
    expect(scan.ok && scan.value.topTags).toEqual([0x00080018, 0x00081140, 0x00090010, 0x7fe00010]);
  });

  it('takes 32 levels of sequences and refuses 33', () => {
    expect(preScan(file([deep(32)])).ok).toBe(true);
    expect(preScan(file([deep(33)]))).toMatchObject({ ok: false, error: { kind: 'over-limit' } });
  });

  it('refuses a file that was cut anywhere before its last element ends', () => {
    const bytes = file(usual);
    for (let length = 0; length < bytes.length - 512; length += 1) {
      const cut = preScan(bytes.subarray(0, length));
      // Cut exactly between two elements the file is shorter, not torn: the identity checks judge it then.
      if (cut.ok) expect(cut.value.pixels).toBeUndefined();
    }
    for (let length = bytes.length - 511; length < bytes.length; length += 7) expect(preScan(bytes.subarray(0, length)).ok).toBe(false);
  });

  it('never throws, never runs long and never points outside, whatever was changed in the bytes', () => {
    const base = file([...usual, deep(3)].sort((a, b) => a.tag - b.tag));
    const change = fc.tuple(fc.nat(base.length - 1), fc.integer({ min: 0, max: 255 }));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 12 }), fc.nat(base.length), (changes, length) => {
        const bytes = base.slice(0, length < 200 ? base.length : length);
        for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
        const scan = preScan(bytes);
        if (!scan.ok || scan.value.pixels?.kind !== 'native') return true;
        return scan.value.pixels.offset + scan.value.pixels.length <= bytes.length;
      }),
      { numRuns: 4_000 },
    );
  });

  it('takes no noise for a file', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2_000 }), (noise) => {
        const bytes = new Uint8Array(132 + noise.length);
        bytes.set([0x44, 0x49, 0x43, 0x4d], 128);
        bytes.set(noise, 132);
        return !preScan(bytes).ok;
      }),
      { numRuns: 1_000 },
    );
  });
});
