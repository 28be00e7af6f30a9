import { once } from 'node:events';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { builtReason, RunningSystem } from '../running-system.ts';

let system: RunningSystem | undefined;
afterEach(async () => {
  await system?.remove();
  system = undefined;
});

/** Starts, and expects it to end by itself. */
async function refused(env: NodeJS.ProcessEnv): Promise<{ readonly code: unknown; readonly lines: readonly string[] }> {
  system ??= await RunningSystem.create();
  const child = system.spawn(env);
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, lines: system.output.trim().split('\n') };
}

describe.skipIf(builtReason !== undefined)(`a start that must not go on${builtReason === undefined ? '' : ` (${builtReason})`}`, () => {
  it('refuses another bind in one line, because its passwords are printed', async () => {
    const { code, lines } = await refused({ CONCORD_BIND: '0.0.0.0' });
    expect(code).toBe(1);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('CONCORD_BIND=0.0.0.0');
  });

  it('refuses production in one line', async () => {
    const { code, lines } = await refused({ CONCORD_ENV: 'production' });
    expect(code).toBe(1);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('CONCORD_ENV=production');
  });

  it('names the port that is taken and the way out', async () => {
    system = await RunningSystem.create();
    const blocker = net.createServer();
    blocker.listen(system.port, '127.0.0.1');
    await once(blocker, 'listening');
    const { code, lines } = await refused({});
    blocker.close();
    expect(code).toBe(1);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(new RegExp(`Port ${system.port} is already in use.*CONCORD_PORT=`));
    expect(system.processes()).toEqual([]);
  });

  it('names a data folder that cannot be used', async () => {
    system = await RunningSystem.create();
    const file = join(system.dataDir, 'a-file');
    writeFileSync(file, '');
    const { code, lines } = await refused({ CONCORD_DATA_DIR: join(file, 'folder') });
    expect(code).toBe(1);
    expect(lines.join(' ')).toContain('CONCORD_DATA_DIR');
  });

  it('does not take the socket of a dead start for a running one', async () => {
    system = await RunningSystem.create();
    const left = net.createServer();
    left.listen(join(system.dataDir, 'start.sock'));
    await once(left, 'listening');
    mkdirSync(join(system.dataDir, 'kept'));
    // What a kill leaves: the file is there and nobody answers.
    left.close();
    rmSync(join(system.dataDir, 'start.sock'), { force: true });
    writeFileSync(join(system.dataDir, 'start.sock'), '');
    const blocker = net.createServer();
    blocker.listen(system.port, '127.0.0.1');
    await once(blocker, 'listening');
    const { lines } = await refused({});
    blocker.close();
    // It got past the lock, as far as the port.
    expect(lines.join(' ')).toContain(`Port ${system.port}`);
  });
});
