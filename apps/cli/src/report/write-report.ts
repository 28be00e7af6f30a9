import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readBundle, type ModelFolders } from '@concord/adapters/onnx';
import type { BundleId } from '@concord/core/clinical';
import { printed, type SuiteReport } from '@concord/pipeline/evaluate';
import { page, type StoredSuite } from './page.ts';

export interface Written {
  /** The page, which holds every suite judged into the folder for this bundle. */
  readonly page: string;
  readonly suites: number;
}

/** Keeps a judged suite beside the others of its bundle and writes the bundle's page anew. */
export async function writeReport(
  report: SuiteReport,
  about: { readonly folder: string; readonly title: string; readonly split: string; readonly models: ModelFolders },
): Promise<Written> {
  const { folder, title, split, models } = about;
  await mkdir(folder, { recursive: true });
  const stored: StoredSuite = {
    suite: report.suite,
    title,
    split,
    printed: printed(report),
    ...(report.detail === undefined ? {} : { detail: report.detail }),
  };
  await writeFile(join(folder, `${report.bundle}.${report.suite}.json`), `${JSON.stringify(stored, null, 1)}\n`);
  const suites = await suitesIn(folder, report.bundle);
  const path = join(folder, `${report.bundle}.html`);
  await writeFile(path, page(await headOf(report.bundle, models), suites));
  return { page: path, suites: suites.length };
}

async function suitesIn(folder: string, bundle: string): Promise<readonly StoredSuite[]> {
  const own = (await readdir(folder)).filter((name) => name.startsWith(`${bundle}.`) && name.endsWith('.json')).sort();
  return Promise.all(own.map(async (name) => JSON.parse(await readFile(join(folder, name), 'utf8')) as StoredSuite));
}

/** A rule set and a benchmark have no manifest: their page says what they are by name. */
async function headOf(bundle: string, models: ModelFolders): Promise<{ readonly id: BundleId; readonly title: string; readonly intendedUse: string }> {
  const id = bundle as BundleId;
  try {
    const { title, intendedUse } = await readBundle(models, id);
    return { id, title, intendedUse };
  } catch {
    return { id, title: bundle, intendedUse: 'Judged by itself; it answers no patient.' };
  }
}
