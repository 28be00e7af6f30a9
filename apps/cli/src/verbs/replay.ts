import { z } from 'zod';
import { isUuid, type AssessmentId, type PatientId } from '@concord/core/clinical';
import { BundleUnusable } from '@concord/adapters/onnx';
import { replay as replayStored, type Replay } from '@concord/pipeline/assess';
import { taskOf } from '@concord/tasks/registry';
import type { RemainingScore } from '@concord/core/ports';
import { openAccess } from '../access.ts';
import { openModel } from '../models.ts';
import { aboutErased, aboutPatient } from '../requests.ts';
import { serverAs } from '../server.ts';
import { EXIT, readArgs, UsageError, VerbFailed, type ExitCode, type Io, type Verb } from '../verb.ts';

const found = z.object({ patientId: z.string() });

/** Asks a stored question again, of the same revision and the same bundle, and says whether the same number comes out. */
export const replay: Verb = {
  usage: 'replay ASSESSMENT_ID     exit 0: the same number; exit 1: it differs, or its inputs were erased',
  async run(args: readonly string[], io: Io): Promise<ExitCode> {
    const { values, positionals } = readArgs(args, {});
    const [id, ...rest] = positionals;
    if (id === undefined || rest.length > 0) throw new UsageError('Say which assessment: replay ASSESSMENT_ID.');
    const stored = await storedAssessment(id, io);
    if ('remaining' in stored) return sayErased(id, stored.remaining, { json: values.json, io });
    const { assessment } = stored;
    const task = taskOf(assessment.task);
    if (task === undefined) throw new VerbFailed(`The question ${assessment.task} is no longer asked.`);
    const model = await openModel(io.settings, assessment.bundle).catch((error: unknown) => {
      throw error instanceof BundleUnusable ? new VerbFailed(`The bundle ${assessment.bundle} is not here any more.`) : error;
    });
    const result = await replayStored(assessment, { timeline: stored.timeline, task, assess: model.assess }).finally(() => model.close());
    io.out(values.json ? JSON.stringify({ assessment: id, bundle: assessment.bundle, ...figures(result) }) : words(result));
    return result.kind === 'reproduced' ? EXIT.done : EXIT.failed;
  },
};

/** The edge decides whether the assessment may be seen and says whose it is; the machine's role then reads what it saw. */
async function storedAssessment(id: string, io: Io) {
  const server = await serverAs(io.settings, 'physician');
  const answer = isUuid(id) ? await server.ask(`/api/v1/assessments/${id}`, { accept: 'application/json' }) : undefined;
  const read = answer?.ok === true ? found.safeParse(await answer.json()) : undefined;
  if (read?.data === undefined) return { remaining: await remainingOf(id, io) };
  const patientId = read.data.patientId as PatientId;
  const access = await openAccess(io.settings, 'worker');
  try {
    const loaded = await access.withAccess(aboutPatient(patientId, 'concord replay'), async (scope) => {
      const stored = await scope.assessments.read(id as AssessmentId);
      if (stored === undefined) return undefined;
      const { asOf, pins } = stored.assessment;
      return { assessment: stored.assessment, timeline: await scope.timelines.load(patientId, asOf, pins.revision) };
    });
    if (!loaded.ok || loaded.value === undefined) throw new VerbFailed('There is no such assessment.');
    return loaded.value;
  } finally {
    await access.close();
  }
}

/** An assessment that nobody can read any more may be what is left of a patient who was erased. @throws VerbFailed when it is not. */
async function remainingOf(id: string, io: Io): Promise<RemainingScore> {
  const access = await openAccess(io.settings, 'worker');
  try {
    const left = isUuid(id) ? await access.withAccess(aboutErased('concord replay'), (scope) => scope.erasures.remaining(id as AssessmentId)) : undefined;
    if (left?.ok !== true || left.value === undefined) throw new VerbFailed('There is no such assessment.');
    return left.value;
  } finally {
    await access.close();
  }
}

function sayErased(id: string, { bundle, probability, logit }: RemainingScore, { json, io }: { readonly json: boolean; readonly io: Io }): ExitCode {
  const said = { assessment: id, bundle, result: 'inputs-erased', logit, probability };
  io.out(json ? JSON.stringify(said) : `inputs-erased: the patient was erased; the stored score was ${probability ?? 'an abstention'}.`);
  return EXIT.failed;
}

function figures(result: Replay) {
  if (result.kind === 'inputs-erased') return { result: result.kind };
  const { outcome } = result.again;
  const numbers = outcome.kind === 'scored' ? { logit: outcome.score.logit, probability: outcome.score.probability } : { logit: null, probability: null };
  return { result: result.kind, ...(result.kind === 'reproduced' ? { bitEqual: result.bitEqual } : { differs: result.what }), ...numbers };
}

function words(result: Replay): string {
  switch (result.kind) {
    case 'inputs-erased':
      return 'inputs-erased: what the assessment saw is no longer kept.';
    case 'reproduced':
      return `The same number came out${result.bitEqual ? ', equal to the bit' : ' (another processor; the logit differs by at most 1e-5)'}.`;
    case 'differs':
      return `It differs in: ${result.what.join(', ')}.`;
  }
}
