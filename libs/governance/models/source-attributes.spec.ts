import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readManifest, sourceAttributes, sourceAttributesSection } from './index.ts';

const models = new URL('../../../infra/models/', import.meta.url);
const { current } = JSON.parse(readFileSync(new URL('active.json', models), 'utf8')) as { readonly current: string };
const read = readManifest(JSON.parse(readFileSync(new URL(`${current}/manifest.json`, models), 'utf8')));
if (!read.ok) throw new Error(read.error.problems.join());
const bundle = read.value;

describe('the source attributes of the bundle that is served', () => {
  it('are 31, each filled or said to be missing with a reason', () => {
    const all = sourceAttributes(bundle);
    expect(all.map(({ number }) => number)).toEqual(Array.from({ length: 31 }, (_, index) => index + 1));
    for (const { name, text, isAvailable } of all) {
      expect(text.length, name).toBeGreaterThan(4);
      if (!isAvailable) expect(text, name).toMatch(/^Not available: .{12,}/);
    }
  });

  it('name what was learned from, what it was measured at, and that nobody outside has tested it', () => {
    const section = sourceAttributesSection(bundle);
    for (const { name } of bundle.training) expect(section).toContain(name);
    expect(section).toMatch(/sepsis-6h from vitals \+ labs AUROC 0\.\d{3}/);
    expect(section).toMatch(/Who tested \| Not available: nobody outside/);
    expect(section).toContain('Assembled: ');
  });
});
