import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blocksFolder, readBundle, SessionPool } from '@concord/adapters/onnx';
import type { BundleId, ModalityKind } from '@concord/core/clinical';
import { sigmoid } from '@concord/core/kernel';
import { tokenCohort, type TokenPatient, type TokenSource } from '@concord/generator';
import type { BundleManifest } from '@concord/governance/models';
import { auroc, ece, observedExpected, ranked, recalibration } from '@concord/pipeline/evaluate';
import { encode } from '@concord/stages/encoding';
import { fuse } from '@concord/stages/fusion';

/** Predictions for the generator's patients as the shipped bundle made them; `npm run lab -- refit` reads the same file in Python. */
const FILE = new URL('../../apps/lab/predictions/benchmark-fusion.json', import.meta.url);
const COUNT = 4_000;
/** Of the stored predictions, how many are made again by the bundle. */
const AGAIN = 384;
const HEAD = 'outcome';
const SEED = 'calibration-refit';
/** Fitted on other patients of the same generator, so the fits of the bundle differ by chance: no more than so many standard errors. */
const CHANCE = 4.5;

interface Figures {
  readonly slope: number;
  readonly intercept: number;
  readonly auroc: number;
  readonly ece: number;
  readonly observedExpected: number;
}

interface Stored {
  readonly bundle: string;
  readonly head: string;
  readonly blocks: readonly string[];
  /** Per pattern: float32 logits, little-endian, base64; outcomes as a text of 0 and 1; what a fit on them gives. */
  readonly patterns: Readonly<Record<string, { readonly logits: string; readonly outcomes: string; readonly figures: Figures }>>;
}

const folders = { models: new URL('../../infra/models', import.meta.url).pathname };
const runner = new SessionPool({ blocks: blocksFolder(folders), threads: 1 });
let bundle: BundleManifest;
beforeAll(async () => {
  bundle = await readBundle(folders, 'benchmark-fusion' as BundleId);
  if (process.env['CONCORD_GOLDEN'] === 'write') writeFileSync(FILE, `${JSON.stringify(await made(COUNT), null, 1)}\n`);
});
afterAll(() => runner.close());

const blocksOfBundle = (): readonly string[] => [...Object.values(bundle.encoders), bundle.fusion].map(({ block }) => block).sort();
const stored = (): Stored => JSON.parse(readFileSync(FILE, 'utf8')) as Stored;
const logitsOf = (text: string): Float32Array => {
  const bytes = Uint8Array.from(Buffer.from(text, 'base64'));
  return new Float32Array(bytes.buffer);
};

async function predicted(count: number): Promise<ReadonlyMap<string, readonly { readonly logit: number; readonly outcome: number }[]>> {
  const patients: readonly TokenPatient[] = [...tokenCohort({ seed: SEED, count, measured: 'by-severity' })];
  const tokens = patients.map(() => new Map());
  for (const { modality, encoder } of bundle.fusion.layout) {
    const entry = bundle.encoders[encoder]!;
    const inputs = patients.map(({ sources }) => {
      const own = sources[String(modality) as TokenSource];
      const tokenMask = new Uint8Array(own.ageHours.length).fill(1);
      return { name: modality, data: own.data, shape: entry.input.shape.slice(1), tokenMask, tokenAgeHours: own.ageHours };
    });
    (await encode(inputs, entry, runner)).forEach((own, row) => tokens[row]?.set(modality, own));
  }
  const rows = patients.map(({ measured }, row) => ({
    tokens: tokens[row]!,
    coalition: { modalities: measured as readonly string[] as readonly ModalityKind[] },
  }));
  const logits = await fuse(rows, bundle.fusion, runner);
  const column = bundle.fusion.heads.indexOf(HEAD);
  const by = new Map<string, { logit: number; outcome: number }[]>();
  patients.forEach(({ measured, labels }, row) => {
    const outcome = labels[HEAD as keyof typeof labels];
    if (outcome === null) return;
    const name = measured.join('+');
    by.set(name, [...(by.get(name) ?? []), { logit: Math.fround(logits[row]![column]!), outcome }]);
  });
  return by;
}

/** Platt on the stored logits, and what the fitted chances come to. */
function figuresOf(logits: Float32Array, outcomes: string): Figures {
  const outcome = Uint8Array.from(outcomes, Number);
  const { slope, intercept } = recalibration(ranked({ score: Float64Array.from(logits, (value) => sigmoid(value)), outcome }));
  const fitted = ranked({ score: Float64Array.from(logits, (value) => sigmoid(slope * value + intercept)), outcome });
  return { slope, intercept, auroc: auroc(fitted), ece: ece(fitted), observedExpected: observedExpected(fitted) };
}

async function made(count: number): Promise<Stored> {
  const patterns = [...(await predicted(count))]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, rows]) => {
      const values = Float32Array.from(rows, ({ logit }) => logit);
      const outcomes = rows.map(({ outcome }) => String(outcome)).join('');
      return [name, { logits: Buffer.from(values.buffer).toString('base64'), outcomes, figures: figuresOf(values, outcomes) }] as const;
    });
  return { bundle: bundle.id, head: HEAD, blocks: blocksOfBundle(), patterns: Object.fromEntries(patterns) };
}

describe("calibration from stored predictions of the generator's patients", () => {
  it('was made with the blocks that are shipped (CONCORD_GOLDEN=write makes it anew)', () => {
    expect(existsSync(FILE)).toBe(true);
    expect(stored().blocks).toEqual(blocksOfBundle());
  });

  it('gives the same slope, intercept and figures again, without training', () => {
    for (const [name, { logits, outcomes, figures }] of Object.entries(stored().patterns)) {
      const again = figuresOf(logitsOf(logits), outcomes);
      for (const [figure, value] of Object.entries(again)) expect(value, `${name} ${figure}`).toBeCloseTo(figures[figure as keyof Figures], 8);
    }
  });

  it('rests on predictions that the shipped bundle makes again from the same patients', async () => {
    const { patterns } = stored();
    for (const [name, rows] of await predicted(AGAIN)) {
      const kept = logitsOf(patterns[name]!.logits);
      rows.forEach(({ logit, outcome }, row) => {
        expect(Math.abs(logit - kept[row]!), name).toBeLessThanOrEqual(1e-5);
        expect(String(outcome)).toBe(patterns[name]!.outcomes[row]);
      });
    }
  });

  it('agrees with the maps of the manifest, which other patients taught, within chance', () => {
    for (const { head, pattern, slope, intercept, covariance } of bundle.calibrations.filter((one) => one.head === HEAD)) {
      const { logits, outcomes } = stored().patterns[pattern.join('+')]!;
      const values = logitsOf(logits);
      const again = figuresOf(values, outcomes);
      // Where a source says nothing the map was left as it is; there is nothing to compare.
      if (covariance[0] === 0) continue;
      const error = (which: 0 | 2): number => Math.sqrt(covariance[which] * (1 + entryPatients(head, pattern) / values.length));
      expect(Math.abs(again.slope - slope) / error(0), `${pattern.join('+')} slope`).toBeLessThan(CHANCE);
      expect(Math.abs(again.intercept - intercept) / error(2), `${pattern.join('+')} intercept`).toBeLessThan(CHANCE);
    }
  });
});

function entryPatients(head: string, pattern: readonly ModalityKind[]): number {
  return bundle.calibrations.find((one) => one.head === head && one.pattern.join() === pattern.join())?.patients ?? 0;
}
