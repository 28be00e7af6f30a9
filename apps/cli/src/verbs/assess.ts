import { randomUUID } from 'node:crypto';
import { isUuid, type Assessment, type AssessmentId, type PatientId } from '@concord/core/clinical';
import { parseInstant, type Instant } from '@concord/core/kernel';
import { assessmentToWire } from '@concord/contracts';
import { taskOf, tasks } from '@concord/tasks/registry';
import { openAccess } from '../access.ts';
import { openModel } from '../models.ts';
import { aboutPatient } from '../requests.ts';
import { EXIT, readArgs, UsageError, VerbFailed, type ExitCode, type Io, type Verb } from '../verb.ts';

/** Asks one question about one patient, now or as of an earlier moment. Nothing is stored but the record that it was asked. */
export const assess: Verb = {
  usage: 'assess --patient ID --task T [--as-of TIME]     TIME in ISO 8601 with an offset; what became known later does not count',
  async run(args: readonly string[], io: Io): Promise<ExitCode> {
    const { values } = readArgs(args, { patient: { type: 'string' }, task: { type: 'string' }, 'as-of': { type: 'string' } });
    const task = taskOf(values.task ?? '');
    if (task === undefined) throw new UsageError(`Say which question: --task ${tasks.map(({ id }) => id).join(' | ')}.`);
    const asOf = values['as-of'] === undefined ? undefined : momentOf(values['as-of']);
    const { timeline, at } = await timelineOf(patientOf(values.patient), asOf, io);
    const model = await openModel(io.settings);
    const [assessment] = await model.assess({ timeline, asOf: at, tasks: [task] }).finally(() => model.close());
    if (assessment === undefined) throw new VerbFailed('The pipeline gave no answer.');
    io.out(values.json ? JSON.stringify(wire(assessment)) : words(assessment, task.title));
    return EXIT.done;
  },
};

function patientOf(text: string | undefined): PatientId {
  if (text === undefined || !isUuid(text)) throw new UsageError('Say which patient: --patient ID, the id of the FHIR Patient.');
  return text as PatientId;
}

function momentOf(text: string): Instant {
  const read = parseInstant(text);
  if (!read.ok) throw new UsageError('--as-of is a time in ISO 8601 with an offset, for example 2026-01-31T08:00:00Z.');
  return read.value;
}

async function timelineOf(patientId: PatientId, asOf: Instant | undefined, io: Io) {
  const access = await openAccess(io.settings, 'worker');
  try {
    const loaded = await access.withAccess(aboutPatient(patientId, 'concord assess'), async (scope) => {
      const at = asOf ?? scope.now;
      return { timeline: await scope.timelines.load(patientId, at), at };
    });
    if (!loaded.ok || loaded.value.timeline === undefined) throw new VerbFailed('There is no such patient.');
    return { timeline: loaded.value.timeline, at: loaded.value.at };
  } finally {
    await access.close();
  }
}

/** The shape of the API; the id is null, for nothing was stored. */
function wire(assessment: Assessment): unknown {
  const stored = { id: randomUUID() as string as AssessmentId, assessment, status: 'preliminary', storedAt: assessment.asOf, sequence: 0 } as const;
  return { ...assessmentToWire(stored), id: null };
}

function words({ outcome, news2 }: Assessment, title: string): string {
  const beside = news2.total === null ? `NEWS2 ≥ ${news2.atLeast} (${news2.measured} of ${news2.of})` : `NEWS2 ${news2.total}`;
  if (outcome.kind === 'abstained') return `${title}: ${outcome.abstention.text} ${beside}.`;
  const { score, evidence } = outcome;
  const [low, high] = score.interval;
  return [
    `${title}: ${percent(score.probability)} (${percent(low)} to ${percent(high)}), evidence ${score.evidenceLevel}. ${beside}.`,
    ...evidence.map(({ contribution, modality, text }) => `  ${contribution >= 0 ? '+' : '−'}${Math.abs(contribution).toFixed(3)}  ${modality}: ${text}`),
    'Research software, not a medical device.',
  ].join('\n');
}

const percent = (share: number): string => (share < 0.01 ? '< 1 %' : `${Math.round(share * 100)} %`);
