import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { openDicomReader } from '@concord/adapters/codecs';
import { sha256 } from '@concord/adapters/crypto';
import { blocksFolder, readActiveBundle, SessionPool } from '@concord/adapters/onnx';
import type { TensorInput } from '@concord/core/clinical';
import { chestImaging } from '@concord/modalities/chest-imaging';
import { findingLogits } from '@concord/stages/encoding';
import { receivedFilm } from '../../apps/cli/src/lab/nih-film.ts';

const images = new URL('../../../shared/data/nih_cxr_subset/images/', import.meta.url);
const stored = new URL('../../apps/lab/predictions/chest-findings.json', import.meta.url);
const folders = { models: fileURLToPath(new URL('../../infra/models', import.meta.url)) };
const FILMS = 13;

// Under CONCORD_STRICT=1 the missing folder fails the test instead.
describe.skipIf(!existsSync(images) && process.env['CONCORD_STRICT'] !== '1')(
  'findings of real films (skipped where shared/data/nih_cxr_subset is absent)',
  async () => {
    const bundle = await readActiveBundle(folders);
    const entry = bundle.findings?.find(({ modality }) => modality === chestImaging.kind);
    const reader = openDicomReader();
    const runner = new SessionPool({ blocks: blocksFolder(folders), threads: 1 });
    afterAll(async () => {
      await Promise.all([reader.close(), runner.close()]);
    });

    it('are what the lab computed, to a hundred-thousandth, whatever stands beside them in a run', async () => {
      const { columns, rows } = JSON.parse(readFileSync(stored, 'utf8')) as { columns: string[]; rows: Record<string, string> };
      expect(entry?.findings.map(({ name }) => name)).toEqual(columns);
      const tensors: TensorInput[] = [];
      const expected: (readonly number[])[] = [];
      for (const [row, file] of readdirSync(images)
        .sort()
        .filter((_, at) => at % 50 === 0)
        .slice(0, FILMS)
        .entries()) {
        const own = rows[sha256(new TextEncoder().encode(file)).slice(0, 7)]?.split(' ').slice(1).map(Number);
        const received = await receivedFilm({ bytes: readFileSync(new URL(file, images)), patientId: file, view: 'PA', row: row + 1 }, reader);
        const observed = received && chestImaging.observe(received);
        if (own === undefined || observed?.ok !== true || observed.value[0]?.value.prepared === undefined) continue;
        tensors.push(chestImaging.align({ kind: chestImaging.kind, observations: observed.value }, observed.value[0].effectiveAt));
        expected.push(own);
      }
      expect(tensors.length).toBeGreaterThan(FILMS / 2);
      const logits = await findingLogits(tensors, entry!, runner);
      logits.forEach((row, at) => {
        row.forEach((value, column) => {
          expect(Math.abs(value - (expected[at]?.[column] ?? Number.NaN))).toBeLessThanOrEqual(1e-5 * Math.max(1, Math.abs(value)));
        });
      });
      const [alone] = await findingLogits(tensors.slice(0, 1), entry!, runner);
      expect(alone).toEqual(logits[0]);
    });
  },
);
