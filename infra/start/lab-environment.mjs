// The Python of the lab: Debian's torch where it is, else a virtual environment of its own. The system is never changed: what is missing
// goes into the data folder, pinned, from the usual registry.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Leave, root } from './bootstrap.mjs';
import { dataFolder } from './lock.mjs';

const SYSTEM = '/usr/bin/python3';
const NEEDED = ['numpy', 'torch', 'onnx'];
/** Not in Debian: boosted trees, and SciPy, which they import, where it is not installed. */
const BESIDE = ['lightgbm', 'scipy'];
const WITH_TREES = ['icu', 'icu_compare', 'icu_report', 'icu_bundle', 'all'];
const pins = (name) => join(root, 'apps/lab', name);

/**
 * @param {string} step
 * @param {(line: string) => void} say
 * @returns {{ python: string, env: NodeJS.ProcessEnv }}
 * @throws Leave when there is no Python that can do it, with what to do.
 */
export function environmentFor(step, say) {
  if (step === 'refit') return { python: chosen(['numpy']) ?? ownPython(say), env: {} };
  const python = chosen(NEEDED) ?? ownPython(say);
  if (!WITH_TREES.includes(step) || missing(python, BESIDE).length === 0) return { python, env: {} };
  const folder = beside(python, say);
  return { python, env: { PYTHONPATH: [folder, process.env.PYTHONPATH].filter(Boolean).join(':') } };
}

/** The Python that was named, or Debian's, when it has the modules. A named one that lacks them is a mistake worth telling. */
function chosen(modules) {
  const named = process.env.CONCORD_LAB_PYTHON;
  const python = named ?? SYSTEM;
  const lacking = existsSync(python) || named ? missing(python, modules) : modules;
  if (lacking.length === 0) return python;
  if (named) throw new Leave(`CONCORD_LAB_PYTHON=${named} lacks ${lacking.join(', ')}.`);
  return undefined;
}

/** Looks without importing: torch alone takes a second. */
function missing(python, modules) {
  const code = `import importlib.util as u; print(" ".join(m for m in ${JSON.stringify(modules)} if u.find_spec(m) is None))`;
  const { status, stdout } = spawnSync(python, ['-c', code], { encoding: 'utf8' });
  return status === 0 ? stdout.trim().split(' ').filter(Boolean) : modules;
}

/** LightGBM beside the Python that is there, in a folder that PYTHONPATH names. */
function beside(python, say) {
  const file = pins('requirements-trees.txt');
  const folder = join(dataFolder(), 'lab', `trees-${digest(file, python)}`);
  if (existsSync(folder)) return folder;
  if (missing(python, ['pip']).length > 0) throw new Leave(`${python} has no pip: apt install python3-pip, or name another Python with CONCORD_LAB_PYTHON.`);
  say(`LightGBM (38 MB with SciPy) goes to ${folder}; the system stays as it is …`);
  whole(folder, (draft) => pip(python, ['--no-deps', '--require-hashes', '--only-binary=:all:', '--target', draft, '-r', file]));
  return folder;
}

/** A virtual environment with everything, for systems without Debian's torch. */
function ownPython(say) {
  const file = pins('requirements.txt');
  const folder = join(dataFolder(), 'lab', `venv-${digest(file, process.platform)}`);
  const python = join(folder, 'bin/python');
  if (existsSync(join(folder, 'complete'))) return python;
  const base = ['python3', SYSTEM].find((each) => spawnSync(each, ['-c', 'import venv, ensurepip']).status === 0);
  if (!base)
    throw new Leave(
      'The lab needs Python 3.10 or newer. On Debian: apt install python3-torch python3-onnx python3-numpy python3-pip. Elsewhere: a python3 with venv, or CONCORD_LAB_PYTHON.',
    );
  say(`No Debian torch here: torch and what belongs to it (about 3 GB) go to ${folder}; the system stays as it is …`);
  // Scripts of a virtual environment name its folder, so it is made in place, and counts only once it is complete.
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  done(spawnSync(base, ['-m', 'venv', folder], { stdio: ['ignore', 'ignore', 'inherit'] }), 'python3 -m venv');
  pip(python, ['--only-binary=:all:', '-r', file]);
  mkdirSync(join(folder, 'complete'));
  return python;
}

function pip(python, rest) {
  done(
    spawnSync(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-input', ...rest], { stdio: ['ignore', 'ignore', 'inherit'] }),
    'pip',
  );
}

function done({ status, error }, what) {
  if (status !== 0)
    throw new Leave(
      `${what} could not prepare the lab's Python${error ? ` (${error.code})` : ''}. It needs a package index that pip can reach; run the same command again.`,
    );
}

/** Whole or not at all: a run that is stopped in between leaves nothing that looks complete. */
function whole(folder, make) {
  const draft = `${folder}.draft-${process.pid}`;
  try {
    mkdirSync(draft, { recursive: true });
    make(draft);
    if (!existsSync(folder)) renameSync(draft, folder);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

function digest(file, salt) {
  return createHash('sha256').update(readFileSync(file)).update(salt).digest('hex').slice(0, 12);
}
