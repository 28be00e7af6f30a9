// `npm run lab -- all --smoke [--seed N] [--data DIR]`: every step of the lab on a few patients, into a bundle of its own that nothing ever activates.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Leave, root } from './bootstrap.mjs';
import { environmentFor } from './lab-environment.mjs';

const CLI = join(root, 'apps/cli/bin/concord.js');
const MODELS = join(root, 'infra/models');
const SETS = join(root, '../shared/data');
const PATIENTS = '150';
const PHANTOMS = '40';
/** What each step must have left, by the name of the file under the trial's work folder. */
const LEFT = {
  vitals: ['vitals.pt'],
  image: ['image.pt'],
  findings: ['findings.onnx', 'findings.json'],
  pneumonia28: ['pneumonia28.onnx'],
  fusion: ['fusion.pt'],
  bundle: ['vitals.onnx', 'report.onnx', 'image.onnx', 'fusion.onnx'],
  icu: ['decline.pkl', 'decline.oof.npz', 'sepsis.pkl', 'sepsis.oof.npz', 'mortality.pkl', 'mortality.oof.npz'],
  'icu --quiet': ['decline-quiet.pkl', 'sepsis-quiet.oof.npz', 'mortality-quiet.pkl'],
  icu_bundle: ['decline.onnx', 'sepsis.onnx', 'mortality.onnx'],
  'icu_bundle --quiet': ['decline-quiet.onnx', 'sepsis-quiet.onnx', 'mortality-quiet.onnx'],
  findings_compare: ['findings-compare.json'],
  findings_curve: ['findings-curve.json'],
  heart_rate_variability: ['heart-rate-variability.onnx'],
  sentences: ['sentences.onnx'],
};
const PARITY_BLOCKS = Object.values(LEFT)
  .flat()
  .filter((name) => name.endsWith('.onnx')).length;

/**
 * @param {string} lab folder of the experiments
 * @param {readonly string[]} args
 * @returns {Promise<number>} exit code
 * @throws Leave naming the step that failed, or what it did not leave behind
 */
export async function everyStep(lab, args) {
  const { values } = parseArgs({
    args,
    options: { smoke: { type: 'boolean', default: false }, seed: { type: 'string', default: '1' }, data: { type: 'string', default: SETS } },
  });
  if (!values.smoke)
    throw new Leave('A whole training takes hours and is run step by step (apps/lab/README.md). The trial of all steps: npm run lab -- all --smoke');
  const { python, env } = environmentFor('all', (line) => console.error(line));
  const trial = laidOut(lab);
  const run = runner({ lab, python, trial, seed: values.seed, env });
  const began = Date.now();
  await prepare(run, trial, values.data);
  await learn(run);
  const bundle = await ship(run, trial);
  checkLeft(trial);
  await judge(run, trial, bundle);
  console.log(`all steps: ${((Date.now() - began) / 1000).toFixed(0)} s, trial bundle ${bundle} in ${trial.models}, never activated`);
  return 0;
}

/** Folders of the trial; its bundle begins as the active one, whose blocks are linked, so that nothing of infra/models is written. */
function laidOut(lab) {
  const folder = join(lab, 'work/trial');
  rmSync(folder, { recursive: true, force: true });
  const trial = {
    sets: join(folder, 'sets'),
    work: join(folder, 'work'),
    models: join(folder, 'models'),
    data: join(folder, 'data'),
    predictions: join(folder, 'predictions'),
  };
  for (const each of [...Object.values(trial), join(trial.models, 'blocks')]) mkdirSync(each, { recursive: true });
  const { current } = JSON.parse(readFileSync(join(MODELS, 'active.json'), 'utf8'));
  cpSync(join(MODELS, current), join(trial.models, current), { recursive: true });
  for (const name of readdirSync(join(MODELS, 'blocks'))) symlinkSync(join(MODELS, 'blocks', name), join(trial.models, 'blocks', name));
  writeFileSync(join(trial.models, 'active.json'), JSON.stringify({ current, previous: null }));
  return trial;
}

function runner({ lab, python, trial, seed, env }) {
  const surroundings = {
    ...process.env,
    ...env,
    PYTHONDONTWRITEBYTECODE: '1',
    OMP_NUM_THREADS: '1',
    OPENBLAS_NUM_THREADS: '1',
    CONCORD_LAB_THREADS: '1',
    CONCORD_LAB_OUT: trial.work,
    CONCORD_LAB_MODELS: trial.models,
    CONCORD_LAB_PREDICTIONS: trial.predictions,
    CONCORD_MODELS_DIR: trial.models,
    CONCORD_DATA_DIR: trial.data,
  };
  return {
    concord: (...args) => told(`concord ${args.slice(0, 2).join(' ')}`, process.execPath, [CLI, ...args], surroundings),
    step: (name, ...args) => told(`${name} ${args.join(' ')}`.trim(), python, [join(lab, `${name}.py`), '--smoke', '--seed', seed, ...args], surroundings),
    plain: (name, ...args) => told(`${name} ${args.join(' ')}`.trim(), python, [join(lab, `${name}.py`), ...args], surroundings),
    seed,
  };
}

/** Runs one step; its words are kept, and shown only when it fails. @returns what it said on stdout */
function told(name, command, args, env) {
  const began = Date.now();
  const child = spawn(command, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const said = { out: '', err: '' };
  child.stdout.on('data', (part) => (said.out += part));
  child.stderr.on('data', (part) => (said.err += part));
  return new Promise((done, fail) => {
    child.on('error', fail);
    child.on('close', (code) => {
      console.log(`${((Date.now() - began) / 1000).toFixed(1).padStart(6)} s  ${name}`);
      if (code === 0) done(said.out);
      else fail(new Leave(`${said.out}${said.err}\nThe step "${name}" failed.`));
    });
  });
}

/** Two at a time where neither waits for the other: the machine that this must fit has two cores. */
async function side(...lanes) {
  const settled = await Promise.allSettled(lanes.map((lane) => lane()));
  const failed = settled.find(({ status }) => status === 'rejected');
  if (failed) throw failed.reason;
}

async function prepare({ concord, seed }, { sets, work }, data) {
  const source = existsSync(data) ? ['--data', data] : [];
  await concord('samples', '--out', sets, '--count', PATIENTS, '--seed', seed, ...source);
  const from = (suite, folder, name) => concord('tensors', suite, '--data', join(sets, folder), '--out', join(work, `${name}.npz`));
  const make = (suite, count, name) => concord('tensors', suite, '--count', count, '--seed', seed, '--out', join(work, `${name}.npz`));
  await side(
    async () => {
      await from('physiological-decline', 'physionet2019_sepsis', 'decline');
      await from('sepsis-6h', 'physionet2019_sepsis', 'sepsis');
      await make('report-grammar', '600', 'reports');
      await make('report-sentences', '2000', 'sentences');
    },
    async () => {
      await from('hospital-mortality', 'physionet2012_icu_mortality', 'mortality');
      await from('heart-rate-variability', 'welltory_wearables', 'wearables');
      await make('chest-phantoms', PHANTOMS, 'phantoms');
      await (existsSync(join(sets, 'nih_cxr_subset')) ? from('chest-findings', 'nih_cxr_subset', 'films') : make('chest-drawn', PHANTOMS, 'films'));
    },
  );
}

async function learn({ step, plain }) {
  await side(
    async () => {
      await step('vitals');
      await step('image');
      await step('fusion');
      await step('bundle');
      await step('pneumonia28');
      await step('sentences');
      await step('findings_curve');
    },
    async () => {
      await step('findings');
      await step('findings_compare');
      await step('sides');
      for (const task of ['decline', 'sepsis', 'mortality']) for (const variant of [[], ['--quiet']]) await step('icu', '--task', task, ...variant);
      await plain('refit');
    },
  );
}

/** Scorers, findings, wearable days and reference patients into the trial's bundle. The encoder of wearable days is trained twice: one seed, one hash. */
async function ship({ step, plain }, { work, models }) {
  await step('icu_bundle', '--quiet');
  await step('icu_bundle');
  const bundle = newest(models);
  writeFileSync(join(models, 'active.json'), JSON.stringify({ current: bundle, previous: null }));
  await plain('findings', '--ship', bundle);
  await step('heart_rate_variability', '--ship', bundle);
  const first = hashOf(join(work, 'heart-rate-variability.onnx'));
  await step('heart_rate_variability');
  if (hashOf(join(work, 'heart-rate-variability.onnx')) !== first) throw new Leave('heart_rate_variability gave two files from one seed.');
  await plain('reference', '--ship', bundle);
  return bundle;
}

function newest(models) {
  const written = readdirSync(models).filter((name) => existsSync(join(models, name, 'manifest.json')));
  return written
    .sort((a, b) => statSync(join(models, b, 'manifest.json')).mtimeMs - statSync(join(models, a, 'manifest.json')).mtimeMs)
    .find((name) => name.startsWith('concord-'));
}

function checkLeft({ work }) {
  for (const [step, names] of Object.entries(LEFT)) {
    for (const name of names) if (!existsSync(join(work, name)) || statSync(join(work, name)).size === 0) throw new Leave(`${step} left no ${name}.`);
  }
}

/** Every manifest of the trial can be read, the server's runtime gives the lab's numbers, and the suites judge the trial's bundle, not the served one. */
async function judge({ concord }, { sets, work }, bundle) {
  await concord('models', 'list');
  const rows = JSON.parse(await concord('models', 'parity', work, '--json'));
  const blocks = new Set(rows.map(({ block }) => block));
  if (blocks.size !== PARITY_BLOCKS) throw new Leave(`Parity was shown for ${blocks.size} blocks, not for ${PARITY_BLOCKS}.`);
  console.log(`parity of ${blocks.size} blocks, largest difference ${Math.max(...rows.map(({ difference }) => difference)).toExponential(1)}`);
  const suites = [
    ['physiological-decline', 'physionet2019_sepsis'],
    ['sepsis-6h', 'physionet2019_sepsis'],
    ['hospital-mortality', 'physionet2012_icu_mortality'],
    ['chest-findings', 'nih_cxr_subset'],
  ].filter(([, folder]) => existsSync(join(sets, folder)));
  const evaluate = async ([suite, folder]) => {
    const judged = JSON.parse(await concord('evaluate', suite, '--data', join(sets, folder), '--json'));
    if (judged.bundle !== bundle || !(judged.n > 0)) throw new Leave(`${suite} judged ${judged.n} rows with ${judged.bundle}, not with the trial's ${bundle}.`);
  };
  await side(
    async () => {
      for (const suite of suites.slice(0, 1)) await evaluate(suite);
    },
    async () => {
      for (const suite of suites.slice(1)) await evaluate(suite);
    },
  );
}

function hashOf(path) {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}
