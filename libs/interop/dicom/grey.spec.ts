import { describe, expect, it } from 'vitest';
import type { Sha256 } from '@concord/core/clinical';
import { writePart10, type DicomElement } from './part10.ts';
import { readInstance } from './read.ts';

const ports = { hash: () => '0'.repeat(64) as Sha256, inflate: () => undefined, jpeg: { name: 'none', decode: () => undefined } };

/** One row of 16-bit words through the pipeline. */
function shown(words: readonly number[], changes: readonly DicomElement[] = []) {
  const usual: DicomElement[] = [
    { tag: 0x00080016, vr: 'UI', value: '1.2' },
    { tag: 0x00080018, vr: 'UI', value: '1.3' },
    { tag: 0x0020000d, vr: 'UI', value: '1.4' },
    { tag: 0x0020000e, vr: 'UI', value: '1.5' },
    { tag: 0x00280002, vr: 'US', value: [1] },
    { tag: 0x00280004, vr: 'CS', value: 'MONOCHROME2' },
    { tag: 0x00280010, vr: 'US', value: [1] },
    { tag: 0x00280011, vr: 'US', value: [words.length] },
    { tag: 0x00280100, vr: 'US', value: [16] },
    { tag: 0x00280101, vr: 'US', value: [12] },
    { tag: 0x00280102, vr: 'US', value: [11] },
    { tag: 0x00280103, vr: 'US', value: [0] },
    { tag: 0x7fe00010, vr: 'OW', value: words },
  ];
  const changed = new Set(changes.map(({ tag }) => tag));
  const elements = [...usual.filter(({ tag }) => !changed.has(tag)), ...changes];
  const read = readInstance(writePart10({ sopClassUid: '1.2', sopInstanceUid: '1.3', elements }), 'UTC', ports);
  if (!read.ok) throw new Error(read.error.reason);
  return read.value;
}
const window = (centre: number, width: number, name = 'LINEAR'): DicomElement[] => [
  { tag: 0x00281050, vr: 'DS', value: String(centre) },
  { tag: 0x00281051, vr: 'DS', value: String(width) },
  { tag: 0x00281056, vr: 'CS', value: name },
];
const grey = (words: readonly number[], changes: readonly DicomElement[]) => [...(shown(words, changes).pixels?.grey ?? [])];
const lut = (first: number, bits: number, data: readonly number[]): DicomElement[] => [
  { tag: 0x00283002, vr: 'US', value: [data.length, first, bits] },
  { tag: 0x00283006, vr: 'OW', value: data },
];

describe('grey values', () => {
  it('follow LINEAR as PS3.3 C.11.2.1.2.1 writes it: centre less a half, width less one', () => {
    // y = ((x − 99.5) / 99 + 0.5) × 255, black up to 50, white from 150 on.
    expect(grey([49, 50, 75, 100, 149, 150], window(100, 100))).toEqual([0, 0, 64, 129, 255, 255]);
    expect(grey([9, 10, 11], window(10.5, 1)), 'width 1 is a threshold').toEqual([0, 0, 255]);
  });

  it('follow LINEAR_EXACT and SIGMOID', () => {
    expect(grey([50, 100, 150], window(100, 100, 'LINEAR_EXACT'))).toEqual([0, 128, 255]);
    expect(grey([0, 100, 200], window(100, 100, 'SIGMOID'))).toEqual([5, 128, 250]);
  });

  it('are turned over for MONOCHROME1 after the window, once, even when the shape says INVERSE too', () => {
    const inverse: DicomElement[] = [
      { tag: 0x00280004, vr: 'CS', value: 'MONOCHROME1' },
      { tag: 0x20500020, vr: 'CS', value: 'INVERSE' },
    ];
    expect(grey([50, 75, 150], [...window(100, 100), ...inverse])).toEqual([255, 191, 0]);
  });

  it('take rescale before the window, also a negative slope', () => {
    const rescale: DicomElement[] = [
      { tag: 0x00281052, vr: 'DS', value: '0' },
      { tag: 0x00281053, vr: 'DS', value: '-10' },
    ];
    expect(grey([0, 10, 20], [...window(-100, 201), ...rescale])).toEqual([255, 128, 1]);
  });

  it('take a modality table instead of rescale, never both', () => {
    const table: DicomElement[] = [
      { tag: 0x00283000, vr: 'SQ', value: [lut(1, 16, [0, 50, 100])] },
      { tag: 0x00281053, vr: 'DS', value: '1000' },
    ];
    const one = shown([0, 1, 2, 3, 4], [...window(50, 100, 'LINEAR_EXACT'), ...table]);
    expect([...(one.pixels?.grey ?? [])], 'outside the table its ends count').toEqual([0, 0, 128, 255, 255]);
    expect(one.pixels?.recipe).toMatchObject({ modalityLut: 'sequence', voi: 'window', voiFunction: 'LINEAR_EXACT' });
  });

  it('take a VOI table instead of a window', () => {
    const one = shown([0, 1, 2], [...window(1, 2), { tag: 0x00283010, vr: 'SQ', value: [lut(0, 10, [1023, 0, 512])] }]);
    expect([...(one.pixels?.grey ?? [])]).toEqual([255, 0, 128]);
    expect(one.pixels?.recipe.voi).toBe('sequence');
  });

  it('refuse a table that is shorter than it says, rather than invent grey', () => {
    const short = lut(0, 8, [1, 2, 3]).map((element) => (element.vr === 'US' ? { ...element, value: [400, 0, 8] } : element));
    expect(shown([0], [{ tag: 0x00283010, vr: 'SQ', value: [short] }]).unusedReason).toMatch(/look-up table/);
  });

  it('know nothing of overlay bits and extend the sign', () => {
    expect(grey([0xf032, 0x0096], window(100, 100))).toEqual([0, 255]);
    const signed: DicomElement[] = [{ tag: 0x00280103, vr: 'US', value: [1] }];
    expect(grey([0x0fff, 0x0000, 0x0001], [...window(0, 2, 'LINEAR_EXACT'), ...signed])).toEqual([0, 128, 255]);
  });

  it('without a window are derived and say so; padding counts for nothing and comes out black', () => {
    const one = shown([100, 200, 300, 4095], [{ tag: 0x00280120, vr: 'US', value: [4095] }]);
    expect([...(one.pixels?.grey ?? [])]).toEqual([0, 128, 255, 0]);
    expect(one.pixels?.recipe).toMatchObject({ voi: 'derived', windowCentre: 200, windowWidth: 200, bitsStored: 12, inverted: false });
  });
});
