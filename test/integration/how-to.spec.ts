import { readdirSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recordLongAgo } from '../audit/signed-log.ts';
import { builtReason, ROOT, run, RunningSystem } from '../running-system.ts';

/** The commands of a page, in order, as one script: what a reader would type. */
function scriptOf(page: string): string {
  const text = readFileSync(join(ROOT, 'docs/how-to', page), 'utf8');
  return [...text.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, commands = '']) => commands).join('\n');
}

async function asSuperuser({ dataDir }: RunningSystem): Promise<pg.Client> {
  const { databaseOwnerUrl } = JSON.parse(readFileSync(join(dataDir, 'run.json'), 'utf8')) as { databaseOwnerUrl: string };
  const client = new pg.Client({ connectionString: databaseOwnerUrl.replace('concord_owner', 'postgres') });
  await client.connect();
  return client;
}

describe.skipIf(builtReason !== undefined)(`the how-to pages${builtReason === undefined ? '' : `: ${builtReason}`}`, () => {
  let system: RunningSystem;

  beforeAll(async () => {
    system = await RunningSystem.create();
    await system.start();
  });
  afterAll(() => system.remove());

  it('send your first data: every command works as printed, and a risk comes back', async () => {
    const script = `set -e\nexport CONCORD_PUBLIC_URL=${system.url}\n${scriptOf('send-your-first-data.md')}`;
    const { code, stdout, stderr } = await run('bash', ['-c', script], system.env);
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/"probabilityDecimal":\d/);
    expect(stdout).toMatch(/"diagnostics":".*offset/i);
  });

  it('verify an audit export: valid as it came, tampered once it was altered, with the first bad index', async () => {
    const { code, stdout, stderr } = await run('bash', ['-c', `set -e\n${scriptOf('verify-an-audit-export.md')}`], system.env);
    expect(code, stderr).toBe(0);
    expect(stdout.match(/^valid: /gm)).toHaveLength(3);
    expect(stdout).toMatch(/^tampered: [\s\S]*first bad index 1: [\s\S]*exit code 1$/m);
  });

  it('a transfer of an export that broke off goes on where it was, says how far it is, and comes out as if it had not', async () => {
    const folder = join(system.dataDir, 'export');
    const first = await system.concord(['audit', 'export', '--bundle', folder, '--user', 'integrator', '--json']);
    expect(first.code, first.stderr).toBe(0);
    expect(first.stderr).toMatch(/^export [0-9a-f-]{36}$/m);
    const { id } = JSON.parse(first.stdout) as { id: string };
    const names = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const files = names.map(({ parentPath, name }) => join(parentPath, name));
    const whole = files.map((file) => readFileSync(file));
    for (const [i, file] of files.entries()) if (i % 2 === 0) truncateSync(file, Math.floor((whole[i]?.length ?? 0) / 3));
    rmSync(files.find((file) => file.endsWith('events.ndjson')) ?? '');
    const again = await system.concord(['audit', 'export', '--bundle', folder, '--resume', id]);
    expect(again.code, again.stderr).toBe(0);
    expect(files.map((file) => readFileSync(file).equals(Buffer.from(whole[files.indexOf(file)] ?? [])))).toEqual(files.map(() => true));
    rmSync(folder, { recursive: true });
  });

  it('read the audit record: every command works as printed, and the reading stands in it', async () => {
    const superuser = await asSuperuser(system);
    const { rows } = await superuser.query<{ patient_id: string }>('SELECT patient_id FROM patient_links LIMIT 1');
    await superuser.end();
    const script = `set -e\nexport CONCORD_PUBLIC_URL=${system.url} PATIENT=${rows[0]?.patient_id ?? ''}\n${scriptOf('read-the-audit-record.md')}`;
    const { code, stdout, stderr } = await run('bash', ['-c', script], system.env);
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/^"login":"integrator"$/m);
    expect(stdout).toMatch(/^event_id,recorded,login/m);
    expect(stderr).toContain('written to audit.ndjson');
  });

  it('consent and break-glass: withheld, opened in an emergency, given back, reviewed by somebody else, as printed', async () => {
    const script = `set -e\nexport CONCORD_PUBLIC_URL=${system.url}\n${scriptOf('consent-and-break-glass.md')}`;
    const { code, stdout, stderr } = await run('bash', ['-c', script], system.env);
    expect(code, stderr).toBe(0);
    expect(stdout.trim().split('\n')).toEqual([
      'before: 200',
      'withheld: 404',
      'patient: 200',
      'nurse: 404',
      'without second factor: 401',
      'opened: 200',
      'given back: 404',
      'waiting: 1',
      'then: 0',
      '"outcome":"emergency"',
      '"relationship":"ward"',
    ]);
  });

  it('let the record expire: what is older than six years goes, the run stands in the record, and the log verifies without it', async () => {
    const superuser = await asSuperuser(system);
    await recordLongAgo(superuser, 3);
    const left = async () => (await superuser.query('SELECT FROM audit_events e WHERE NOT EXISTS (SELECT FROM audit_leaves l WHERE l.event_n = e.n)')).rowCount;
    await expect.poll(left, { timeout: 20_000 }).toBe(0);
    const { code, stdout, stderr } = await run('bash', ['-c', `set -e\n${scriptOf('let-the-record-expire.md')}`], system.env);
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/^3 events would go \(\d{4}-\d\d-\d\d to \d{4}-\d\d-\d\d\)$/m);
    expect(stdout).toMatch(/^3 events went \(.*\); their leaves stay$/m);
    expect(stdout).toMatch(/^.*,cli,.*$/m);
    expect(stdout).toMatch(/^valid: /m);
    const { rows } = await superuser.query(
      "SELECT FROM audit_events WHERE login = 'cli' AND convert_from(bytes, 'UTF8')::jsonb -> 'detail' -> 'retention' ->> 'events' = '3'",
    );
    expect(rows).toHaveLength(1);
    await superuser.end();
  });

  it('after all of it no log of any program holds a name, number, date or sentence of a patient, nor a token or a key', () => {
    const logs = [...readdirSync(join(system.dataDir, 'logs')).map((name) => join(system.dataDir, 'logs', name)), join(system.dataDir, 'postgres.log')];
    expect(logs.map((file) => file.replace(/.*\//, '')).sort()).toEqual(expect.arrayContaining(['api.log', 'postgres.log', 'worker.log']));
    const rootKey = readFileSync(join(system.dataDir, 'root.key'));
    const secrets = [
      ...['"Tour"', 'TOUR-', 'CHOICE-', '1949-10-12', '1958-03-02', '19491012', 'airspace opacity', 'Clear lungs', 'Collapsed in the corridor'],
      ...['eyJ', 'Bearer ', '__Host-sid=', rootKey.toString('hex'), rootKey.toString('base64')],
    ];
    const found = logs.flatMap((file) => {
      const text = readFileSync(file, 'utf8');
      return secrets.filter((secret) => text.includes(secret)).map((secret) => `${file}: ${secret.slice(0, 24)}`);
    });
    expect(found).toEqual([]);
    expect(secrets.filter((secret) => system.output.includes(secret))).toEqual([]);
  });
});
