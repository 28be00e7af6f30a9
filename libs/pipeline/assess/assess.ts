import { asOf, news2At, type Abstention, type Assess, type Assessment, type ModalityPlugin, type PatientTimeline, type RiskTask } from '@concord/core/clinical';
import type { Instant } from '@concord/core/kernel';
import type { Hash, ModelRunner } from '@concord/core/ports';
import type { BundleManifest, CalibrationEntry } from '@concord/governance/models';
import { calibrationFor } from '@concord/stages/calibration';
import { assertConserved, explain } from '@concord/stages/explanation';
import { tokensOf } from './encode-once.ts';
import { explanationOf } from './explanation.ts';
import { absentRequired, askedBy, inputsOf, missingRequired, nextStaleAt, statesOf, type ModalityInput } from './inputs.ts';
import { pinsOf } from './pins.ts';
import { scoreOf, sharesOf } from './score.ts';
import { tableOf } from './table.ts';
import { headView, viewer, type ReferenceTokens, type Viewer } from './view.ts';

export interface AssessParts {
  readonly plugins: readonly ModalityPlugin[];
  readonly bundle: BundleManifest;
  readonly runner: ModelRunner;
  readonly hash: Hash;
  /** Patients to ask what a missing source might say; without them the answer does not guess. */
  readonly reference?: ReferenceTokens;
}

/**
 * The one path to a score: what was known → tensors → tokens → fused logit → calibrated score or abstention → evidence.
 * Encodes once and answers every task. Live scoring, evaluation and replay all call it, so they give the same number.
 */
export function createAssess(parts: AssessParts): Assess {
  return async ({ timeline, asOf: at, tasks }) => {
    const known = asOf(timeline, at);
    const inputs = inputsOf(known, at, parts.plugins);
    const view = viewer({ tokens: () => tokensOf(inputs, parts), table: () => tableOf({ known, at, inputs }) }, parts);
    const common = { patientId: timeline.patientId, asOf: at, bundle: parts.bundle.id, news2: news2At(known, at) };
    const answers: Assessment[] = [];
    for (const task of tasks) {
      const asked = askedBy(task, inputs);
      const pins = pinsOf({ known, at, inputs: asked }, parts);
      answers.push({ ...common, task: task.id, ...nextStaleAt(known, asked, at), pins, ...(await answer({ task, known, at, inputs: asked, parts, view })) });
    }
    return answers;
  };
}

interface TaskQuestion {
  readonly task: RiskTask;
  readonly known: PatientTimeline;
  readonly at: Instant;
  readonly inputs: readonly ModalityInput[];
  readonly parts: AssessParts;
  readonly view: Viewer;
}

type Answer = Pick<Assessment, 'outcome' | 'modalities' | 'unusedReasons'>;

async function answer(question: TaskQuestion): Promise<Answer> {
  const refusal = refusalOf(question);
  if (refusal !== undefined) return abstained(question, refusal);
  const calibration = calibrationOf(question);
  if (calibration === undefined) return abstained(question, { reason: 'uncalibrated-pattern', text: 'No score: these inputs were never calibrated together.' });
  const view = await question.view(calibration);
  if (view === undefined) return abstained(question, { reason: 'model-unavailable', text: 'No score: the model could not be run.' });
  const { known, at, inputs, parts } = question;
  const score = scoreOf(view, { calibration, known, bundle: parts.bundle });
  const evidence = explain(sharesOf(headView(view, question.task.head), { view, known, at, inputs }));
  assertConserved(evidence, score.baselineLogit, score.logit);
  const explanation = explanationOf({ view, task: question.task, calibration, bundle: parts.bundle, inputs, score, evidence });
  return { outcome: { kind: 'scored', score, evidence, explanation }, ...statesOf(inputs, score.pattern, 'never calibrated together with the others') };
}

function refusalOf({ task, known, at, inputs }: TaskQuestion): Abstention | undefined {
  const missing = missingRequired(inputs, task.required);
  if (missing !== undefined) return missing;
  const eligibility = task.eligibility(known, at);
  return eligibility.kind === 'refused' ? eligibility.abstention : absentRequired(inputs, task.required);
}

function calibrationOf({ task, inputs, parts }: TaskQuestion): CalibrationEntry | undefined {
  const asked = [...task.required, ...task.optional];
  const available = inputs.flatMap(({ kind, plugin }) => (kind === 'ready' && asked.includes(plugin.kind) ? [plugin.kind] : []));
  return calibrationFor(parts.bundle.calibrations, { head: task.head, available, required: task.required });
}

function abstained({ inputs }: TaskQuestion, abstention: Abstention): Answer {
  return { outcome: { kind: 'abstained', abstention }, ...statesOf(inputs, [], 'no score was made') };
}
