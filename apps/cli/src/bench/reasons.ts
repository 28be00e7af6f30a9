import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { blocksFolder, readActiveBundle, readBundle, SessionPool } from '@concord/adapters/onnx';
import type { Assess, BundleId, PatientTimeline, Reading, RiskTask, Sha256 } from '@concord/core/clinical';
import { seededRng, type Instant } from '@concord/core/kernel';
import type { Hash, Rng } from '@concord/core/ports';
import { splitOf } from '@concord/governance/models';
import { labs } from '@concord/modalities/labs';
import { modalities } from '@concord/modalities/registry';
import { vitals } from '@concord/modalities/vitals';
import { createAssess } from '@concord/pipeline/assess';
import { atHour, endOfRow, hourlyRecords, isSetAside, mortalityRecords, mortalityTimeline, timelineOf } from '@concord/pipeline/evaluate';
import { hospitalMortality } from '@concord/tasks/hospital-mortality';
import { tasks } from '@concord/tasks/registry';
import { EXIT, readArgs, UsageError } from '../verb.ts';
import type { Bench } from './bench.ts';
import { directionsOf, togetherOutweighs, type Direction, type ExplainedAnswer } from './reason-directions.ts';

/** How often the reasons of validation patients point the way the bedside expects: a danger that was read should raise the chance. */
export const reasonsBench: Bench = {
  usage:
    'bench reasons --data DIR [--task hospital-mortality] [--answers 500] [--seed 1] [--bundle ID]     of each sign and lab in a band of danger, how often its reason raises and lowers the chance; DIR holds the 2012 set for death in hospital, the 2019 set for every other task',
  async run(args, io) {
    const { values } = readArgs(args, {
      data: { type: 'string' },
      task: { type: 'string', default: hospitalMortality.id },
      answers: { type: 'string', default: '500' },
      seed: { type: 'string', default: '1' },
      bundle: { type: 'string' },
    });
    if (values.data === undefined) throw new UsageError('It reads a labelled folder: --data DIR.');
    if (!/^[1-9]\d{0,4}$/.test(values.answers) || !/^\d{1,6}$/.test(values.seed)) throw new UsageError('--answers and --seed are whole numbers.');
    const task = tasks.find(({ id }) => id === values.task);
    if (task === undefined) throw new UsageError(`--task is one of ${tasks.map(({ id }) => id).join(', ')}.`);
    const folders = { models: io.settings.modelsDir, data: io.settings.dataDir };
    const bundle = values.bundle === undefined ? await readActiveBundle(folders) : await readBundle(folders, values.bundle as BundleId);
    const runner = new SessionPool({ blocks: blocksFolder(folders), threads: 1 });
    try {
      const assess = createAssess({ plugins: modalities, bundle, runner, hash });
      const moments = momentsOf(task, values.data, seededRng(`reasons-${values.seed}`));
      const answers = await explained(moments, { assess, task, most: Number(values.answers) });
      const [directions, together] = [directionsOf(answers), togetherOutweighs(answers)];
      if (values.json) io.out(JSON.stringify({ bundle: bundle.id, task: task.id, answers: answers.length, togetherOutweighs: together, directions }));
      else {
        io.out(
          `${bundle.id}, ${task.id}: ${answers.length} answers; of ${Math.round(100 * together)} % of their sources the parts together outweigh the named ones`,
        );
        for (const direction of directions) io.out(lineOf(direction));
      }
    } finally {
      await runner.close();
    }
    return EXIT.done;
  },
};

const hash: Hash = (bytes) => createHash('sha256').update(bytes).digest('hex') as Sha256;

interface Moment {
  readonly timeline: PatientTimeline;
  readonly at: Instant;
}

/** Patients who taught nothing. Of death in hospital hour 48 of every stay; else one hour of every patient, so that no long stay speaks twice. */
function* momentsOf(task: RiskTask, folder: string, rng: Rng): Generator<Moment> {
  const unpacked = (name: string): string => gunzipSync(readFileSync(join(folder, name))).toString('utf8');
  if (task.id === hospitalMortality.id) {
    for (const set of ['a', 'b'])
      for (const record of mortalityRecords(unpacked(`events_set_${set}.csv.gz`)))
        if (isSetAside(record.recordId, hash)) yield { timeline: mortalityTimeline(record, [vitals, labs]), at: atHour(48) };
    return;
  }
  for (const record of hourlyRecords(unpacked('vitals_hourly.csv.gz')))
    if (splitOf(record.patientId, hash) === 'validation')
      yield { timeline: timelineOf(record, [vitals, labs]), at: endOfRow(Math.floor(rng.next() * record.hours.length)) };
}

async function explained(
  moments: Iterable<Moment>,
  { assess, task, most }: { readonly assess: Assess; readonly task: RiskTask; readonly most: number },
): Promise<readonly ExplainedAnswer[]> {
  const answers: ExplainedAnswer[] = [];
  for (const { timeline, at } of moments) {
    if (answers.length === most) break;
    const [answer] = await assess({ timeline, asOf: at, tasks: [task] });
    if (answer?.outcome.kind === 'scored') answers.push({ evidence: answer.outcome.evidence, newest: newestOf(timeline, at) });
  }
  return answers;
}

function newestOf({ streams }: PatientTimeline, at: Instant): ReadonlyMap<string, number> {
  const newest = new Map<string, number>();
  for (const { kind } of [vitals, labs]) {
    for (const { effectiveAt, value } of streams.get(kind)?.observations ?? []) {
      const { code, number } = value as Reading;
      if (effectiveAt <= at && number !== undefined) newest.set(code, number);
    }
  }
  return newest;
}

function lineOf({ danger, answers, raises, lowers, mean }: Direction): string {
  const share = (count: number): string => `${Math.round((100 * count) / answers)} %`;
  return `${danger.padEnd(32)} ${String(answers).padStart(4)} answers   raises ${share(raises).padStart(5)}   lowers ${share(lowers).padStart(5)}   mean ${mean.toFixed(2).padStart(5)}`;
}
