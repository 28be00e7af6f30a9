import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync, cpSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCluster } from '@concord/adapters/postgres';
import { contents, opensIn, pagesOf } from '../restored.ts';
import { builtReason, ROOT, run, RunningSystem } from '../running-system.ts';

/** The commands of a page, in order, as one script: what a reader would type. */
function scriptOf(page: string): string {
  const text = readFileSync(join(ROOT, 'docs/how-to', page), 'utf8');
  return [...text.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, commands = '']) => commands).join('\n');
}

const folder = (): string => {
  const made = mkdtempSync(join(tmpdir(), 'concord-backup-'));
  chmodSync(made, 0o755);
  return made;
};

const filesIn = (place: string): readonly string[] =>
  existsSync(place)
    ? readdirSync(place, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map(({ name }) => name)
    : [];

describe.skipIf(builtReason !== undefined)(`back up and restore${builtReason === undefined ? '' : `: ${builtReason}`}`, () => {
  let system: RunningSystem;
  const backups = folder();
  // One that is there and empty, and one that nobody has made yet.
  const [empty, later] = [folder(), join(folder(), 'new-disk')];
  let patient = '';
  let before: ReadonlyMap<string, string>;
  let shown: readonly string[];
  let asked = '';
  const evidence = folder();
  const superuser = () => {
    const file = JSON.parse(readFileSync(join(system.dataDir, 'run.json'), 'utf8')) as { databaseOwnerUrl: string };
    return file.databaseOwnerUrl.replace(/\/\/[^@]+@/, '//postgres@');
  };
  const restored = async <T>(dataDir: string, look: (url: string) => Promise<T>): Promise<T> => {
    const cluster = await startCluster({ dataDir: join(dataDir, 'postgres'), log: () => undefined });
    return look(cluster.url('postgres', 'concord')).finally(() => cluster.stop());
  };
  /** Until the record has its leaves and jobs are done, nothing is still in motion. */
  const untilQuiet = async () => {
    let last = '';
    for (let tries = 0; tries < 60; tries += 1) {
      const now = JSON.stringify([...(await contents(superuser()))]);
      if (now === last) return;
      last = now;
      await pause(1_500);
    }
    throw new Error('the database does not come to rest');
  };

  beforeAll(async () => {
    system = await RunningSystem.create();
    await system.start();
    const first = await run('bash', ['-c', `set -e\nexport CONCORD_PUBLIC_URL=${system.url}\n${scriptOf('send-your-first-data.md')}`], system.env);
    expect(first.code, `${first.stdout}${first.stderr}`).toBe(0);
    const client = new pg.Client({ connectionString: superuser() });
    await client.connect();
    patient = (await client.query<{ id: string }>('SELECT id FROM patients ORDER BY created_at LIMIT 1')).rows[0]?.id ?? '';
    await client.end();
    await untilQuiet();
    asked = new Date().toISOString();
    shown = await pagesOf(system, patient, asked);
    expect(shown.map((page) => page.slice(0, 3))).toEqual(shown.map(() => '200'));
    // What an auditor held before the machine was lost.
    await untilQuiet();
    const audit = join(system.dataDir, 'audit');
    cpSync(join(audit, 'pubkeys.json'), join(evidence, 'keys.json'));
    for (const name of filesIn(join(audit, 'anchors')).filter((one) => one.startsWith('checkpoints-')))
      cpSync(join(audit, 'anchors', name), join(evidence, name));
    before = await contents(superuser());
  });
  afterAll(() => system.remove());

  it('the page, as printed: backup, verify, restore into an empty folder', async () => {
    const { code, stdout, stderr } = await run(
      'bash',
      ['-c', `set -e\nexport BACKUPS=${backups} EMPTY=${empty}\n${scriptOf('backup-and-restore.md')}`],
      system.env,
    );
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/files, all whole/);
    expect(stdout).toMatch(/is back as of/);
  });

  it('brings back every row byte for byte: timelines, record, leaves and heads', async () => {
    const after = await restored(empty, contents);
    const changed = [...before].filter(([table, digest]) => after.get(table) !== digest).map(([table]) => table);
    expect(changed).toEqual([]);
    expect(before.get('audit_leaves')).not.toMatch(/^0 /);
    expect(before.get('patients')).not.toMatch(/^0 /);
  });

  it('served again from an empty machine: every page about the patient is the same to the byte, and the proofs of before hold', async () => {
    const other = await RunningSystem.create();
    try {
      const env = { ...other.env, CONCORD_BACKUP_KEY_FILE: join(system.dataDir, 'backup.key') };
      const back = await run(process.execPath, [join(ROOT, 'apps/cli/bin/concord.js'), 'restore', backups, '--json'], env);
      expect(back.code, back.stderr).toBe(0);
      const began = performance.now();
      await other.start();
      console.log(`restore: ${(JSON.parse(back.stdout) as { seconds: number }).seconds} s, serving ${((performance.now() - began) / 1000).toFixed(1)} s later`);
      expect(await pagesOf(other, patient, asked)).toEqual(shown);
      const bundle = join(evidence, 'log');
      const exported = await other.concord(['audit', 'export', '--bundle', bundle]);
      expect(exported.code, exported.stderr).toBe(0);
      const heads = filesIn(evidence).filter((name) => name.startsWith('checkpoints-'));
      expect(heads.length).toBeGreaterThan(0);
      const anchors = heads.flatMap((name) => ['--anchor', join(evidence, name)]);
      const verified = await run(
        process.execPath,
        [join(ROOT, 'apps/cli/bin/concord-audit-verify.mjs'), bundle, '--key', join(evidence, 'keys.json'), ...anchors],
        env,
      );
      expect(verified, verified.stdout + verified.stderr).toMatchObject({ code: 0, stdout: expect.stringMatching(/^valid: /) as string });
    } finally {
      await other.remove();
    }
  }, 240_000);

  it('holds nothing readable: no name, no identifier, no key, and no file names', () => {
    const key = readFileSync(join(system.dataDir, 'root.key'));
    for (const entry of readdirSync(backups, { recursive: true, withFileTypes: true }).filter((one) => one.isFile())) {
      const bytes = readFileSync(join(entry.parentPath, entry.name));
      expect(bytes.includes(key)).toBe(false);
      expect(bytes.includes(patient)).toBe(false);
      expect(bytes.includes('PG_VERSION')).toBe(false);
    }
  });

  it('any moment since a backup comes back byte for byte, with the keys and blobs of who came later, and the rollback is noticed', async () => {
    const [followed, then] = [folder(), folder()];
    const concord = join(ROOT, 'apps/cli/bin/concord.js');
    const follower = spawn(process.execPath, [concord, 'backup', followed, '--follow', '--every', '1'], { cwd: ROOT, env: system.env });
    let told = '';
    follower.stderr.on('data', (bytes: Buffer) => (told += bytes.toString()));
    await expect.poll(() => told, { timeout: 60_000 }).toContain('every moment from now on can be restored');
    const data = await run('bash', ['-c', `set -e\nexport CONCORD_PUBLIC_URL=${system.url}\n${scriptOf('send-your-first-data.md')}`], system.env);
    expect(data.code, data.stderr).toBe(0);
    await untilQuiet();
    const wanted = await contents(superuser());
    const moment = new Date().toISOString();
    const keys = filesIn(join(system.dataDir, 'patient-keys'));
    await pause(1_500);
    const headers = { authorization: `Bearer ${await system.token('integrator')}`, 'content-type': 'application/fhir+json' };
    const born = { resourceType: 'Patient', identifier: [{ system: 'urn:concord:demo:mrn', value: 'TOO-LATE' }], birthDate: '1970-01-01' };
    expect((await fetch(`${system.url}/fhir/R4/Patient`, { method: 'POST', headers, body: JSON.stringify(born) })).status).toBe(201);
    const renewed = await system.concord(['keys', 'reseal', '--json']);
    expect(renewed.code, renewed.stderr).toBe(0);
    await pause(6_000);
    follower.kill('SIGINT');
    const [code] = (await once(follower, 'close')) as [number | null];
    expect(code, told).toBe(0);

    const env = {
      ...system.env,
      CONCORD_DATA_DIR: then,
      CONCORD_AUDIT_DIR: join(system.dataDir, 'audit'),
      CONCORD_BACKUP_KEY_FILE: join(system.dataDir, 'backup.key'),
    };
    const restore = (...more: readonly string[]) => run(process.execPath, [concord, 'restore', followed, '--json', ...more], env);
    expect(await restore('--to', '2020-01-01T00:00:00Z')).toMatchObject({ code: 1, stderr: expect.stringMatching(/from before 2020/) as string });
    const beyond = { ...env, CONCORD_DATA_DIR: folder() };
    expect(await run(process.execPath, [concord, 'restore', followed, '--to', '2036-01-01T00:00:00Z'], beyond)).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/reaches until/) as string,
    });
    const back = await restore('--to', moment);
    expect(back.code, back.stderr).toBe(0);
    const figures = JSON.parse(back.stdout) as { consistentAt: string; eventsMissing: number; seconds: number };
    expect(figures.consistentAt).toBe(moment);
    expect(figures.eventsMissing).toBeGreaterThan(0);
    expect(back.stderr).toMatch(/older than the last checkpoint/);
    const after = await restored(then, contents);
    // The keys of that moment, although they were renewed and destroyed since.
    const opened = await restored(then, (url) => opensIn(then, url));
    expect(opened.length).toBeGreaterThan(0);
    expect(opened).toEqual(opened.map(() => true));
    expect([...wanted].filter(([table, digest]) => after.get(table) !== digest).map(([table]) => table)).toEqual([]);
    expect(filesIn(join(then, 'patient-keys'))).toEqual(expect.arrayContaining([...keys]));
    expect(filesIn(join(then, 'blobs'))).toEqual(expect.arrayContaining([...filesIn(join(system.dataDir, 'blobs'))]));
    // The log's last moment, after which nothing was committed.
    const end = /reaches until (\S+Z)\./.exec(
      (await run(process.execPath, [concord, 'restore', followed, '--to', '2036-01-01T00:00:00Z'], { ...env, CONCORD_DATA_DIR: folder() })).stderr,
    )?.[1];
    const last = folder();
    const atEnd = await run(process.execPath, [concord, 'restore', followed, '--json', '--to', end ?? ''], { ...env, CONCORD_DATA_DIR: last });
    expect(atEnd.code, atEnd.stderr).toBe(0);
    const patients = (found: ReadonlyMap<string, string>) => Number(found.get('patients')?.split(' ')[0]);
    expect(patients(await restored(last, contents))).toBe(patients(wanted) + 1);
    expect(await restored(last, (url) => opensIn(last, url))).toEqual([...opened, true]);
    console.log(`point in time: back after ${figures.seconds.toFixed(1)} s`);
  }, 300_000);

  it('never restores over a database, nor with another key, and names a part that was altered', async () => {
    const over = await system.concord(['restore', backups]);
    expect(over).toMatchObject({ code: 1, stderr: expect.stringMatching(/a database in .* already/) as string });
    const wrong = join(folder(), 'backup.key');
    writeFileSync(wrong, Buffer.alloc(32, 1), { mode: 0o600 });
    const other = await run(process.execPath, [join(ROOT, 'apps/cli/bin/concord.js'), 'verify', backups], { ...system.env, CONCORD_BACKUP_KEY_FILE: wrong });
    expect(other).toMatchObject({ code: 1, stderr: expect.stringMatching(/another key/) as string });
    const copy = folder();
    cpSync(backups, copy, { recursive: true });
    const largest =
      readdirSync(copy, { recursive: true, withFileTypes: true })
        .filter((one) => one.isFile() && one.parentPath.includes('/data/'))
        .map((one) => join(one.parentPath, one.name))
        .sort((a, b) => statSync(b).size - statSync(a).size)[0] ?? '';
    const bytes = readFileSync(largest);
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
    writeFileSync(largest, bytes);
    const altered = await system.concord(['verify', copy]);
    expect(altered).toMatchObject({ code: 1, stderr: expect.stringMatching(/does not open/) as string });
  });

  it('the page of erasure, as printed: the patient is absent for everybody', async () => {
    const script = `set -e\nexport CONCORD_PUBLIC_URL=${system.url} PATIENT=${patient}\n${scriptOf('erase-a-patient.md')}`;
    const { code, stdout, stderr } = await run('bash', ['-c', script], system.env);
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/erased\n404\n/);
  });

  it('an older backup does not bring the erased patient back, and its age is noticed', async () => {
    await pause(3_000);
    const env = {
      ...system.env,
      CONCORD_DATA_DIR: later,
      CONCORD_AUDIT_DIR: join(system.dataDir, 'audit'),
      CONCORD_BACKUP_KEY_FILE: join(system.dataDir, 'backup.key'),
    };
    const { code, stdout, stderr } = await run(process.execPath, [join(ROOT, 'apps/cli/bin/concord.js'), 'restore', backups, '--json'], env);
    expect(code, stderr).toBe(0);
    const figures = JSON.parse(stdout) as { erasedAgain: number; eventsMissing: number; seconds: number };
    expect(figures.erasedAgain).toBe(1);
    expect(figures.eventsMissing).toBeGreaterThan(0);
    expect(stderr).toMatch(/older than the last checkpoint/);
    const left = await restored(later, async (url) => {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      const { rows } = await client.query<{ n: number }>('SELECT count(*)::int AS n FROM patient_links');
      await client.end();
      return rows[0]?.n;
    });
    expect(left).toBe(0);
  });

  it('a database that was put back by other means does not serve the erased: every start asks the ledger, and a broken ledger stops it', async () => {
    const other = await RunningSystem.create();
    const env = { ...other.env, CONCORD_BACKUP_KEY_FILE: join(system.dataDir, 'backup.key') };
    // Without the newest ledger and checkpoints, as if somebody had copied the folders by hand: the patient is back.
    const back = await run(process.execPath, [join(ROOT, 'apps/cli/bin/concord.js'), 'restore', backups, '--json'], env);
    expect(back.code, back.stderr).toBe(0);
    expect(JSON.parse(back.stdout)).toMatchObject({ erasedAgain: 0 });
    const ledger = join(other.dataDir, 'audit', 'erasures.jsonl');
    cpSync(join(system.dataDir, 'audit', 'erasures.jsonl'), ledger);
    const whole = readFileSync(ledger, 'utf8');
    try {
      writeFileSync(ledger, whole.replace('"n":1', '"n":2'));
      const refused = other.spawn();
      await once(refused, 'close');
      expect(other.output).toMatch(/could not start: line 1 of the ledger of erasures/);
      writeFileSync(ledger, whole);
      await other.start();
      expect(other.output).toContain('1 patients were erased again');
      const token = await other.token('privacy');
      const answer = await fetch(`${other.url}/api/v1/patients/${patient}/access-report`, { headers: { authorization: `Bearer ${token}` } });
      expect(answer.status).toBe(404);
    } finally {
      await other.remove();
    }
  }, 240_000);
});
