import { createHash } from 'node:crypto';
import { inflateSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { instant } from '@concord/core/kernel';
import { chestPhantom, phantomDicom } from '@concord/generator';
import { openDicomReader, READER_LIMITS } from './dicom-reader.ts';
import { boundedInflate } from './inflate.ts';
import { openJpegCodec } from './jpeg.ts';
import { greyPng } from './png.ts';

const film = () => phantomDicom(chestPhantom({ seed: 1, findings: [], size: 128 }), { seed: 1, patientId: 'x', takenAt: instant(0), viewPosition: 'PA' }).bytes;

describe('reading files in a thread of their own', () => {
  const reader = openDicomReader();
  afterAll(() => reader.close());

  it('gives many files at once their own answers', async () => {
    const answers = await Promise.all([film(), new Uint8Array(10), film()].map((bytes) => reader.read(bytes, 'UTC')));
    expect(answers.map(({ ok }) => ok)).toEqual([true, false, true]);
    const [first] = answers;
    expect(first?.ok && first.value.pixels?.grey.length).toBe(128 * 128);
  });

  it('refuses what takes too long, and reads the next file in a fresh thread', async () => {
    const hasty = openDicomReader({ ...READER_LIMITS, longestMs: 0 });
    const late = await hasty.read(film(), 'UTC');
    expect(late.ok ? 'read' : late.error.reason).toMatch(/longer than allowed/);
    expect((await hasty.read(new Uint8Array(1), 'UTC')).ok).toBe(false);
    await hasty.close();
  });

  it('answers what waits when it closes, and takes nothing afterwards', async () => {
    const closing = openDicomReader();
    const waiting = [closing.read(film(), 'UTC'), closing.read(film(), 'UTC'), closing.read(film(), 'UTC')];
    await closing.close();
    expect((await Promise.all(waiting)).map(({ ok }) => ok)).toEqual([true, false, false]);
    expect((await closing.read(film(), 'UTC')).ok).toBe(false);
  });
});

describe('bytes from outside', () => {
  it('are inflated up to their bound and not beyond', () => {
    expect(boundedInflate(Uint8Array.from([0x63, 0x00]), 10)).toBeUndefined();
    expect(boundedInflate(Uint8Array.from([0x4b, 0x04, 0x00]), 10)).toEqual(Buffer.from('a'));
    expect(boundedInflate(Uint8Array.from([0x4b, 0x04, 0x00]), 1)).toEqual(Buffer.from('a'));
  });

  it('that are no JPEG decode to nothing, and the codec goes on', async () => {
    const jpeg = await openJpegCodec();
    for (let turn = 0; turn < 3; turn += 1) expect(jpeg.decode(createHash('sha256').update(String(turn)).digest())).toBeUndefined();
  });
});

describe('a rendered picture', () => {
  it('holds exactly the grey values of the frame', async () => {
    const grey = Uint8Array.from({ length: 7 * 5 }, (_, at) => (at * 37) % 256);
    const png = Buffer.from(await greyPng({ columns: 7, rows: 5, grey }));
    expect([png.readUInt32BE(16), png.readUInt32BE(20), png[24], png[25]]).toEqual([7, 5, 8, 0]);
    const at = png.indexOf('IDAT');
    const lines = inflateSync(png.subarray(at + 4, at + 4 + png.readUInt32BE(at - 4)));
    const back = new Uint8Array(35);
    for (let row = 0; row < 5; row += 1) {
      for (let column = 0; column < 7; column += 1) {
        const above = lines[row * 8] === 2 ? (back[(row - 1) * 7 + column] ?? 0) : 0;
        back[row * 7 + column] = (lines[row * 8 + 1 + column] ?? 0) + above;
      }
    }
    expect(back).toEqual(grey);
  });
});
