import type { ImageValue, ModalityPlugin, Observation, ReceivedImage, TensorInput } from '@concord/core/clinical';
import { err, ok, seededRng, type Result } from '@concord/core/kernel';
import type { Hash, ModelRunner } from '@concord/core/ports';
import { splitOf, type BundleManifest } from '@concord/governance/models';
import { findingsOf } from '../assess/index.ts';
import { bootstrap } from './bootstrap.ts';
import { chestDetail } from './chest-detail.ts';
import { centredChest, chestFigures, chestFiguresFlat, type ChestRow } from './chest-figures.ts';
import type { Who } from './detail.ts';
import type { Figures, Suite, SuiteError, SuiteQuestion, SuiteReport } from './suite.ts';
import { readTable, type Row } from './table.ts';

const LABELS = 'labels.csv';
const COLUMNS = ['file', 'finding_labels', 'patient_id', 'view'];

/** A film of the folder as it reaches a door. */
export interface FilmFile {
  readonly bytes: Uint8Array;
  readonly patientId: string;
  readonly view: 'PA' | 'AP';
  /** Row of the table: films of one folder get different UIDs. */
  readonly row: number;
}

export interface ChestParts {
  readonly plugin: ModalityPlugin<ImageValue>;
  readonly bundle: BundleManifest;
  readonly runner: ModelRunner;
  readonly hash: Hash;
  /** Wraps a film as a Secondary Capture and reads it back as the DICOM door does; undefined when the door refuses it. */
  readonly film: (film: FilmFile) => Promise<ReceivedImage | undefined>;
}

/** The image arm on labelled films: each goes through the DICOM door, the fitness checks and the bundle's findings block. */
export function chestFindingsSuite(parts: ChestParts): Suite {
  return {
    name: 'chest-findings',
    title: 'Findings of frontal chest films against labels, pneumonia within each view.',
    reads: [LABELS, 'images/'],
    run: (question) => judge(question, parts),
  };
}

interface Asked {
  readonly row: Row;
  readonly tensor: TensorInput;
}

async function judge(question: SuiteQuestion, parts: ChestParts): Promise<Result<SuiteReport, SuiteError>> {
  const unnamed = err({ kind: 'unsupported', reason: `The bundle ${parts.bundle.id} names no findings of chest films` } as const);
  if (parts.bundle.findings?.some(({ modality }) => modality === parts.plugin.kind) !== true) return unnamed;
  const table = await readTable(question.files, LABELS);
  if (!table.ok) return table;
  const missing = COLUMNS.find((column) => table.value[0]?.cells[column] === undefined);
  if (missing !== undefined) return err({ kind: 'unreadable', name: LABELS, line: 1, reason: `no column ${missing}` });
  const rows = table.value.filter(({ cells }) => question.split === undefined || splitOf(cells['patient_id'] ?? '', parts.hash) === question.split);
  const seen = await filmsOf(rows, question, parts);
  if (!seen.ok) return seen;
  const { asked, excluded } = seen.value;
  const findings = await findingsOf(
    asked.map(({ tensor }) => tensor),
    parts.plugin.kind,
    parts,
  );
  if (findings === undefined) return unnamed;
  const patients = [...new Set(rows.map(({ cells }) => cells['patient_id'] ?? ''))];
  const place = new Map(patients.map((id, index) => [id, index]));
  const judged = asked.map(({ row }, at) => chestRow(row, findings[at] ?? {}, place));
  const made = report({ judged, patients: patients.length, excluded }, question, parts);
  if (question.detail !== true) return ok(made);
  const tensors = asked.map(({ tensor }) => tensor);
  const who = asked.map(({ row }) => whoOf(row));
  return ok({ ...made, detail: await chestDetail({ rows: judged, tensors, who, kind: parts.plugin.kind, seed: question.seed, parts }) });
}

interface Seen {
  readonly asked: readonly Asked[];
  /** Films that the image arm abstains on, by reason. */
  readonly excluded: Figures;
}

async function filmsOf(rows: readonly Row[], { files, progress }: SuiteQuestion, parts: ChestParts): Promise<Result<Seen, SuiteError>> {
  const asked: Asked[] = [];
  const excluded: Record<string, number> = {};
  for (const [index, row] of rows.entries()) {
    const name = `images/${row.cells['file'] ?? ''}`;
    const bytes = await files.bytes(name);
    if (bytes === undefined) return err({ kind: 'missing-file', name });
    const { patient_id: patientId = '', view } = row.cells;
    const received = await parts.film({ bytes, patientId, view: view === 'PA' ? 'PA' : 'AP', row: row.line });
    const fit = received === undefined ? 'The door refuses the file.' : tensorOf(received, parts.plugin);
    if (typeof fit === 'string') excluded[fit] = (excluded[fit] ?? 0) + 1;
    else asked.push({ row, tensor: fit });
    progress({ step: 'films', done: index + 1, total: rows.length });
  }
  return ok({ asked, excluded });
}

/** The tensor, or in plain words why the image arm abstains. */
function tensorOf(received: ReceivedImage, plugin: ModalityPlugin<ImageValue>): TensorInput | string {
  const observed = plugin.observe(received);
  if (!observed.ok) return observed.error.kind;
  const [observation]: readonly (Observation<ImageValue> | undefined)[] = observed.value;
  if (observation === undefined) return 'The door keeps nothing of the file.';
  if (observation.value.unusedReason !== undefined) return observation.value.unusedReason;
  return plugin.align({ kind: plugin.kind, observations: [observation] }, observation.effectiveAt);
}

/** The set gives completed years, and M or F. */
function whoOf({ cells: { sex = '', age = '' } }: Row): Who {
  const ageYears = Number.parseInt(age, 10);
  return { sex: sex === 'F' ? 'female' : sex === 'M' ? 'male' : 'unknown', ageYears: Number.isFinite(ageYears) ? ageYears : undefined };
}

function chestRow({ cells }: Row, findings: Readonly<Record<string, number>>, place: ReadonlyMap<string, number>): ChestRow {
  return {
    patient: place.get(cells['patient_id'] ?? '') ?? 0,
    labels: new Set((cells['finding_labels'] ?? '').split('|')),
    isPa: cells['view'] === 'PA',
    detector: `${cells['orig_width'] ?? ''}x${cells['orig_height'] ?? ''}@${cells['pixel_spacing_x_mm'] ?? ''}`,
    findings,
  };
}

function report(
  { judged, patients, excluded }: { readonly judged: readonly ChestRow[]; readonly patients: number; readonly excluded: Figures },
  { draws, seed, progress }: SuiteQuestion,
  { bundle }: ChestParts,
): SuiteReport {
  const plan = {
    units: patients,
    draws,
    rng: seededRng(seed),
    progress: (done: number, total: number) => {
      progress({ step: 'bootstrap', done, total });
    },
  };
  return {
    suite: 'chest-findings',
    bundle: bundle.id,
    n: judged.length,
    nPatients: patients,
    resampled: 'patient',
    figures: { ...chestFigures(judged, plan.rng), excluded },
    ci: centredChest(
      bootstrap(plan, (draw) => chestFiguresFlat(judged, (patient) => draw[patient] ?? 0)),
      chestFiguresFlat(judged, () => 1),
    ),
  };
}
