import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Activation, ModelBundle } from '@concord/contracts';
import type { BundleId } from '@concord/core/clinical';
import {
  activateBundle,
  activeBundle,
  blocksFolder,
  bundleBytes,
  bundleIds,
  BundleUnusable,
  readBundle,
  readServableBundle,
  SessionPool,
  type ActiveBundle,
} from '@concord/adapters/onnx';
import { sourceAttributesSection } from '@concord/governance/models';
import { probeBundle } from '@concord/pipeline/assess';

/** What the probe set said of a bundle on this machine. */
export interface Probed {
  readonly reproduces: boolean;
  /** Largest distance from the expected logits. */
  readonly maxDifference: number;
}

/** The bundles of this installation, and the one that answers. */
export class ModelShelf {
  readonly #folders: { readonly models: string; readonly data: string };

  constructor(modelsDir: string, dataDir: string) {
    this.#folders = { models: modelsDir, data: dataDir };
  }

  /** @returns nothing active when no file names a bundle: then every question is answered by an abstention. */
  async active(): Promise<ActiveBundle | undefined> {
    return orUnusable(() => activeBundle(this.#folders), undefined);
  }

  async has(id: string): Promise<boolean> {
    return (await bundleIds(this.#folders)).some((known) => known === id);
  }

  async bundles(): Promise<readonly ModelBundle[]> {
    const active = await this.active();
    return Promise.all((await bundleIds(this.#folders)).map((id) => this.#bundle(id, active)));
  }

  async #bundle(id: BundleId, active: ActiveBundle | undefined): Promise<ModelBundle> {
    const state = id === active?.current ? 'active' : id === active?.previous ? 'previous' : 'kept';
    try {
      const bundle = await readBundle(this.#folders, id);
      return {
        id,
        state,
        unusable: bundle.benchmark === undefined ? null : 'Made to be measured on generated patients; it answers nobody.',
        title: bundle.title,
        created: bundle.created,
        intendedUse: bundle.intendedUse,
        report: (await this.report(id)) !== undefined,
        bytes: await bundleBytes(this.#folders, bundle),
        heads: [...bundle.fusion.heads],
        calibrations: bundle.calibrations.map(({ head, pattern, slope, intercept, evidenceLevel, patients, events }) => ({
          head,
          pattern: [...pattern],
          slope,
          intercept,
          evidenceLevel,
          patients,
          events,
        })),
        thresholds: { ...bundle.thresholds },
        metrics: bundle.metrics.map((metric) => ({
          ...metric,
          pattern: [...metric.pattern],
          interval: metric.interval === null ? null : [metric.interval[0], metric.interval[1]],
        })),
        training: bundle.training.map(({ name, licence, use }) => ({ name, licence, use })),
      };
    } catch (error) {
      if (error instanceof BundleUnusable) return { ...NOTHING, id, state, unusable: error.message };
      throw error;
    }
  }

  /** The model card as Markdown, with the source attributes that its manifest tells; undefined where the bundle has none. */
  async card(id: string): Promise<string | undefined> {
    if (!(await this.has(id))) return undefined;
    const written = await readFile(join(this.#folders.models, id, 'model-card.md'), 'utf8').catch(() => undefined);
    const told = await orUnusable(async () => sourceAttributesSection(await readBundle(this.#folders, id as BundleId)), '');
    return written === undefined ? undefined : `${written.trimEnd()}\n\n${told}`;
  }

  /** The report page that `concord evaluate --report` wrote, as it lies beside the weights; undefined where nobody put one there. */
  async report(id: string): Promise<string | undefined> {
    if (!(await this.has(id))) return undefined;
    return readFile(join(this.#folders.models, id, 'report.html'), 'utf8').catch(() => undefined);
  }

  /** Runs the probe set in a thread of its own, so that no request waits behind a model. @throws BundleUnusable */
  async probe(id: string): Promise<Probed> {
    const bundle = await readServableBundle(this.#folders, id as BundleId);
    const runner = new SessionPool({ blocks: blocksFolder(this.#folders), threads: 1 });
    return probeBundle(bundle, runner).finally(() => runner.close());
  }

  /** Makes it the one that answers, whole and at once. The caller saw its probe set reproduce. */
  async activate(id: string, maxDifference: number): Promise<Activation> {
    const { current, previous } = await activateBundle(this.#folders, id as BundleId);
    return { current, previous, maxDifference };
  }
}

const NOTHING: Omit<ModelBundle, 'id' | 'state' | 'unusable'> = {
  title: '',
  created: '',
  intendedUse: '',
  report: false,
  bytes: 0,
  heads: [],
  calibrations: [],
  thresholds: {},
  metrics: [],
  training: [],
};

async function orUnusable<T>(read: () => Promise<T>, otherwise: T): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof BundleUnusable) return otherwise;
    throw error;
  }
}
