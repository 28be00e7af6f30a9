import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openApi } from '@concord/contracts';

interface Described {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

describe('the description of the API', () => {
  it('is committed as the contracts make it', () => {
    const committed: unknown = JSON.parse(readFileSync(new URL('../../docs/api/openapi.json', import.meta.url), 'utf8'));
    expect(committed, 'run `npm run generate`').toEqual(JSON.parse(JSON.stringify(openApi())));
  });

  it('refers only to schemas that it holds, and answers 401 everywhere', () => {
    const document = JSON.stringify(openApi());
    const held = Object.keys((openApi() as { components: { schemas: object } }).components.schemas);
    const named = [...document.matchAll(/#\/components\/schemas\/(\w+)/g)].map(([, name]) => name);
    expect(named.filter((name) => !held.includes(name ?? ''))).toEqual([]);
    const { openapi, paths } = openApi() as unknown as Described;
    expect(openapi).toMatch(/^3\.1/);
    for (const operations of Object.values(paths)) for (const operation of Object.values(operations)) expect(operation).toHaveProperty('responses.401');
  });
});
