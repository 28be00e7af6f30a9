import {
  asOf,
  news2At,
  type Abstention,
  type Assess,
  type Assessment,
  type ModalityKind,
  type ModalityPlugin,
  type PatientTimeline,
  type RiskTask,
} from '@concord/core/clinical';
import type { Instant } from '@concord/core/kernel';
import type { Hash, ModelRunner } from '@concord/core/ports';
import type { BundleManifest, CalibrationEntry } from '@concord/governance/models';
import { calibrationFor } from '@concord/stages/calibration';
import { assertConserved, explain } from '@concord/stages/explanation';
import { countedFrom } from './counted.ts';
import { tokensOf } from './encode-once.ts';
import { explanationOf, piecesOf, type Missing } from './explanation.ts';
import { absentRequired, askedBy, inputsOf, missingRequired, nextStaleAt, statesOf, type ModalityInput } from './inputs.ts';
import { pinsOf } from './pins.ts';
import { scoreOf, sharesOf } from './score.ts';
import { tablesOf, type TableMaker } from './table.ts';
import { expecter, type Expecter } from './reference.ts';
import { headView, viewer, type Viewer, type ViewSources } from './view.ts';

export interface AssessParts {
  readonly plugins: readonly ModalityPlugin[];
  readonly bundle: BundleManifest;
  readonly runner: ModelRunner;
  readonly hash: Hash;
}

/**
 * The one path to a score: what was known → tensors → tokens → fused logit → calibrated score or abstention → evidence.
 * Encodes once and answers every task. Live scoring, evaluation and replay all call it, so they give the same number.
 */
export function createAssess(parts: AssessParts): Assess {
  return async ({ timeline, asOf: at, tasks }) => {
    const known = asOf(timeline, at);
    const inputs = inputsOf(known, at, parts);
    const tables = tablesOf(known);
    const look = looker({ inputs, tables }, parts);
    const common = { patientId: timeline.patientId, asOf: at, bundle: parts.bundle.id, news2: news2At(known, at) };
    const answers: Assessment[] = [];
    for (const task of tasks) {
      const asked = askedBy(task, inputs);
      const seen = look(countedFrom(task, known, at));
      const pins = pinsOf({ known, at: seen.from, inputs: asked, tables }, parts);
      answers.push({ ...common, task: task.id, ...nextStaleAt(known, asked, at), pins, ...(await answer({ task, known, at, inputs: asked, parts, seen })) });
    }
    return answers;
  };
}

/** What was read, encoded once, and the moment that its tables are counted from. */
interface Seen {
  readonly from: Instant;
  readonly view: Viewer;
  readonly expect: Expecter;
}

function looker({ inputs, tables }: { readonly inputs: readonly ModalityInput[]; readonly tables: TableMaker }, parts: AssessParts): (from: Instant) => Seen {
  const tokens = once(() => tokensOf(inputs, parts));
  const seen = new Map<Instant, Seen>();
  return (from) => {
    const sources: ViewSources = { tokens, table: (scorer) => tables({ at: from, inputs, scorers: [scorer] }) };
    const now = seen.get(from) ?? { from, view: viewer(sources, parts), expect: expecter(sources, parts) };
    seen.set(from, now);
    return now;
  };
}

interface TaskQuestion {
  readonly task: RiskTask;
  readonly known: PatientTimeline;
  readonly at: Instant;
  readonly seen: Seen;
  readonly inputs: readonly ModalityInput[];
  readonly parts: AssessParts;
}

type Answer = Pick<Assessment, 'outcome' | 'modalities' | 'unusedReasons'>;

async function answer(question: TaskQuestion): Promise<Answer> {
  const refusal = refusalOf(question);
  if (refusal !== undefined) return abstained(question, refusal);
  const calibration = calibrationOf(question);
  if (calibration === undefined) return abstained(question, { reason: 'uncalibrated-pattern', text: 'No score: these inputs were never calibrated together.' });
  const view = await question.seen.view(calibration);
  if (view === undefined) return abstained(question, { reason: 'model-unavailable', text: 'No score: the model could not be run.' });
  const { known, inputs, parts, seen } = question;
  const score = scoreOf(view, { calibration, known, bundle: parts.bundle });
  const evidence = explain(sharesOf(headView(view, question.task.head), { view, known, at: seen.from, inputs }));
  assertConserved(evidence, score.baselineLogit, score.logit);
  const missing = await missingOf(question, calibration);
  const explanation = explanationOf({ view, calibration, missing, score, evidence, pieces: piecesOf(inputs, score.pattern, known) });
  return { outcome: { kind: 'scored', score, evidence, explanation }, ...statesOf(inputs, score.pattern, 'never calibrated together with the others') };
}

function refusalOf({ task, known, at, inputs }: TaskQuestion): Abstention | undefined {
  const missing = missingRequired(inputs, task.required);
  if (missing !== undefined) return missing;
  const eligibility = task.eligibility(known, at);
  return eligibility.kind === 'refused' ? eligibility.abstention : absentRequired(inputs, task.required);
}

/** @param also a source to answer with as if it were there. */
function calibrationOf({ task, inputs, parts }: TaskQuestion, also?: ModalityKind): CalibrationEntry | undefined {
  const asked = [...task.required, ...task.optional];
  const available = inputs.flatMap(({ kind, plugin }) => ((kind === 'ready' && asked.includes(plugin.kind)) || plugin.kind === also ? [plugin.kind] : []));
  return calibrationFor(parts.bundle.calibrations, { head: task.head, available, required: task.required });
}

/** Sources of the task that were not used, each with what would answer if it were there, and what that would say. */
async function missingOf(question: TaskQuestion, used: CalibrationEntry): Promise<readonly Missing[]> {
  const { task, inputs, seen } = question;
  const asked = [...task.required, ...task.optional];
  const missing: Missing[] = [];
  for (const input of inputs.filter(({ plugin }) => asked.includes(plugin.kind) && !used.pattern.includes(plugin.kind))) {
    const { kind } = input.plugin;
    const next = calibrationOf(question, kind);
    const larger = next?.pattern.includes(kind) === true ? next : undefined;
    missing.push({ kind, state: stateOf(input), larger, chances: larger === undefined ? undefined : await seen.expect(kind, larger) });
  }
  return missing;
}

function stateOf({ kind }: ModalityInput): Missing['state'] {
  return kind === 'ready' || kind === 'unfit' ? 'unused' : kind;
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

function abstained({ inputs }: TaskQuestion, abstention: Abstention): Answer {
  return { outcome: { kind: 'abstained', abstention }, ...statesOf(inputs, [], 'no score was made') };
}
