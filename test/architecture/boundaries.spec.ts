import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = new URL('../../', import.meta.url).pathname;
const run = promisify(execFile);

interface Violation {
  readonly from: string;
  readonly rule: { readonly name: string };
}
interface Report {
  readonly summary: { readonly violations: readonly Violation[]; readonly totalDependenciesCruised: number };
}

/** A breach of the architecture: a file that may not stand where it stands, and the rule that must say so. */
interface Breach {
  readonly file: string;
  readonly source: string;
  readonly rule: string;
}

const breach = (file: string, source: string, rule: string): Breach => ({ file, source, rule });
const imports = (target: string) => `import '${target}';\n`;

const BREACHES: readonly Breach[] = [
  // Directions of the import table, by package name and by path.
  breach('libs/core/kernel/a.ts', imports('@concord/contracts'), 'direction: libs/core'),
  breach('libs/stages/fusion/a.ts', imports('@concord/modalities/vitals'), 'direction: libs/stages'),
  breach('libs/interop/fhir/a.ts', imports('@concord/adapters/postgres'), 'direction: libs/interop'),
  breach('libs/governance/access/a.ts', imports('@concord/pipeline/assess'), 'direction: libs/governance'),
  breach('libs/contracts/a.ts', imports('@concord/stages/fusion'), 'direction: libs/contracts'),
  breach('libs/generator/a.ts', imports('@concord/modalities/vitals'), 'direction: libs/generator'),
  breach('libs/modalities/vitals/a.ts', imports('@concord/tasks/physiological-decline'), 'direction: libs/modalities'),
  breach('libs/tasks/physiological-decline/a.ts', imports('@concord/modalities/vitals'), 'direction: libs/tasks'),
  breach('libs/pipeline/assess/a.ts', imports('@concord/interop/fhir'), 'direction: libs/pipeline'),
  breach('libs/pipeline/evaluate/a.ts', imports('@concord/generator'), 'direction: libs/pipeline'),
  breach('libs/adapters/onnx/a.ts', imports('@concord/pipeline/assess'), 'direction: libs/adapters'),
  breach('libs/ui/a.ts', imports('@concord/governance/access'), 'direction: libs/ui'),
  breach('apps/web/src/a.ts', imports('@concord/adapters/postgres'), 'direction: apps/web'),
  breach('apps/dev-identity/src/a.ts', imports('@concord/adapters/postgres'), 'direction: apps/dev-identity'),
  breach('apps/api/src/b.ts', imports('@concord/generator'), 'direction: apps/api'),
  breach('apps/worker/src/b.ts', imports('@concord/contracts'), 'direction: apps/worker'),
  // Siblings.
  breach('libs/modalities/vitals/b.ts', imports('@concord/modalities/chest-imaging'), 'peers: libs/modalities'),
  breach('libs/modalities/vitals/c.ts', imports('../chest-imaging/index.ts'), 'peers: libs/modalities'),
  breach('libs/adapters/onnx/b.ts', imports('../postgres/index.ts'), 'peers: libs/adapters'),
  // Effects in pure groups.
  breach('libs/core/kernel/b.ts', imports('node:crypto'), 'pure: no node built-ins'),
  breach('libs/interop/dicom/b.ts', imports('node:zlib'), 'pure: no node built-ins'),
  breach('libs/pipeline/ingest/b.ts', imports('node:fs'), 'pure: no node built-ins'),
  breach('libs/governance/access/b.ts', imports('@nestjs/common'), 'pure: no framework'),
  breach('libs/contracts/b.ts', imports('react'), 'pure: no framework'),
  // Vendors outside their home.
  breach('apps/api/src/c.ts', imports('pg'), 'vendor: pg(/|$)'),
  breach('libs/testing/c.ts', imports('pg'), 'vendor: pg(/|$)'),
  breach('apps/worker/src/c.ts', imports('onnxruntime-node'), 'vendor: onnxruntime-node'),
  breach('apps/api/src/d.ts', imports('@prisma/client'), 'vendor: @prisma/'),
  breach('apps/worker/src/d.ts', imports('graphile-worker'), 'vendor: graphile-worker'),
  breach('apps/api/src/e.ts', imports('dicom-parser'), 'vendor: dicom-parser'),
  breach('libs/interop/dicom/d.ts', imports('@cornerstonejs/codec-libjpeg-turbo-8bit'), 'vendor: @cornerstonejs/codec'),
  // Doors.
  breach('apps/api/src/f.ts', imports('../../../libs/core/kernel/result.ts'), 'doors only'),
  breach('libs/pipeline/assess/f.ts', imports('../../stages/fusion/deep.ts'), 'doors only'),
  breach('apps/api/src/g.ts', imports('../../../libs/contracts/deep.ts'), 'doors only: flat'),
  // Tests and helpers of tests.
  breach('apps/api/src/h.ts', imports('@concord/testing'), 'no tests in product'),
  breach('libs/core/kernel/h.ts', imports('./result.spec.ts'), 'no tests in product'),
  // No store outside a decided, audited transaction.
  breach('libs/adapters/postgres/index.ts', imports('./stores/patients.ts'), 'stores: only withAccess'),
  breach('apps/api/src/i.ts', imports('../../../libs/adapters/postgres/stores/patients.ts'), 'stores: only withAccess'),
  breach('test/integration/i.ts', imports('../../libs/adapters/postgres/stores/patients.ts'), 'stores: only withAccess'),
  // The rest.
  breach('libs/core/clinical/cycle-a.ts', imports('./cycle-b.ts'), 'no cycles'),
  breach('libs/core/kernel/j.ts', imports('./nowhere.ts'), 'resolvable'),
];

/** Files that the breaches reach for; without a breach they break nothing. */
const CLEAN: Readonly<Record<string, string>> = {
  'libs/core/kernel/index.ts': "export { one } from './result.ts';\n",
  'libs/core/kernel/result.ts': 'export const one = 1;\n',
  'libs/core/kernel/result.spec.ts': "import { one } from './result.ts';\nexport const two = one + 1;\n",
  'libs/core/clinical/cycle-b.ts': "import './cycle-a.ts';\n",
  'libs/stages/fusion/index.ts': "import { one } from '@concord/core/kernel';\nexport const stage = one;\n",
  'libs/stages/fusion/deep.ts': 'export const deep = 1;\n',
  'libs/modalities/vitals/index.ts': "export { stage as kind } from '@concord/stages/fusion';\n",
  'libs/modalities/chest-imaging/index.ts': 'export const image = 1;\n',
  'libs/tasks/physiological-decline/index.ts': 'export const task = 1;\n',
  'libs/pipeline/assess/index.ts': "export { kind } from '@concord/modalities/vitals';\n",
  'libs/interop/fhir/index.ts': 'export const fhir = 1;\n',
  'libs/interop/dicom/index.ts': "import 'dicom-parser';\n",
  'libs/governance/access/index.ts': 'export const policy = 1;\n',
  'libs/contracts/index.ts': 'export const wire = 1;\n',
  'libs/contracts/deep.ts': 'export const deep = 1;\n',
  'libs/generator/index.ts': 'export const patient = 1;\n',
  'libs/testing/index.ts': 'export const builder = 1;\n',
  'libs/adapters/postgres/with-access.ts': "import './stores/patients.ts';\nimport 'pg';\n",
  'libs/adapters/postgres/stores/patients.ts': 'export const store = 1;\n',
  'apps/api/src/main.ts': "import { one } from '@concord/core/kernel';\nimport { wire } from '@concord/contracts';\nexport const all = one + wire;\n",
};

const GROUPS = readdirSync(join(root, 'libs'));

/** A small house with the real package files, so that names resolve as they do in the product. */
function plant(files: Readonly<Record<string, string>>): string {
  const house = mkdtempSync(join(tmpdir(), 'concord-house-'));
  mkdirSync(join(house, 'node_modules/@concord'), { recursive: true });
  for (const group of GROUPS) {
    mkdirSync(join(house, 'libs', group), { recursive: true });
    cpSync(join(root, 'libs', group, 'package.json'), join(house, 'libs', group, 'package.json'));
    symlinkSync(join(house, 'libs', group), join(house, 'node_modules/@concord', group));
  }
  writeFileSync(join(house, 'package.json'), '{"type":"module"}');
  writeFileSync(join(house, 'tsconfig.json'), JSON.stringify({ compilerOptions: { module: 'nodenext', allowImportingTsExtensions: true, noEmit: true } }));
  for (const [file, source] of Object.entries(files)) {
    mkdirSync(dirname(join(house, file)), { recursive: true });
    writeFileSync(join(house, file), source);
  }
  return house;
}

/** Also counts: a cruiser that resolves nothing finds nothing to forbid. */
async function cruise(house: string): Promise<Report['summary']> {
  const config = join(root, 'infra/quality/dependency-cruiser.cjs');
  const program = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs');
  const folders = ['apps', 'libs', 'test'].filter((folder) => readdirSync(house).includes(folder));
  const args = [program, '--config', config, '--output-type', 'json', ...folders];
  const options = { cwd: house, maxBuffer: 64 * 1024 * 1024 };
  const { stdout } = await run(process.execPath, args, options).catch((failure: unknown) => failure as { stdout: string });
  return (JSON.parse(stdout) as Report).summary;
}

describe('the boundaries of the house', () => {
  const houses: string[] = [];
  let breached: Report['summary'];

  beforeAll(async () => {
    const clean: Record<string, string> = { ...CLEAN };
    houses.push(plant({ ...clean, ...Object.fromEntries(BREACHES.map(({ file, source }) => [file, source])) }));
    breached = await cruise(houses[0]!);
  });

  afterAll(() => {
    for (const house of houses) rmSync(house, { recursive: true, force: true });
  });

  it('pass a house without a breach', async () => {
    const { 'libs/core/clinical/cycle-b.ts': _, ...clean } = CLEAN;
    houses.push(plant(clean));
    const { violations, totalDependenciesCruised } = await cruise(houses.at(-1)!);
    expect(violations.filter(({ rule }) => rule.name !== 'resolvable')).toEqual([]);
    expect(totalDependenciesCruised).toBeGreaterThanOrEqual(10);
  });

  it.each(BREACHES)('report $file: $rule', ({ file, rule }) => {
    const found = breached.violations.filter(({ from }) => from === file).map((violation) => violation.rule.name);
    expect(found).toContain(rule);
  });

  it('name a breach for every rule there is', () => {
    const source = readFileSync(join(root, 'infra/quality/dependency-cruiser.cjs'), 'utf8');
    expect(source).toContain('MAY_IMPORT');
    const tried = new Set(BREACHES.map(({ rule }) => rule.replace(/:.*$/, '')));
    for (const family of ['direction', 'peers', 'vendor', 'pure', 'doors only', 'stores', 'no cycles', 'no tests in product', 'resolvable'])
      expect(tried).toContain(family);
  });
});
