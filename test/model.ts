import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { blocksFolder, readActiveBundle, readServableBundle, SessionPool } from '@concord/adapters/onnx';
import type { Assess, BundleId, ImageValue, Sha256 } from '@concord/core/clinical';
import type { Hash } from '@concord/core/ports';
import type { PhantomFinding } from '@concord/generator';
import type { BundleManifest } from '@concord/governance/models';
import { modalities } from '@concord/modalities/registry';
import { createAssess } from '@concord/pipeline/assess';
import { drawnFilm as drawn } from '../apps/cli/src/bench/drawn-film.ts';

export const FOLDERS = { models: fileURLToPath(new URL('../infra/models', import.meta.url)) };

export const sha256: Hash = (bytes) => createHash('sha256').update(bytes).digest('hex') as Sha256;

/** The bundle that a fresh clone serves. */
export function bundle(): Promise<BundleManifest> {
  return readActiveBundle(FOLDERS);
}

export interface TestModel {
  readonly bundle: BundleManifest;
  readonly runner: SessionPool;
  readonly assess: Assess;
}

/** The shipped pipeline with the shipped weights in a real session thread, of the active bundle or of one by name. The caller closes the runner. */
export async function openModel(name?: string): Promise<TestModel> {
  const active = name === undefined ? await bundle() : await readServableBundle(FOLDERS, name as BundleId);
  const runner = new SessionPool({ blocks: blocksFolder(FOLDERS), threads: 1 });
  return { bundle: active, runner, assess: createAssess({ plugins: modalities, bundle: active, runner, hash: sha256 }) };
}

export const REPORT = [
  'CHEST RADIOGRAPH, PORTABLE AP.',
  'Findings: There is a moderate left pleural effusion.',
  'New patchy opacity in the right lower lung zone.',
  'No pneumothorax is seen.',
  'Impression: Left pleural effusion and right basal opacity.',
].join('\n');

/** A drawn film of nobody, as the image modality keeps it. */
export function drawnFilm(findings: readonly PhantomFinding[] = [{ kind: 'effusion', side: 'left', volume: 0.6 }], seed = 11): ImageValue {
  return drawn({ seed, findings });
}
