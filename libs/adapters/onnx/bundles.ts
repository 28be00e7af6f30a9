import { mkdir, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { BundleId } from '@concord/core/clinical';
import { everyBlockOf, readManifest, type BundleManifest } from '@concord/governance/models';

/** Where bundles lie, and where this installation notes which of them is active. */
export interface ModelFolders {
  /** `infra/models`: one folder per bundle, `blocks/`, and `active.json` with the bundle that a fresh start uses. */
  readonly models: string;
  /** Data folder of the installation; its `active-bundle.json` wins over the one that was shipped. */
  readonly data?: string;
}

export interface ActiveBundle {
  readonly current: BundleId;
  readonly previous: BundleId | null;
}

/** A bundle that cannot be used must stop the start: a missing model is never a silent absence of scores. */
export class BundleUnusable extends Error {
  override readonly name = 'BundleUnusable';
}

export function blocksFolder({ models }: ModelFolders): string {
  return join(models, 'blocks');
}

/** Ids of the bundles that lie in the folder, sorted. */
export async function bundleIds({ models }: ModelFolders): Promise<readonly BundleId[]> {
  const entries = await readdir(models, { withFileTypes: true });
  const ids: BundleId[] = [];
  for (const entry of entries) if (entry.isDirectory() && (await isFile(join(models, entry.name, 'manifest.json')))) ids.push(entry.name as BundleId);
  return ids.sort();
}

/** @throws BundleUnusable when the manifest is not readable or a block is missing. */
export async function readBundle(folders: ModelFolders, id: BundleId): Promise<BundleManifest> {
  const read = readManifest(await json(join(folders.models, id, 'manifest.json')));
  if (!read.ok) throw new BundleUnusable(`bundle ${id}: ${read.error.problems.slice(0, 5).join('; ')}`);
  if (read.value.id !== id) throw new BundleUnusable(`bundle ${id}: its manifest names ${read.value.id}`);
  for (const block of everyBlockOf(read.value)) {
    if (!(await isFile(join(blocksFolder(folders), `${block}.onnx`)))) throw new BundleUnusable(`bundle ${id}: block ${block} is missing`);
  }
  return read.value;
}

export async function activeBundle(folders: ModelFolders): Promise<ActiveBundle> {
  const own = folders.data === undefined ? undefined : join(folders.data, 'active-bundle.json');
  const path = own !== undefined && (await isFile(own)) ? own : join(folders.models, 'active.json');
  const value = await json(path);
  if (typeof value !== 'object' || value === null || !('current' in value) || typeof value.current !== 'string')
    throw new BundleUnusable(`${path} names no bundle`);
  const previous = 'previous' in value && typeof value.previous === 'string' ? value.previous : null;
  return { current: value.current as BundleId, previous: previous as BundleId | null };
}

/** The manifest of the active bundle. @throws BundleUnusable when it was made to be measured: such a bundle answers no patient. */
export async function readActiveBundle(folders: ModelFolders): Promise<BundleManifest> {
  return readServableBundle(folders, (await activeBundle(folders)).current);
}

/** A bundle that may answer patients. @throws BundleUnusable when it was made to be measured. */
export async function readServableBundle(folders: ModelFolders, id: BundleId): Promise<BundleManifest> {
  const bundle = await readBundle(folders, id);
  if (bundle.benchmark !== undefined) throw new BundleUnusable(`bundle ${id} only benchmarks and is never served`);
  return bundle;
}

/** Makes a bundle the active one, whole and at once; the caller has seen its probe set reproduce. */
export async function activateBundle(folders: ModelFolders & { readonly data: string }, id: BundleId): Promise<ActiveBundle> {
  await readServableBundle(folders, id);
  const before = await activeBundle(folders);
  const after: ActiveBundle = before.current === id ? before : { current: id, previous: before.current };
  const path = join(folders.data, 'active-bundle.json');
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeFile(`${path}.new`, `${JSON.stringify(after)}\n`);
  await rename(`${path}.new`, path);
  return after;
}

/** Bytes of every block that the bundle names. */
export async function bundleBytes(folders: ModelFolders, bundle: BundleManifest): Promise<number> {
  const sizes = await Promise.all(everyBlockOf(bundle).map(async (block) => (await stat(join(blocksFolder(folders), `${block}.onnx`))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

async function json(path: string): Promise<unknown> {
  const text = await readFile(path, 'utf8').catch(() => {
    throw new BundleUnusable(`${path} cannot be read`);
  });
  try {
    return JSON.parse(text);
  } catch {
    throw new BundleUnusable(`${path} is not JSON`);
  }
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}
