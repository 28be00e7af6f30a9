// Runs one experiment of apps/lab on Debian's Python with torch: npm run lab -- STEP [--smoke] [--seed N].
import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const lab = resolve(dirname(fileURLToPath(import.meta.url)), '../../apps/lab');
const python = process.env.CONCORD_LAB_PYTHON ?? '/usr/bin/python3';
const steps = [
  'vitals',
  'image',
  'findings',
  'pneumonia28',
  'fusion',
  'bundle',
  'icu',
  'icu_compare',
  'icu_report',
  'icu_bundle',
  'heart_rate_variability',
  'refit',
  'reference',
  'benchmark-fusion',
  'benchmark-report',
  'benchmark-regions',
];
// Two threads on products this small wait for each other four times longer than one needs, and the other core draws patients.
const ONE_THREAD = { OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1', CONCORD_LAB_THREADS: '1' };
const [step, ...rest] = process.argv.slice(2);

if (!steps.includes(step)) {
  console.error(
    `npm run lab -- STEP [--smoke] [--seed N], STEP one of ${steps.join(', ')}, the first four in this order. Tensors first: see apps/lab/README.md.`,
  );
  process.exit(2);
}
if (!existsSync(python)) {
  console.error(
    `There is no ${python}. The lab needs Python with torch 1.13 and onnx: apt install python3-torch python3-onnx python3-numpy, or CONCORD_LAB_PYTHON.`,
  );
  process.exit(1);
}
const script = readdirSync(lab).find((name) => name === `${step}.py`);
const child = spawn(python, [join(lab, script), ...rest], {
  cwd: lab,
  stdio: 'inherit',
  env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1', ...(step.startsWith('benchmark-') ? ONE_THREAD : {}) },
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)));
