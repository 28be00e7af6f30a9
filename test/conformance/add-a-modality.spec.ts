import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ModalityPlugin, PatientId, ReceivedQuantity, Sha256, SourceId } from '@concord/core/clinical';
import { hours, LOINC, minus } from '@concord/core/kernel';
import { readManifest, type EncoderEntry } from '@concord/governance/models';
import { modalities } from '@concord/modalities/registry';
import { createAssess } from '@concord/pipeline/assess';
import { tasks } from '@concord/tasks/registry';
import { CALM, NOON, patient } from '@concord/testing';
import { openModel, sha256, type TestModel } from '../model.ts';

const root = new URL('../../', import.meta.url).pathname;
const page = readFileSync(join(root, 'docs/how-to/add-a-modality.md'), 'utf8');
const fenced = (language: string): string => new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(page)?.[1] ?? '';

// Inside the repository, so that the page's imports resolve as a real folder's would; ignored by git.
const work = join(root, 'apps/lab/work');
let folder: string;
let model: TestModel;
let plugin: ModalityPlugin;

beforeAll(async () => {
  mkdirSync(work, { recursive: true });
  folder = mkdtempSync(join(work, 'how-to-'));
  writeFileSync(join(folder, 'index.ts'), fenced('ts'));
  plugin = ((await import(join(folder, 'index.ts'))) as { readonly capillaryRefill: ModalityPlugin }).capillaryRefill;
  model = await openModel();
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await model.runner.close();
});

const refill = (value: number, unit: string): ReceivedQuantity => ({
  kind: 'quantity',
  code: { system: LOINC, code: '44963-7' },
  value,
  unit,
  sourceId: 'nurse' as SourceId,
  subject: '00000000-0000-4000-8000-0000000000aa' as PatientId,
  blob: '0'.repeat(64) as Sha256,
  effectiveAt: minus(NOON, hours(1)),
  receivedAt: minus(NOON, hours(1)),
});

it('the sensor of the page takes what it says, in its units, and refuses the rest', () => {
  expect(plugin.accepts(refill(2, 's'))).toBe(true);
  expect(plugin.observe(refill(2400, 'ms'))).toMatchObject({ ok: true, value: [{ value: { number: 2.4, unit: 's' } }] });
  expect(plugin.observe(refill(2, 'kg'))).toMatchObject({ ok: false, error: { kind: 'unsupported-unit' } });
  expect(plugin.observe(refill(90, 's'))).toMatchObject({ ok: false, error: { kind: 'impossible-value' } });
});

it('with the line and the entry of the page, every existing answer is the same to the byte', async () => {
  const entry = JSON.parse(fenced('json')) as Readonly<Record<string, EncoderEntry>>;
  const manifest = readManifest({ ...model.bundle, encoders: { ...model.bundle.encoders, ...entry } });
  if (!manifest.ok) throw new Error(manifest.error.problems.join('; '));
  const observed = plugin.observe(refill(4, 's'));
  if (!observed.ok) throw new Error(observed.error.kind);
  const calm = patient()
    .admitted(minus(NOON, hours(12)), 'ward')
    .hourly(10, CALM);
  const seen = observed.value.reduce((built, observation) => built.observation(plugin.kind, observation), calm);
  const assess = createAssess({ plugins: [...modalities, plugin], bundle: manifest.value, runner: model.runner, hash: sha256 });
  const before = await model.assess({ timeline: calm.build(), asOf: NOON, tasks });
  expect(JSON.stringify(await assess({ timeline: seen.build(), asOf: NOON, tasks }))).toBe(JSON.stringify(before));
  expect(before.some(({ outcome }) => outcome.kind === 'scored')).toBe(true);
});
