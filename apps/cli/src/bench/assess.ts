import { createHash } from 'node:crypto';
import { blocksFolder, readActiveBundle, SessionPool } from '@concord/adapters/onnx';
import type {
  Assess,
  ModalityKind,
  ModalityStream,
  Observation,
  PatientId,
  PatientTimeline,
  Reading,
  ReportId,
  ReportValue,
  Sha256,
  SourceId,
} from '@concord/core/clinical';
import { hours, instant, invariant, minus, type Instant } from '@concord/core/kernel';
import { modalities } from '@concord/modalities/registry';
import { readReport } from '@concord/modalities/radiology-report';
import { createAssess } from '@concord/pipeline/assess';
import { tasks } from '@concord/tasks/registry';
import { EXIT, readArgs, UsageError } from '../verb.ts';
import { printFigures, quantile, type Bench } from './bench.ts';
import { drawnFilm } from './drawn-film.ts';

const NOW = instant(Date.UTC(2026, 0, 15, 12));
const SIGNS = [
  ['9279-1', '/min', 18],
  ['2708-6', '%', 96],
  ['8480-6', 'mm[Hg]', 118],
  ['8462-4', 'mm[Hg]', 68],
  ['8867-4', '/min', 88],
  ['8310-5', 'Cel', 37.2],
] as const;
const REPORT =
  'Findings: Moderate left pleural effusion.\nNew opacity in the right lower lung zone.\nNo pneumothorax is seen.\nImpression: Effusion and opacity.';

/** Time from a timeline to three explained scores, models in a worker thread, warm. */
export const assessBench: Bench = {
  usage: 'bench assess [--runs 200]     one patient with signs, report and film; all three horizons with reasons',
  async run(args, io) {
    const { values } = readArgs(args, { runs: { type: 'string', default: '200' } });
    if (!/^[1-9]\d{0,4}$/.test(values.runs)) throw new UsageError('--runs is a whole number above 0.');
    const folders = { models: io.settings.modelsDir, data: io.settings.dataDir };
    const bundle = await readActiveBundle(folders);
    const runner = new SessionPool({ blocks: blocksFolder(folders), threads: 1 });
    const assess = createAssess({ plugins: modalities, bundle, runner, hash: (bytes) => createHash('sha256').update(bytes).digest('hex') as Sha256 });
    const all = await timed(assess, timeline(['vitals', 'radiology-report', 'chest-imaging']), Number(values.runs));
    const alone = await timed(assess, timeline(['vitals']), Number(values.runs));
    await runner.close();
    printFigures(
      {
        bundle: bundle.id,
        runs: all.length,
        explainedMsP50: quantile(all, 0.5),
        explainedMsP95: quantile(all, 0.95),
        signsAloneMsP50: quantile(alone, 0.5),
        signsAloneMsP95: quantile(alone, 0.95),
      },
      values.json,
      io,
    );
    return EXIT.done;
  },
};

async function timed(assess: Assess, patient: PatientTimeline, runs: number): Promise<readonly number[]> {
  const took: number[] = [];
  // The first runs load the sessions.
  for (let run = -5; run < runs; run += 1) {
    const began = performance.now();
    const [first] = await assess({ timeline: patient, asOf: NOW, tasks });
    invariant(first?.outcome.kind === 'scored', 'the measured patient is scored');
    if (run >= 0) took.push(performance.now() - began);
  }
  return took;
}

function timeline(kinds: readonly string[]): PatientTimeline {
  const streams = new Map<ModalityKind, ModalityStream>();
  for (const name of kinds) {
    const kind = name as ModalityKind;
    streams.set(kind, { kind, observations: observationsOf(name) });
  }
  return { patientId: '00000000-0000-4000-8000-0000000000be' as PatientId, revision: 1, demographics: [], stays: [], streams, withheld: [] };
}

function observationsOf(kind: string): readonly Observation[] {
  if (kind === 'radiology-report') return [fact('report', minus(NOW, hours(2)), report())];
  if (kind === 'chest-imaging')
    return [fact('film', minus(NOW, hours(2)), drawnFilm({ seed: 7, findings: [{ kind: 'effusion', side: 'left', volume: 0.5 }] }))];
  return Array.from({ length: 24 }, (_, back) => minus(NOW, hours(23 - back))).flatMap((at) =>
    SIGNS.map(([code, unit, number]): Observation<Reading> => fact(`${code}-${at}`, at, { code, unit, number, device: null })),
  );
}

function fact<V>(id: string, at: Instant, value: V): Observation<V> {
  return { id, effectiveAt: at, availableAt: at, value, sourceId: 'bench' as SourceId };
}

function report(): ReportValue {
  return {
    reportId: '00000000-0000-4000-8000-0000000000bf' as ReportId,
    version: 1,
    status: 'final',
    code: '30746-2',
    text: REPORT,
    derived: readReport(REPORT),
  };
}
