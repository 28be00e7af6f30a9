import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = new URL('../../', import.meta.url).pathname;
const page = readFileSync(join(root, 'docs/security.md'), 'utf8');

/** Requirements of each section of ASVS 5.0.0 at level 1 and at level 2; counted from its released table, 70 and 183. */
const SECTIONS: Readonly<Record<string, readonly [level1: number, level2: number]>> = {
  '1.1': [0, 2],
  '1.2': [5, 4],
  '1.3': [2, 9],
  '1.4': [0, 3],
  '1.5': [1, 1],
  '2.1': [1, 2],
  '2.2': [2, 1],
  '2.3': [1, 3],
  '2.4': [0, 1],
  '3.2': [2, 0],
  '3.3': [1, 3],
  '3.4': [2, 4],
  '3.5': [3, 2],
  '3.7': [0, 2],
  '4.1': [1, 2],
  '4.2': [0, 1],
  '4.3': [0, 2],
  '4.4': [1, 3],
  '5.1': [0, 1],
  '5.2': [2, 1],
  '5.3': [2, 0],
  '5.4': [0, 3],
  '6.1': [1, 2],
  '6.2': [8, 4],
  '6.3': [2, 2],
  '6.4': [2, 2],
  '6.5': [0, 5],
  '6.6': [0, 3],
  '6.8': [0, 4],
  '7.1': [0, 3],
  '7.2': [4, 0],
  '7.3': [0, 2],
  '7.4': [2, 3],
  '7.5': [0, 2],
  '7.6': [0, 2],
  '8.1': [1, 1],
  '8.2': [2, 1],
  '8.3': [1, 0],
  '8.4': [0, 1],
  '9.1': [3, 0],
  '9.2': [1, 3],
  '10.1': [0, 2],
  '10.2': [0, 2],
  '10.3': [0, 4],
  '10.4': [5, 6],
  '10.5': [0, 5],
  '10.6': [0, 2],
  '10.7': [0, 3],
  '11.1': [0, 2],
  '11.2': [0, 3],
  '11.3': [2, 1],
  '11.4': [1, 3],
  '11.5': [0, 1],
  '11.6': [0, 1],
  '12.1': [1, 2],
  '12.2': [2, 0],
  '12.3': [0, 4],
  '13.1': [0, 1],
  '13.2': [0, 5],
  '13.3': [0, 2],
  '13.4': [1, 4],
  '14.1': [0, 2],
  '14.2': [1, 3],
  '14.3': [1, 2],
  '15.1': [1, 2],
  '15.2': [1, 2],
  '15.3': [1, 6],
  '16.1': [0, 1],
  '16.2': [0, 5],
  '16.3': [0, 4],
  '16.4': [0, 3],
  '16.5': [0, 3],
  '17.1': [0, 1],
  '17.2': [0, 4],
  '17.3': [0, 2],
};

interface Row {
  readonly id: string;
  readonly level: string;
  readonly what: string;
  readonly answer: string;
  readonly shown: string;
}
const rows: readonly Row[] = [...page.matchAll(/^\| (\d+\.\d+\.\d+) \| ([12]) \| (.*?) \| (\S+) \| (.*?) \|$/gm)].map(
  ([, id = '', level = '', what = '', answer = '', shown = '']) => ({ id, level, what, answer, shown }),
);

describe('the security page', () => {
  it('answers every requirement of level 1 and 2 once', () => {
    const found: Record<string, [number, number]> = {};
    for (const { id, level } of rows) {
      const section = id.split('.').slice(0, 2).join('.');
      const count = (found[section] ??= [0, 0]);
      count[level === '1' ? 0 : 1] += 1;
    }
    expect(found).toEqual(SECTIONS);
    expect(new Set(rows.map(({ id }) => id)).size).toBe(253);
  });

  it('says of each: met, with a test that stands in the repository; not applicable, or open, with its reason', () => {
    const wrong = rows.filter(({ what, answer, shown }) => {
      if (what.length < 4) return true;
      if (answer !== 'met') return !['n/a', 'open'].includes(answer) || shown !== '';
      const [, file = ''] = /^\[[^\]]+\]\(\.\.\/(.+)\)$/.exec(shown) ?? [];
      return !existsSync(join(root, file)) || !/^(test|libs|apps)\/.+\.ts$/.test(file);
    });
    expect(wrong.map(({ id }) => id)).toEqual([]);
  });

  it('gives the counts that the table has', () => {
    const count = (answer: string) => rows.filter((row) => row.answer === answer).length;
    expect(page).toContain(`${count('met')} met, ${count('n/a')} not applicable, ${count('open')} open`);
  });

  it('names every key that is derived or kept, and where', () => {
    const derived = ['keyring.ts', 'root-key.ts', 'session-seal.ts', 'envelope.ts']
      .map((name) => join(root, 'libs/adapters/crypto', name))
      .filter((file) => existsSync(file))
      .flatMap((file) => [...readFileSync(file, 'utf8').matchAll(/'(concord\/[\w/-]+)'/g)].map(([, name = '']) => name));
    expect(derived.length).toBeGreaterThan(0);
    expect(derived.filter((name) => !page.includes(name))).toEqual([]);
  });
});

const code = execFileSync('git', ['ls-files', '-z', 'apps', 'libs'], { cwd: root, maxBuffer: 16 * 1024 * 1024 })
  .toString()
  .split('\0')
  .filter((file) => /\.(ts|tsx|mjs|cjs)$/.test(file) && !/\.spec\.tsx?$/.test(file) && existsSync(join(root, file)));
const holding = (pattern: RegExp) => code.filter((file) => pattern.test(readFileSync(join(root, file), 'utf8')));

describe('the list of algorithms', () => {
  it('holds every one that the code names, and none that it does not', () => {
    const section = page.slice(page.indexOf('### Algorithms in use'), page.indexOf('### Words that a password'));
    const listed = [...section.matchAll(/^\| ((?:`[\w-]+`(?:, )?)+) \|/gm)].flatMap(([, names = '']) => names.replaceAll('`', '').split(', '));
    const named =
      /(?:create(?:Hash|Hmac|Cipheriv|Decipheriv)|\bhash|hkdfSync|generateKeyPair(?:Sync)?|freshKey)\('([\w-]+)'|\balg: '(\w+)'|ALGORITHMS = \[([^\]]+)\]|\b(Ed25519)\b/g;
    const used = code.flatMap((file) =>
      [...readFileSync(join(root, file), 'utf8').matchAll(named)].flatMap(([, call, alg, list, curve]) =>
        (call ?? alg ?? curve ?? list ?? '').replaceAll("'", '').split(', '),
      ),
    );
    expect([...new Set(used)].sort()).toEqual([...listed].sort());
  });
});

describe('the code', () => {
  it('makes no code and no markup of what was sent, and keeps nothing of it in a browser', () => {
    expect(holding(/\beval\(|new Function\(|dangerouslySetInnerHTML|document\.write/)).toEqual([]);
    // Whether key lines are shown, and the opaque id of the row where the eye was.
    expect(holding(/\b(?:localStorage|sessionStorage|indexedDB)\b/)).toEqual(['apps/web/src/frame/keys.ts', 'apps/web/src/worklist/list-keys.ts']);
  });

  it('starts programs only from the command line and for the embedded database', () => {
    expect(
      holding(/from 'node:child_process'/).filter((file) => !/^(apps\/cli\/|libs\/adapters\/postgres\/cluster\/|libs\/adapters\/[\w-]+\/bench\/)/.test(file)),
    ).toEqual([]);
  });

  it('sets no context of a reader beyond a transaction: who borrows a connection next begins with none', () => {
    // The owner's own connection, which serves nobody.
    expect(holding(/set_config\([^)]*,\s*false\)|\bSET (?:SESSION )?app\./)).toEqual(['libs/adapters/postgres/rotation/rewrap-rows.ts']);
  });

  it('never turns the check of certificates off, and makes no primitive of its own beside the tree of the record', () => {
    expect(holding(/rejectUnauthorized:\s*false|NODE_TLS_REJECT_UNAUTHORIZED/)).toEqual([]);
    expect(holding(/from 'node:crypto'/).filter((file) => /^libs\/(core|stages|modalities|tasks|pipeline|governance)\//.test(file))).toEqual([]);
  });
});
