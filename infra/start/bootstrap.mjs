// Installs and builds a fresh clone, and finds Node 24. Plain JavaScript for a bare Node 20: nothing is installed yet when this runs.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { takeLock } from './lock.mjs';

export const root = new URL('../../', import.meta.url).pathname;
const modules = join(root, 'node_modules');
const installStamp = join(modules, '.concord-installed');
const buildStamps = join(root, '.concord/built.json');

/** A reason that one line explains; the caller prints it and leaves. */
export class Leave extends Error {}

const running = new Set();
let told = false;
/** Ends what this bootstrap has running, when the start is told to stop, and lets it begin nothing new. */
export function stopSteps() {
  told = true;
  for (const child of running) child.kill('SIGTERM');
}

export function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19))
    throw new Leave(`Concord needs Node 20.19 or newer to begin (this is ${process.versions.node}): https://nodejs.org`);
}

/** One start at a time installs and builds a working copy; another one, with a data folder of its own, waits for it. */
export async function alone(say, work) {
  for (let said = false; !told; said = true) {
    const lock = await takeLock(join(root, '.concord'), () => ({ pid: process.pid }));
    if (lock.held) {
      try {
        return await work();
      } finally {
        lock.release();
      }
    }
    if (!said) say(`Another start (process ${lock.by.pid}) is installing or building this working copy; waiting for it …`);
    await new Promise((done) => setTimeout(done, 500));
  }
  throw new Leave('Stopped.');
}

/** `npm ci` when the lock file is not what is installed. Nothing of a broken install counts: the stamp is written last. */
export async function install(say) {
  const wanted = lockHash();
  if (readText(installStamp) === wanted) return;
  if (isInstalled()) return writeFileSync(installStamp, wanted);
  say('Installing packages (about a minute, more on a slow line) …');
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const done = await step(npm, ['ci', '--include=dev', '--include=optional', '--no-progress', '--loglevel=error'], say, 'installing');
  if (done.code !== 0) throw new Leave(installTrouble(done.output));
  writeFileSync(installStamp, wanted);
}

function lockHash() {
  return createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .update(`${process.platform} ${process.arch}`)
    .digest('hex');
}

/** Someone ran npm already: its own record of what lies in node_modules names every required package in the locked version. */
function isInstalled() {
  const held = readJson(join(modules, '.package-lock.json'))?.packages;
  const locked = readJson(join(root, 'package-lock.json'))?.packages;
  if (!held || !locked) return false;
  return Object.entries(locked).every(
    ([place, { version, optional, link }]) => !place.startsWith('node_modules/') || optional || link || held[place]?.version === version,
  );
}

function installTrouble(output) {
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ECONNRESET|ENETUNREACH|network/i.test(output)) {
    return 'npm cannot reach its registry. Connect to the network (or set a registry: npm config set registry URL) and run the same command again; nothing is lost.';
  }
  if (/ENOSPC/.test(output)) return 'The disk is full: Concord needs about 2 GB. Make room and run the same command again.';
  if (/EACCES|EPERM/.test(output))
    return `npm may not write to ${modules}. Run as the owner of the folder, or give it to this account, and run the same command again.`;
  return `npm ci failed:\n${tail(output)}\nRun the same command again; if it fails again, remove ${modules} first.`;
}

/** The Node 24 that runs the product: this one, or the one npm installed. */
export function node24() {
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath;
  const pinned = join(modules, '.bin/node');
  if (existsSync(pinned)) return pinned;
  throw new Leave(
    `Concord runs on Node 24, and npm has none for ${process.platform} ${process.arch}. Install Node 24 or newer and run the same command again.`,
  );
}

/** What is built from what; a step runs when its inputs changed or its output is missing. */
const BUILD = [
  {
    name: 'programs',
    inputs: ['apps', 'libs', 'test', 'tsconfig.json', 'package-lock.json'],
    kinds: /\.(ts|tsx|json)$/,
    output: 'apps/cli/dist/src/main.js',
    command: ['node_modules/typescript/bin/tsc', '-b', '--pretty', 'false', 'apps/api', 'apps/worker', 'apps/cli', 'apps/dev-identity', 'libs/ui'],
  },
  {
    name: 'dashboard',
    inputs: ['apps/web', 'libs/ui', 'libs/contracts', 'libs/core', 'package-lock.json'],
    kinds: /\.(ts|tsx|mjs|json|css|svg|woff2|png|ico)$/,
    output: 'apps/web/.next/BUILD_ID',
    command: ['../../node_modules/next/dist/bin/next', 'build', '--webpack'],
    cwd: 'apps/web',
  },
];

export async function build(node, say, names = BUILD.map(({ name }) => name)) {
  for (const part of BUILD.filter(({ name }) => names.includes(name))) await buildPart(part, node, say);
}

async function buildPart({ name, inputs, kinds, output, command, cwd = '.' }, node, say) {
  const hash = treeHash(inputs, kinds);
  const stamps = readJson(buildStamps) ?? {};
  if (stamps[name] === hash && existsSync(join(root, output))) return;
  say(`Building the ${name} …`);
  // What an interrupted build left is not taken for the work of a whole one.
  const done = await step(node, command, say, `building the ${name}`, join(root, cwd));
  if (done.code !== 0) throw new Leave(`Building the ${name} failed:\n${tail(done.output)}`);
  mkdirSync(join(root, '.concord'), { recursive: true });
  writeFileSync(buildStamps, JSON.stringify({ ...(readJson(buildStamps) ?? {}), [name]: hash }));
}

const NOT_SOURCES = new Set(['node_modules', 'dist', '.next', 'generated', '.venv', 'work', '.git', 'results']);

function treeHash(inputs, kinds = /./) {
  const hash = createHash('sha256');
  const add = (path) => {
    const full = join(root, path);
    if (!existsSync(full)) return;
    if (statSync(full).isDirectory()) {
      for (const entry of readdirSync(full).sort()) if (!NOT_SOURCES.has(entry)) add(`${path}/${entry}`);
    } else if (kinds.test(path) && !path.endsWith('next-env.d.ts')) {
      hash.update(`${path}\0`).update(readFileSync(full)).update('\0');
    }
  };
  for (const input of inputs) add(input);
  return hash.digest('hex');
}

/** Runs one program to its end, keeps what it says, and tells every ten seconds that it still runs. */
function step(command, args, say, doing, cwd = root) {
  if (told) throw new Leave('Stopped.');
  return new Promise((resolve) => {
    const began = Date.now();
    const env = { ...process.env, NEXT_TELEMETRY_DISABLED: '1', NO_COLOR: '1', PATH: `${join(modules, '.bin')}:${process.env.PATH}` };
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    running.add(child);
    let output = '';
    const keep = (bytes) => (output = (output + bytes).slice(-20_000));
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    const ticker = setInterval(() => say(`  still ${doing}, ${Math.round((Date.now() - began) / 1000)} s`), 10_000);
    const end = (code) => {
      clearInterval(ticker);
      running.delete(child);
      resolve({ code, output });
    };
    child.on('error', (error) => {
      keep(error.message);
      end(-1);
    });
    child.on('close', end);
  });
}

const tail = (output) => output.trim().split('\n').slice(-12).join('\n');

function readText(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}
