import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { boundedInflate, openJpegCodec } from '@concord/adapters/codecs';
import { sha256 } from '@concord/adapters/crypto';
import { readInstance, type ReadPorts } from '@concord/interop/dicom';

const folder = join(import.meta.dirname, '../../../shared/data/dicom_conformance');
const absent = !existsSync(join(folder, 'manifest.csv')) && process.env['CONCORD_STRICT'] !== '1';

interface Row {
  readonly file: string;
  readonly syntax: string;
  readonly sha: string;
}

function manifest(): readonly Row[] {
  const [head = [], ...rows] = readFileSync(join(folder, 'manifest.csv'), 'utf8')
    .trim()
    .split(/\r?\n/)
    .map((line) => [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, plain]) => quoted ?? plain ?? ''));
  return rows.map((row) => {
    const cell = (name: string) => row[head.indexOf(name)] ?? '';
    return { file: cell('file'), syntax: cell('transfer_syntax'), sha: cell('pixel_sha256') };
  });
}

const DECODED = ['1.2.840.10008.1.2', '1.2.840.10008.1.2.1', '1.2.840.10008.1.2.1.99'];
const LONGEST_MS = 2_000;

describe.skipIf(absent)('real DICOM files of shared/data/dicom_conformance (skipped where the folder is absent)', () => {
  let ports: ReadPorts;
  let rows: readonly Row[];
  beforeAll(async () => {
    rows = manifest();
    ports = { hash: sha256, inflate: boundedInflate, jpeg: await openJpegCodec() };
  });
  const read = ({ file }: Row) => readInstance(readFileSync(join(folder, file)), 'Europe/Berlin', ports);

  it('give the stored values of the reference decoder, in every grey-scale file whose syntax is decoded', () => {
    let compared = 0;
    for (const row of rows.filter(({ syntax, sha }) => sha !== '' && DECODED.includes(syntax))) {
      const found = read(row);
      if (!found.ok || found.value.pixels === undefined) continue;
      expect([row.file, found.value.pixels.recipe.storedValuesSha256]).toEqual([row.file, row.sha]);
      compared += 1;
    }
    expect(compared).toBe(40);
  });

  it('of baseline JPEG are decoded, rescaled and said to be', () => {
    const row = rows.find(({ file }) => file.includes('JPEGProcess1Transfer'));
    const found = row && read(row);
    const pixels = found?.ok ? found.value.pixels : undefined;
    expect(pixels?.recipe.decoder).toContain('libjpeg-turbo');
    expect(pixels?.recipe.modalityLut).toBe('rescale');
  });

  it('are read, kept undecoded with a reason, or refused with one: none crashes, none takes long', () => {
    const states = { decoded: 0, kept: 0, refused: 0 };
    for (const row of rows) {
      const began = performance.now();
      const found = read(row);
      expect([row.file, performance.now() - began < LONGEST_MS]).toEqual([row.file, true]);
      if (!found.ok) expect(found.error.reason).toMatch(/\w{3}/);
      else if (found.value.pixels === undefined) expect([row.file, found.value.unusedReason]).toEqual([row.file, expect.stringMatching(/\.$/)]);
      states[!found.ok ? 'refused' : found.value.pixels ? 'decoded' : 'kept'] += 1;
    }
    expect(states).toEqual({ decoded: 41, kept: 92, refused: 29 });
  });

  it('that cannot be decoded yet name their syntax', () => {
    const row = rows.find(({ file }) => file === 'cr_dx/RG1_J2KI.dcm');
    const found = row && read(row);
    expect(found?.ok && found.value.unusedReason).toContain('JPEG 2000');
  });

  it('hold no patient in their metadata, at any depth', () => {
    for (const row of rows) {
      const found = read(row);
      if (found.ok)
        expect([row.file, JSON.stringify(found.value.dicomJson).match(/"(0010|[0-9A-F]{3}[13579BDF])[0-9A-F]{4}":\{"vr"/)]).toEqual([row.file, null]);
    }
  });
});
