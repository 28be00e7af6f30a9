import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { SessionPool } from '@concord/adapters/onnx';
import { modalities } from '@concord/modalities/registry';
import { diedInHospital, hourlyRecords, mortalityRecords, mortalityTimeline } from '@concord/pipeline/evaluate';
import { indexHours } from '@concord/tasks/physiological-decline';
import { sepsisHours } from '@concord/tasks/sepsis-onset';
import type { Sha256 } from '@concord/core/clinical';
import { parityOf } from './parity.ts';
import { inventHours, inventStays, inventWearables } from './sample-invented.ts';
import { wearableTensors } from './wearable-tensors.ts';

const folder = mkdtempSync(join(tmpdir(), 'concord-trial-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});
const wish = (name: string) => ({ out: join(folder, name), patients: 30, seed: 3 });
const unpacked = (name: string, file: string): string => gunzipSync(readFileSync(join(folder, name, file))).toString('utf8');

describe('invented folders of the lab', () => {
  it('hold hours that decline and hours before sepsis, read as the set of 2019 is', () => {
    inventHours(wish('hours'));
    const records = [...hourlyRecords(unpacked('hours', 'vitals_hourly.csv.gz'))];
    expect(records).toHaveLength(30);
    const declines = records.filter(({ hours }) => indexHours(hours, 12).some(({ label }) => label));
    const septic = records.filter(({ sepsis, firstIcuHour }) =>
      sepsisHours({ icuHours: sepsis.map((_, row) => firstIcuHour + row), labels: sepsis }).some(({ label }) => label),
    );
    expect(declines.length).toBeGreaterThanOrEqual(5);
    expect(septic).toHaveLength(10);
  });

  it('hold stays of both sets whose signs and labs pass the doors, some of which end in death', () => {
    inventStays(wish('stays'));
    for (const set of ['a', 'b']) {
      const stays = [...mortalityRecords(unpacked('stays', `events_set_${set}.csv.gz`))];
      const died = diedInHospital(readFileSync(join(folder, 'stays', `outcomes_set_${set}.csv`), 'utf8'));
      expect(stays.map(({ recordId }) => died.has(recordId))).not.toContain(false);
      expect(new Set(died.values())).toEqual(new Set([true, false]));
      const kinds = [...mortalityTimeline(stays[0]!, modalities).streams].filter(([, { observations }]) => observations.length > 0).map(([kind]) => kind);
      expect(kinds).toEqual(expect.arrayContaining(['vitals', 'labs']));
    }
  });

  it('hold days of people with a watch, the same for the same seed', () => {
    inventWearables(wish('days'));
    inventWearables(wish('days-again'));
    const [days] = wearableTensors(join(folder, 'days'));
    expect(days?.shape[0]).toBeGreaterThan(500);
    for (const file of readdirSync(join(folder, 'days')))
      expect(readFileSync(join(folder, 'days-again', file))).toEqual(readFileSync(join(folder, 'days', file)));
  });
});

describe('parity between the lab and the server', () => {
  const models = new URL('../../../../infra/models/', import.meta.url).pathname;
  const manifest = JSON.parse(readFileSync(join(models, 'concord-5/manifest.json'), 'utf8')) as {
    encoders: Record<string, { block: string; input: { name: string; shape: number[] }; output: { name: string; shape: number[] } }>;
  };

  it('is shown for a block that answers alike, and refused when one number is off by a ten-thousandth', async () => {
    const { block, input, output } = manifest.encoders['vitals']!;
    const pool = new SessionPool({ blocks: join(models, 'blocks'), threads: 1 });
    const data = Float32Array.from({ length: input.shape.reduce((a, b) => a * b, 1) }, (_, at) => (at % 7) / 7);
    const said = await pool.run(block as Sha256, { [input.name]: { shape: input.shape, data } }).finally(() => pool.close());
    symlinkSync(join(models, 'blocks', `${block}.onnx`), join(folder, 'vitals.onnx'));
    const packed = (values: Float32Array, shape: readonly number[]) => ({
      shape,
      data: Buffer.from(Uint8Array.from(new Uint8Array(new Float32Array(values).buffer))).toString('base64'),
    });
    const write = (values: Float32Array): void => {
      writeFileSync(
        join(folder, 'vitals.probe.json'),
        JSON.stringify({ inputs: { [input.name]: packed(data, input.shape) }, outputs: { tokens: packed(values, output.shape) } }),
      );
    };
    const tokens = said['tokens']!.data;
    write(tokens);
    expect(await parityOf(folder)).toEqual([{ block: 'vitals', output: 'tokens', difference: 0 }]);
    const off = Float32Array.from(tokens);
    off[5] = (off[5] ?? 0) + 1e-4;
    write(off);
    expect((await parityOf(folder))[0]?.difference).toBeGreaterThan(1e-5);
  });
});
