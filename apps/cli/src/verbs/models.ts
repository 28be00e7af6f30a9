import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BundleId } from '@concord/core/clinical';
import { sourceAttributesSection } from '@concord/governance/models';
import { activateBundle, activeBundle, blocksFolder, bundleBytes, bundleIds, readBundle, SessionPool } from '@concord/adapters/onnx';
import { probeBundle } from '@concord/pipeline/assess';
import { comparisonOf, PARITY_WITHIN, parityOf } from '../lab/parity.ts';
import { referenceOf } from '../lab/reference.ts';
import { EXIT, readArgs, UsageError, VerbFailed, type ExitCode, type Io, type Verb } from '../verb.ts';

/** Which model bundles there are, and which one answers. */
export const models: Verb = {
  usage: [
    'models list             bundles, their blocks and their evidence; the active one is marked',
    'models card [BUNDLE]    its model card with the 31 source attributes; of the active one by default',
    'models activate BUNDLE  after its probe set reproduces on this machine',
    'models rollback         back to the previous bundle',
    'models reference BUNDLE what sources of invented patients say through its encoders, as JSON: the lab puts it into the manifest',
    'models parity DIR       every block that the lab exported to DIR gives here what it gave there, within 1e-5',
    'models parity DIR --against DIR2   both answer the same inputs: distance, size, time',
  ].join('\n'),
  async run(args: readonly string[], io: Io): Promise<ExitCode> {
    const { values, positionals } = readArgs(args, { against: { type: 'string' } });
    const [what, id, ...rest] = positionals;
    if (rest.length > 0) throw new UsageError('models list, card, activate BUNDLE, rollback, reference BUNDLE or parity DIR.');
    const named = what !== undefined && Object.hasOwn(NAMED, what) ? NAMED[what] : undefined;
    if (named !== undefined) {
      if (id === undefined) throw new UsageError(named.missing);
      return named.run(io, id, values);
    }
    switch (what) {
      case 'list':
        return list(io, values.json);
      case 'card':
        return card(io, id as BundleId | undefined);
      case 'rollback':
        return rollback(io, values.json);
      case undefined:
      default:
        throw new UsageError('models list, card, activate BUNDLE, rollback, reference BUNDLE or parity DIR.');
    }
  },
};

interface Named {
  readonly missing: string;
  run(io: Io, id: string, options: Options): Promise<ExitCode>;
}

interface Options {
  readonly json: boolean;
  readonly against?: string;
}

/** What does nothing without a name. */
const NAMED: Readonly<Record<string, Named>> = {
  activate: { missing: 'Say which: models activate BUNDLE.', run: (io, id, { json }) => activate(io, id as BundleId, json) },
  reference: { missing: 'Say which: models reference BUNDLE.', run: (io, id) => reference(io, id as BundleId) },
  parity: { missing: 'Say where the lab exported to: models parity DIR.', run: parity },
};

function foldersOf({ settings }: Io): { readonly models: string; readonly data: string } {
  return { models: settings.modelsDir, data: settings.dataDir };
}

async function list(io: Io, json: boolean): Promise<ExitCode> {
  const folders = foldersOf(io);
  const { current, previous } = await activeBundle(folders);
  const bundles = [];
  for (const id of await bundleIds(folders)) {
    const bundle = await readBundle(folders, id);
    bundles.push({
      bundle: id,
      title: bundle.title,
      created: bundle.created,
      state: bundle.benchmark !== undefined ? 'benchmark' : id === current ? 'active' : id === previous ? 'previous' : 'kept',
      heads: bundle.fusion.heads,
      bytes: await bundleBytes(folders, bundle),
      calibrations: bundle.calibrations.map(({ id: calibration, head, pattern, evidenceLevel }) => ({ id: calibration, head, pattern, evidenceLevel })),
      metrics: bundle.metrics,
    });
  }
  if (json) io.out(JSON.stringify(bundles));
  else for (const { bundle, title, created, state, bytes } of bundles) io.out(`${bundle}  ${state}  ${created}  ${(bytes / 1e6).toFixed(1)} MB  ${title}`);
  return EXIT.done;
}

async function card(io: Io, asked: BundleId | undefined): Promise<ExitCode> {
  const folders = foldersOf(io);
  const id = asked ?? (await activeBundle(folders)).current;
  if (!(await bundleIds(folders)).includes(id)) throw new VerbFailed(`There is no bundle ${id}.`);
  io.out(`${(await readFile(join(folders.models, id, 'model-card.md'), 'utf8')).trimEnd()}\n`);
  io.out(sourceAttributesSection(await readBundle(folders, id)).trimEnd());
  return EXIT.done;
}

async function reference(io: Io, id: BundleId): Promise<ExitCode> {
  const folders = foldersOf(io);
  const bundle = await readBundle(folders, id);
  const runner = new SessionPool({ blocks: blocksFolder(folders), threads: 1 });
  io.out(JSON.stringify(await referenceOf(bundle, runner).finally(() => runner.close())));
  return EXIT.done;
}

async function parity(io: Io, folder: string, { json, against }: Options): Promise<ExitCode> {
  if (against !== undefined) return compare(io, [folder, against], json);
  const blocks = await parityOf(folder);
  if (blocks.length === 0) throw new VerbFailed(`The lab left no block with its numbers in ${folder}.`);
  if (json) io.out(JSON.stringify(blocks));
  else for (const { block, output, difference } of blocks) io.out(`${block.padEnd(28)} ${output.padEnd(10)} differs by ${difference.toExponential(1)}`);
  return blocks.every(({ difference }) => difference <= PARITY_WITHIN) ? EXIT.done : EXIT.failed;
}

/** Two folders of blocks are measured, not judged: what a difference is worth, the suites say. */
async function compare(io: Io, [here, there]: readonly [string, string], json: boolean): Promise<ExitCode> {
  const rows = await comparisonOf(here, there);
  if (json) io.out(JSON.stringify(rows));
  for (const { block, output, difference, bytes, milliseconds } of json ? [] : rows) {
    const sizes = `${bytes.there} -> ${bytes.here} bytes, ${milliseconds.there.toFixed(2)} -> ${milliseconds.here.toFixed(2)} ms`;
    io.out(`${block.padEnd(28)} ${output.padEnd(10)} differs by ${difference.toExponential(1)}, ${sizes}`);
  }
  return EXIT.done;
}

async function activate(io: Io, id: BundleId, json: boolean): Promise<ExitCode> {
  const folders = foldersOf(io);
  if (!(await bundleIds(folders)).includes(id)) throw new VerbFailed(`There is no bundle ${id}.`);
  const bundle = await readBundle(folders, id);
  if (bundle.benchmark !== undefined) throw new VerbFailed(`${id} was made to be measured; it answers no patient and is never activated.`);
  const runner = new SessionPool({ blocks: blocksFolder(folders), threads: 1 });
  const { reproduces, maxDifference } = await probeBundle(bundle, runner).finally(() => runner.close());
  if (!reproduces) throw new VerbFailed(`The probe set of ${id} differs by ${maxDifference.toExponential(1)} on this machine; it was not activated.`);
  const after = await activateBundle(folders, id);
  io.out(
    json
      ? JSON.stringify({ ...after, probe: maxDifference })
      : `${after.current} is active; the probe set reproduced within ${maxDifference.toExponential(1)}.`,
  );
  return EXIT.done;
}

async function rollback(io: Io, json: boolean): Promise<ExitCode> {
  const { previous } = await activeBundle(foldersOf(io));
  if (previous === null) throw new VerbFailed('There is no previous bundle.');
  return activate(io, previous, json);
}
