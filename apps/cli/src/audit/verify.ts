import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { auditFolder, splitNotes } from '@concord/adapters/anchors';
import { serverAs } from '../server.ts';
import { EXIT, type ExitCode, type Io } from '../verb.ts';
import { fetchBundle } from './bundle.ts';

/** Runs the stand-alone verifier as an auditor would: another process that gets files and nothing else. */
export async function verify(args: readonly string[], io: Io): Promise<ExitCode> {
  const { promise, resolve } = Promise.withResolvers<number | null>();
  const child = spawn(process.execPath, [join(io.settings.root, 'apps/cli/bin/concord-audit-verify.mjs'), ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    for (const line of text.split('\n').filter((one) => one !== '')) io.out(line);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    io.err(text.trimEnd());
  });
  child.once('close', resolve).once('error', () => {
    resolve(null);
  });
  const code = await promise;
  return code === 0 ? EXIT.done : code === 1 ? EXIT.failed : EXIT.usage;
}

const HEADS_MOST = 200;

async function newestHeads(folder: string): Promise<string> {
  const days = (await readdir(folder).catch(() => [])).filter((name) => name.startsWith('checkpoints-')).sort();
  const newest = days.at(-1);
  if (newest === undefined) return '';
  return splitNotes(await readFile(join(folder, newest), 'utf8'))
    .slice(-HEADS_MOST)
    .join('');
}

/** Without a path: exports the whole log of the running system, and checks it against the heads and keys outside its database. */
export async function verifyRunning(options: readonly string[], io: Io): Promise<ExitCode> {
  const folder = auditFolder(io.settings.auditDir, io.settings.witnessDir);
  const server = await serverAs(io.settings, 'privacy');
  const place = await mkdtemp(join(tmpdir(), 'concord-audit-'));
  try {
    // What is held before the question is asked: no export may be older than that.
    const held = join(place, 'held.txt');
    await writeFile(held, (await Promise.all([folder.anchors, folder.witness].map(newestHeads))).join(''));
    const bundle = join(place, 'bundle');
    await fetchBundle(server, { query: '', folder: bundle, tell: () => undefined });
    return await verify([bundle, '--key', folder.publicKeys, '--anchor', held, ...options], io);
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}
