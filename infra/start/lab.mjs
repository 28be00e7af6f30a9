// Runs one experiment of apps/lab, or all of them in small: npm run lab -- STEP [--smoke] [--seed N]. Prepares its own Python.
import { spawn } from 'node:child_process';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Leave } from './bootstrap.mjs';
import { environmentFor } from './lab-environment.mjs';
import { everyStep } from './lab-all.mjs';

const lab = resolve(dirname(fileURLToPath(import.meta.url)), '../../apps/lab');
const STEPS = [
  'vitals',
  'image',
  'findings',
  'findings_compare',
  'findings_curve',
  'sides',
  'pneumonia28',
  'fusion',
  'bundle',
  'icu',
  'icu_compare',
  'icu_report',
  'icu_bundle',
  'figures',
  'heart_rate_variability',
  'sentences',
  'quantise',
  'refit',
  'reference',
  'benchmark-adapter',
  'benchmark-fusion',
  'benchmark-report',
  'benchmark-regions',
];
// Two threads on products this small wait for each other four times longer than one needs, and the other core draws patients.
const ONE_THREAD = { OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1', CONCORD_LAB_THREADS: '1' };

function run(step, rest) {
  const { python, env } = environmentFor(step, (line) => console.error(line));
  const child = spawn(python, [join(lab, `${step}.py`), ...rest], {
    cwd: lab,
    stdio: 'inherit',
    env: { ...process.env, ...env, PYTHONDONTWRITEBYTECODE: '1', ...(step.startsWith('benchmark-') ? ONE_THREAD : {}) },
  });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  return new Promise((done, fail) => {
    child.on('error', fail);
    child.on('exit', (code, signal) => done(signal ? 1 : (code ?? 1)));
  });
}

async function main([step, ...rest]) {
  if (step === 'all') return everyStep(lab, rest);
  if (STEPS.includes(step)) return run(step, rest);
  console.error(
    `npm run lab -- all --smoke [--seed N], or npm run lab -- STEP [--smoke] [--seed N], STEP one of ${STEPS.join(', ')}. Tensors first: see apps/lab/README.md.`,
  );
  return 2;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof Leave)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
