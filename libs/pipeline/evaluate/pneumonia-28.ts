import type { Sha256 } from '@concord/core/clinical';
import { err, ok, seededRng, type Result } from '@concord/core/kernel';
import type { ModelRunner } from '@concord/core/ports';
import { bootstrap } from './bootstrap.ts';
import { auroc } from './discrimination.ts';
import { npyBytes, type NpyBytes } from './npy.ts';
import { ranked, reweighted, type Ranked } from './predictions.ts';
import type { ArchiveMember, Suite, SuiteError, SuiteQuestion, SuiteReport } from './suite.ts';

const SIDE = 28;
const PIXELS = SIDE * SIDE;
/** Prefix of the arrays that `--split validation` keeps. */
const VALIDATION = 'val';

/** A bundle that is judged and never served: it has no manifest that could be activated. */
export interface BenchmarkBundle {
  readonly id: string;
  readonly block: Sha256;
  readonly input: { readonly name: string; readonly shape: readonly number[] };
  readonly output: { readonly name: string; readonly shape: readonly number[] };
  /** Logit of the best balanced accuracy on the official validation part. */
  readonly threshold: number;
}

/** PneumoniaMNIST at 28 pixels: children of one hospital, a benchmark of the lab alone. */
export function pneumonia28Suite(bundle: BenchmarkBundle, runner: ModelRunner): Suite {
  return {
    name: 'pneumonia-28',
    title: 'Pneumonia on 28-pixel pictures of children: a benchmark of the lab, never served.',
    reads: ['*.npz'],
    run: (question) => judge(question, bundle, runner),
  };
}

interface Pictures {
  readonly images: NpyBytes;
  readonly labels: NpyBytes;
}

async function judge(question: SuiteQuestion, bundle: BenchmarkBundle, runner: ModelRunner): Promise<Result<SuiteReport, SuiteError>> {
  const parts = await picturesOf(question);
  if (!parts.ok) return parts;
  const scores: number[] = [];
  const total = parts.value.reduce((sum, { labels }) => sum + labels.data.length, 0);
  for (const { images } of parts.value) {
    for (const logit of await logitsOf(images, bundle, runner)) scores.push(logit);
    question.progress({ step: 'pictures', done: scores.length, total });
  }
  const outcome = Uint8Array.from(parts.value.flatMap(({ labels }) => [...labels.data]));
  const rows = ranked({ score: Float64Array.from(scores), outcome });
  const plan = {
    units: outcome.length,
    draws: question.draws,
    rng: seededRng(question.seed),
    progress: (done: number, of: number) => {
      question.progress({ step: 'bootstrap', done, total: of });
    },
  };
  return ok({
    suite: 'pneumonia-28',
    bundle: bundle.id,
    n: outcome.length,
    nPatients: 0,
    resampled: 'image',
    figures: { positives: outcome.reduce((sum, label) => sum + label, 0), ...figuresOf(rows, bundle.threshold) },
    ci: bootstrap(plan, (draw) =>
      figuresOf(
        reweighted(rows, (row) => draw[row] ?? 0),
        bundle.threshold,
      ),
    ),
  });
}

async function picturesOf({ files, split }: SuiteQuestion): Promise<Result<readonly Pictures[], SuiteError>> {
  const archives = (await files.names()).filter((name) => name.endsWith('.npz'));
  if (archives.length === 0) return err({ kind: 'missing-file', name: '*.npz' });
  const parts: Pictures[] = [];
  for (const name of archives) {
    const members = (await files.members(name)) ?? new Map<string, ArchiveMember>();
    const prefixes = [...members.keys()].flatMap((key) => /^(\w*)images\.npy$/.exec(key)?.[1] ?? []);
    for (const prefix of prefixes.filter((each) => split === undefined || each.startsWith(VALIDATION))) {
      const pair = pairOf(members, prefix);
      if (pair === undefined)
        return err({ kind: 'unreadable', name, line: 1, reason: `${prefix}images and ${prefix}labels are no bytes of 28 by 28 pictures` });
      parts.push(pair);
    }
  }
  if (parts.length === 0) return err({ kind: 'unsupported', reason: 'No archive of the folder holds the part that was asked for' });
  return ok(parts);
}

function pairOf(members: ReadonlyMap<string, ArchiveMember>, prefix: string): Pictures | undefined {
  const [images, labels] = ['images', 'labels'].map((kind) => npyBytes(members.get(`${prefix}${kind}.npy`)?.bytes ?? new Uint8Array()));
  const fits = images !== undefined && labels !== undefined && images.data.length === labels.data.length * PIXELS && images.shape[1] === SIDE;
  return fits ? { images, labels } : undefined;
}

async function logitsOf({ data }: NpyBytes, { block, input, output }: BenchmarkBundle, runner: ModelRunner): Promise<readonly number[]> {
  const [batch = 1] = input.shape;
  const logits: number[] = [];
  for (let first = 0; first < data.length; first += batch * PIXELS) {
    const part = data.subarray(first, first + batch * PIXELS);
    const padded = new Float32Array(batch * PIXELS);
    padded.set(part);
    const answer = (await runner.run(block, { [input.name]: { data: padded, shape: input.shape } }))[output.name];
    logits.push(...(answer?.data.subarray(0, part.length / PIXELS) ?? []));
  }
  return logits;
}

function figuresOf(rows: Ranked, threshold: number): Readonly<Record<'auroc' | 'accuracy' | 'balancedAccuracy', number>> {
  const counts = { tp: 0, fp: 0, tn: 0, fn: 0 };
  rows.score.forEach((score, place) => {
    const [sick, called] = [rows.outcome[place] === 1, score >= threshold];
    counts[called ? (sick ? 'tp' : 'fp') : sick ? 'fn' : 'tn'] += rows.weight[place] ?? 0;
  });
  const { tp, fp, tn, fn } = counts;
  return { auroc: auroc(rows), accuracy: (tp + tn) / (tp + fp + tn + fn), balancedAccuracy: (tp / (tp + fn) + tn / (tn + fp)) / 2 };
}
