import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = new URL('../../', import.meta.url).pathname;
const tracked = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root, maxBuffer: 16 * 1024 * 1024 })
  .toString()
  .split('\0')
  .filter((file) => file !== '' && existsSync(join(root, file)));
const pages = tracked.filter((file) => file.endsWith('.md'));
const read = (file: string) => readFileSync(join(root, file), 'utf8');

describe('the documents', () => {
  it.each(pages)('%s links to what exists', (page) => {
    const targets = [...read(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
    const local = targets.filter((target) => !/^(https?:|mailto:|#)/.test(target)).map((target) => target.replace(/#.*$/, ''));
    const missing = local.filter((target) => !existsSync(join(root, normalize(join(dirname(page), target)))));
    expect(missing).toEqual([]);
  });

  it('name only npm scripts that exist', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const named = pages.flatMap((page) => [...read(page).matchAll(/\bnpm run ([a-z0-9:]+)/g)].map(([, script = '']) => script));
    expect(named.filter((script) => !(script in scripts))).toEqual([]);
  });

  it('name in the hazard table only tests that stand in the repository', () => {
    const named = [...read('docs/safety/hazards.md').matchAll(/`((?:libs|apps|test)\/[^`]+)`/g)].map(([, path = '']) => path);
    const pattern = (path: string) => new RegExp(`^${path.replace(/[.]/g, '\\.').replace(/\*/g, '[^/]*')}`);
    expect(named.filter((path) => !tracked.some((file) => pattern(path).test(file)))).toEqual([]);
  });

  it('hold a datasheet for every set that taught a served bundle, and its thanks where the set is not our own', () => {
    const sheets = tracked.filter((file) => file.startsWith('docs/datasheets/')).map(read);
    const manifests = tracked.filter((file) => /^infra\/models\/[^/]+\/manifest\.json$/.test(file)).map((file) => JSON.parse(read(file)) as Taught);
    const names = new Set(manifests.flatMap(({ training = [] }) => training.map(({ name }) => name.replace(/ \(part\)|:.*/g, ''))));
    expect(names.size).toBeGreaterThan(3);
    const [own, foreign] = [[...names].filter((name) => name === 'Concord generator'), [...names].filter((name) => name !== 'Concord generator')];
    expect(own.length === 0 || sheets.some((sheet) => sheet.startsWith("# Concord's own generator"))).toBe(true);
    expect(foreign.filter((name) => !sheets.some((sheet) => sheet.startsWith(`# ${name}`)))).toEqual([]);
    const thanks = read('NOTICE').replace(/Computing in Cardiology|CinC/g, 'CinC');
    expect(foreign.filter((name) => !thanks.includes(name.replace(/,.*| (part|and wearables).*/g, '')))).toEqual([]);
  });
});

interface Taught {
  readonly training?: readonly { readonly name: string }[];
}

/** Names of the arrays of an `.npz`, which is a zip: one central header each, the length of the name at 28, the name at 46. */
function arraysOf(file: string): readonly string[] {
  const bytes = readFileSync(join(root, file));
  const names: string[] = [];
  for (let at = bytes.indexOf('PK\x01\x02'); at >= 0; at = bytes.indexOf('PK\x01\x02', at + 46)) {
    names.push(bytes.toString('latin1', at + 46, at + 46 + bytes.readUInt16LE(at + 28)).replace(/\.npy$/, ''));
  }
  return names;
}

describe('the repository', () => {
  it('has no drawer for odds and ends', () => {
    expect(tracked.filter((file) => /(^|\/)(utils?|helpers?|common|misc|shared)(\/|\.|$)/.test(file))).toEqual([]);
  });

  // The verifier is one file by contract: whoever takes it along takes nothing else.
  const oneFile = 'apps/cli/bin/concord-audit-verify.mjs';

  it('has no source file over 300 lines', () => {
    const code = tracked.filter((file) => /\.(ts|tsx|mjs|cjs|js|py|css)$/.test(file) && file !== oneFile);
    expect(code.filter((file) => read(file).split('\n').length > 301)).toEqual([]);
  });

  const isStoredLogits = (file: string) => /^apps\/lab\/predictions\/[a-z-]+\.npz$/.test(file);

  it('holds nothing of the open data: no archive, no table, no picture but its own', () => {
    const foreign = /\.(csv|tsv|gz|zip|npz|npy|dcm|jpe?g|xml|hl7)$/;
    const own = (file: string) => file === 'infra/fhir-validator/pom.xml' || file.startsWith('test/fixtures/') || isStoredLogits(file);
    expect(tracked.filter((file) => foreign.test(file) && !own(file))).toEqual([]);
  });

  it('stores what models said of the open data, never a label, an age or a reading of it', () => {
    const said = new Set([
      'trees',
      'network',
      'treesVitals',
      'networkVitals',
      'whole',
      'wholeVitals',
      'boosting',
      'single',
      'quiet',
      'balanced',
      'curve',
      'withHour',
      'withoutSampling',
    ]);
    const frame = new Set(['rows', 'othersWeight', 'shares']);
    const stored = tracked.filter(isStoredLogits);
    expect(stored.length).toBeGreaterThan(0);
    for (const file of stored) expect(arraysOf(file).filter((name) => !said.has(name) && !frame.has(name))).toEqual([]);
  });

  it('has no file that a clone would be slow to fetch', () => {
    expect(tracked.filter((file) => statSync(join(root, file)).size > 8 * 1024 * 1024)).toEqual([]);
  });
});
