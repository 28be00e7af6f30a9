import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const json = (path: string): unknown => JSON.parse(readFileSync(join(ROOT, path), 'utf8'));

interface Locked {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly link?: boolean;
  readonly inBundle?: boolean;
}
const packages = Object.entries((json('package-lock.json') as { readonly packages: Readonly<Record<string, Locked>> }).packages)
  .filter(([path, entry]) => path.includes('node_modules/') && entry.link !== true)
  .map(([path, entry]) => ({ name: path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length), ...entry }));

function isBelow(version: string, floor: string): boolean {
  const [a, b] = [version, floor].map((text) => text.split('-')[0]?.split('.').map(Number) ?? []);
  for (let i = 0; i < 3; i += 1) if (a?.[i] !== b?.[i]) return (a?.[i] ?? 0) < (b?.[i] ?? 0);
  return false;
}

describe('what is installed', () => {
  const { floors } = json('infra/quality/floors.json') as { readonly floors: Readonly<Record<string, { readonly floor: string | null }>> };

  it.each(Object.entries(floors))('%s is not below its floor', (name, { floor }) => {
    const found = packages.filter((one) => one.name === name);
    const wrong = found.filter(({ version }) => floor === null || isBelow(version ?? '0', floor));
    expect(wrong.map(({ version }) => version)).toEqual([]);
    if (floor !== null) expect(found.length).toBeGreaterThan(0);
  });

  it('comes from a registry, with a hash: no git address, no file, no bare archive', () => {
    const wrong = packages.filter(
      ({ resolved, integrity, inBundle }) =>
        inBundle !== true && (!/^https:\/\//.test(resolved ?? 'https://') || /\bgit\b/.test(resolved ?? '') || integrity === undefined),
    );
    expect(wrong.map(({ name }) => name)).toEqual([]);
  });

  it('runs no script when it is installed', () => {
    expect(readFileSync(join(ROOT, '.npmrc'), 'utf8')).toContain('ignore-scripts=true');
  });

  it('is the bill of materials that is committed', async () => {
    const { sbom } = (await import(join(ROOT, 'infra/quality/sbom.mjs'))) as { readonly sbom: (root: string) => string };
    expect(readFileSync(join(ROOT, 'docs/sbom.cdx.json'), 'utf8')).toBe(sbom(ROOT));
  });
});

/** What a secret looks like that must not be in the repository or in what a browser loads. */
const SECRETS: Readonly<Record<string, RegExp>> = {
  'a private key': /-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----\s+[A-Za-z0-9+/]{40}/,
  'a key of a cloud': /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/,
  'a token of a code host': /\bgh[pousr]_[A-Za-z0-9]{36,}\b|\bglpat-[A-Za-z0-9_-]{20,}\b|\bnpm_[A-Za-z0-9]{36}\b/,
  'a signed token': /\beyJ[A-Za-z0-9_-]{20,}\.eyJ[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{40,}/,
  'a database address with a password': /postgres(?:ql)?:\/\/[a-z_]+:[^@\s'"`$<{]{6,}@(?!localhost|127\.0\.0\.1)/,
};
const TEXT = /\.(?:ts|tsx|js|mjs|cjs|json|md|yml|yaml|sql|prisma|sh|html|css|py|env)$|(?:^|\/)[^.]+$/;
const MAX = 2_000_000;

function secretsIn(files: readonly string[]): readonly string[] {
  return files.flatMap((file) => {
    const text = readFileSync(file, 'utf8');
    return Object.entries(SECRETS).flatMap(([what, pattern]) => (pattern.test(text) ? [`${file}: ${what}`] : []));
  });
}

describe('no secret', () => {
  it('is in a file of the repository', () => {
    const listed = spawnSync('git', ['ls-files', '-co', '--exclude-standard'], { cwd: ROOT, encoding: 'utf8' })
      .stdout.split('\n')
      .filter((file) => TEXT.test(file) && file !== '');
    const files = listed.map((file) => join(ROOT, file)).filter((file) => existsSync(file) && statSync(file).isFile() && statSync(file).size < MAX);
    expect(files.length).toBeGreaterThan(100);
    expect(secretsIn(files)).toEqual([]);
  });

  it('is in what a browser loads, nor is the name of a setting that holds one', () => {
    const folder = join(ROOT, 'apps/web/.next/static');
    if (!existsSync(folder)) return;
    const files = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.js'))
      .map((entry) => join(entry.parentPath, entry.name));
    expect(secretsIn(files)).toEqual([]);
    for (const file of files) expect(readFileSync(file, 'utf8'), file).not.toMatch(/DATABASE_[A-Z_]*URL|CONCORD_KEY_FILE|CONCORD_WEB_CLIENT_SECRET/);
  });

  it('would be found: each pattern knows its own kind', () => {
    const samples = [
      ['-----BEGIN ', 'PRIVATE KEY-----\n', 'A'.repeat(64)],
      ['AKIA', 'ABCDEFGHIJKLMNOP'],
      ['ghp_', 'a'.repeat(36)],
      ['eyJ', 'a'.repeat(24), '.eyJ', 'b'.repeat(24), '.', 'c'.repeat(43)],
      ['postgresql://', 'owner:', 'hunter2hunter2', '@db.example.org/concord'],
    ].map((parts) => parts.join(''));
    expect(samples.map((text) => Object.values(SECRETS).filter((pattern) => pattern.test(text)).length)).toEqual([1, 1, 1, 1, 1]);
  });
});
