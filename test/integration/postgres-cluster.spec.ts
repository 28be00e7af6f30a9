import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCluster, type Cluster } from '@concord/adapters/postgres';

let folder: string;
const bin = process.env['CONCORD_TEST_POSTGRES_BIN'];
const start = (name: string) => startCluster({ dataDir: path.join(folder, name), log: () => undefined, ...(bin === undefined ? {} : { bin }) });

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'concord-cluster-'));
  chmodSync(folder, 0o755);
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function ask(cluster: Cluster, text: string): Promise<number> {
  const client = new pg.Client({ connectionString: cluster.url('concord_owner', 'concord') });
  client.on('error', () => undefined);
  await client.connect();
  const { rows } = await client.query<{ n: number }>(text);
  await client.end();
  return rows[0]?.n ?? 0;
}

describe('the private database server', () => {
  it('keeps what was committed through a kill -9, and is back within ten seconds', async () => {
    const first = await start('killed');
    await ask(first, 'CREATE SCHEMA kept CREATE TABLE row (n int)');
    await ask(first, 'INSERT INTO kept.row VALUES (7)');
    process.kill(first.serverPid ?? 0, 'SIGKILL');
    await first.ended;
    const began = performance.now();
    const second = await start('killed');
    expect(await ask(second, 'SELECT n FROM kept.row')).toBe(7);
    expect(performance.now() - began).toBeLessThan(10_000);
    await first.stop();
    await second.stop();
  });

  it('stops by itself when its parent is killed, and the next start finds nothing in its way', async () => {
    const dataDir = path.join(folder, 'killed');
    const script = `import { startCluster } from '@concord/adapters/postgres';
      const cluster = await startCluster({ dataDir: ${JSON.stringify(dataDir)}, log: () => undefined${bin === undefined ? '' : `, bin: ${JSON.stringify(bin)}`} });
      process.stdout.write(String(cluster.serverPid)); setInterval(() => undefined, 1000);`;
    const root = path.resolve(import.meta.dirname, '../..');
    const parent = spawn(process.execPath, ['--conditions=@concord/source', '--input-type=module', '-e', script], {
      cwd: path.join(root, 'libs/adapters'),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const pid = await new Promise<number>((resolve) => parent.stdout.once('data', (chunk: Buffer) => resolve(Number(chunk.toString()))));
    parent.kill('SIGKILL');
    const next = await start('killed');
    expect(next.serverPid).not.toBe(pid);
    expect(await ask(next, 'SELECT 1 AS n')).toBe(1);
    await next.stop();
    await next.stop();
    expect(existsSync(path.join(dataDir, 'postmaster.pid'))).toBe(false);
  });

  it('does not trip over a first start that was interrupted', async () => {
    const interrupted = spawn('mkdir', ['-p', path.join(folder, 'half.new', 'base')]);
    await new Promise((resolve) => interrupted.once('exit', resolve));
    const cluster = await start('half');
    expect(await ask(cluster, 'SELECT 1 AS n')).toBe(1);
    await cluster.stop();
  });

  it('answers on a path that is too long for a socket', async () => {
    const cluster = await start(`${'long-'.repeat(18)}path`);
    expect(await ask(cluster, 'SELECT 1 AS n')).toBe(1);
    await cluster.stop();
  });
});
