import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { builtReason, ROOT, run } from '../running-system.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'concord-cli-'));
const concord = (...args: string[]) => run(process.execPath, [join(ROOT, 'apps/cli/bin/concord.js'), ...args], { ...process.env, CONCORD_DATA_DIR: dataDir });

describe.skipIf(builtReason !== undefined)(`the manners of the command line${builtReason === undefined ? '' : ` (${builtReason})`}`, () => {
  afterAll(() => {
    rmSync(dataDir, { recursive: true, force: true });
  });

  it('lists its verbs, and says what it is not', async () => {
    const { code, stdout } = await concord('--help');
    expect(code).toBe(0);
    for (const verb of ['token', 'seed', 'ingest', 'assess', 'replay', 'audit', 'evaluate', 'models', 'tensors', 'bench'])
      expect(stdout).toContain(`  ${verb} `);
    expect(stdout).toContain('not a medical device');
  });

  it.each([
    ['a verb that is not there', ['no-such-verb'], 2],
    ['an option that is not there', ['token', '--nobody'], 2],
    ['a missing patient', ['assess', '--task', 'physiological-decline-24h'], 2],
    ['a task that nobody declared', ['assess', '--patient', '00000000-0000-4000-8000-000000000001', '--task', 'fortune'], 2],
    ['a file that cannot be read', ['ingest', '/no/such/file.dcm'], 2],
    ['no running start', ['token', '--user', 'nurse'], 1],
    ['no running start to replay from', ['replay', '00000000-0000-7000-8000-000000000000'], 1],
  ])('says in words and in its exit code what is wrong: %s', async (_what, args, code) => {
    const done = await concord(...args);
    expect(done.code).toBe(code);
    expect(done.stdout).toBe('');
    expect(done.stderr).toMatch(/^concord: /);
    expect(done.stderr).not.toMatch(/\n\s+at /);
  });

  it('explains each verb', async () => {
    for (const verb of ['seed', 'ingest', 'audit']) expect((await concord(verb, '--help')).stdout).toContain(verb);
  });
});
