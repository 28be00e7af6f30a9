import type { ModalityKind, TensorInput } from '@concord/core/clinical';
import { invariant, seededRng } from '@concord/core/kernel';
import type { ModelRunner, Rng } from '@concord/core/ports';
import type { BundleManifest } from '@concord/governance/models';
import { findingsOf } from '../assess/index.ts';
import { chestFiguresFlat, type ChestRow } from './chest-figures.ts';
import { headDetail, type SuiteDetail, type Who } from './detail.ts';
import type { Robustness } from './stress.ts';

const PNEUMONIA = 'Pneumonia';
const SIDE = 128;

export interface ChestDetailQuestion {
  readonly rows: readonly ChestRow[];
  /** Per row. */
  readonly tensors: readonly TensorInput[];
  readonly who: readonly Who[];
  readonly kind: ModalityKind;
  readonly seed: number;
  readonly parts: { readonly bundle: BundleManifest; readonly runner: ModelRunner };
}

/** What the report page shows of the finding that the set was made for: curves, groups, and the same films once they were spoilt. */
export async function chestDetail(question: ChestDetailQuestion): Promise<SuiteDetail> {
  const { rows, who, seed, parts, kind } = question;
  const named = parts.bundle.findings?.find(({ modality }) => modality === kind)?.findings.find(({ name }) => name === PNEUMONIA);
  invariant(named !== undefined, 'the bundle names pneumonia');
  const head = headDetail(
    rows.map((row, at) => ({
      patient: row.patient,
      label: row.labels.has(PNEUMONIA),
      probability: row.findings[PNEUMONIA] ?? 0,
      covered: true,
      pattern: [row.isPa ? 'PA film' : 'AP film'],
      who: who[at],
    })),
    { task: 'pneumonia', title: 'Pneumonia on a chest film', thresholds: { raised: named.present, high: named.present }, rng: seededRng(seed) },
  );
  // A finding has no conformal set.
  return { heads: [{ ...head, conformal: [], robustness: await spoilt(question) }] };
}

async function spoilt({ rows, tensors, kind, seed, parts }: ChestDetailQuestion): Promise<readonly Robustness[]> {
  const lower = (judged: readonly ChestRow[]): number => chestFiguresFlat(judged, () => 1)['pneumonia.lower'] ?? Number.NaN;
  const before = lower(rows);
  const answers: Robustness[] = [];
  for (const [name, spoil] of Object.entries(FILM_DISTURBANCES)) {
    const rng = seededRng(`${name} ${seed}`);
    const changed = tensors.map((tensor) => ({ ...tensor, data: spoil(tensor.data, rng) }));
    const findings = (await findingsOf(changed, kind, parts)) ?? [];
    const then = rows.map((row, at) => ({ ...row, findings: findings[at] ?? {} }));
    const moved = rows.reduce((sum, row, at) => sum + Math.abs((row.findings[PNEUMONIA] ?? 0) - (then[at]?.findings[PNEUMONIA] ?? 0)), 0);
    answers.push({
      name,
      sentence: `${name}. AUROC: the lower of the two views.`,
      n: rows.length,
      scored: rows.length,
      refused: null,
      aurocBefore: before,
      auroc: lower(then),
      meanAbsoluteChange: moved / rows.length,
    });
  }
  return answers;
}

type Spoil = (grey: Float32Array, rng: Rng) => Float32Array;

/** Prepared films after the checks, so that what is measured is the model and not the checks. Grey values 0 to 255. */
const FILM_DISTURBANCES: Readonly<Record<string, Spoil>> = {
  'A ninth of the film covered, at a place of chance': covered,
  'Noise of a weak exposure': (grey, rng) => grey.map((value) => clipped(value + 20 * (rng.next() + rng.next() + rng.next() - 1.5))),
  'Darker by a third': (grey) => grey.map((value) => value * 0.67),
  'Contrast halved': (grey) => grey.map((value) => 64 + value / 2),
  'Blurred over five pixels': blurred,
  'Moved by a twentieth of the side': (grey) => grey.map((_, at) => grey[Math.floor(at / SIDE) * SIDE + Math.max(0, (at % SIDE) - 6)] ?? 0),
  'Mirrored left to right': (grey) => grey.map((_, at) => grey[at - (at % SIDE) + SIDE - 1 - (at % SIDE)] ?? 0),
};

function clipped(value: number): number {
  return Math.min(255, Math.max(0, Math.round(value)));
}

function covered(grey: Float32Array, rng: Rng): Float32Array {
  const side = Math.round(SIDE / 3);
  const [top, left] = [Math.floor(rng.next() * (SIDE - side)), Math.floor(rng.next() * (SIDE - side))];
  const mean = grey.reduce((sum, value) => sum + value, 0) / grey.length;
  return grey.map((value, at) => {
    const [row, column] = [Math.floor(at / SIDE), at % SIDE];
    return row >= top && row < top + side && column >= left && column < left + side ? mean : value;
  });
}

function blurred(grey: Float32Array): Float32Array {
  const reach = [-2, -1, 0, 1, 2];
  const held = (place: number): number => Math.min(SIDE - 1, Math.max(0, place));
  return grey.map((_, at) => {
    const [row, column] = [Math.floor(at / SIDE), at % SIDE];
    return reach.reduce((sum, down) => sum + reach.reduce((own, across) => own + (grey[held(row + down) * SIDE + held(column + across)] ?? 0), 0), 0) / 25;
  });
}
