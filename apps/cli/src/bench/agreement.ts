import { blocksFolder, readActiveBundle, readBundle, SessionPool } from '@concord/adapters/onnx';
import type { BundleId, ModalityKind, Observation, PatientId, PatientTimeline, ReportId, ReportValue, SourceId, Verdict } from '@concord/core/clinical';
import { hours, instant, minus, seededRng } from '@concord/core/kernel';
import { chestSample, type ChestSample } from '@concord/generator';
import { modalities } from '@concord/modalities/registry';
import { readReport } from '@concord/modalities/radiology-report';
import { createAgree, type Agree } from '@concord/pipeline/agree';
import { EXIT, readArgs, UsageError } from '../verb.ts';
import { printFigures, type Bench } from './bench.ts';
import { drawnFilm } from './drawn-film.ts';

const NOW = instant(Date.UTC(2026, 0, 15, 12));
const LOOKED = minus(NOW, hours(2));
/** How the generator marks a film that nobody took: names that were never judged on such films say nothing of it. */
const DRAWN = 'Procedural chest phantom: no person, no exposure.';

interface Pairs {
  pairs: number;
  compared: number;
  contradictions: number;
}

/** How often report and film are said to contradict each other: where one truth is behind both, and where two are. */
export const agreementBench: Bench = {
  usage: 'bench agreement [--pairs 400] [--seed 1] [--bundle ID]     false alarms of the second-look queue on drawn films and their reports',
  async run(args, io) {
    const { values } = readArgs(args, {
      pairs: { type: 'string', default: '400' },
      seed: { type: 'string', default: '1' },
      bundle: { type: 'string' },
    });
    if (!/^[1-9]\d{0,4}$/.test(values.pairs) || !/^\d{1,9}$/.test(values.seed)) throw new UsageError('--pairs and --seed are whole numbers.');
    const folders = { models: io.settings.modelsDir, data: io.settings.dataDir };
    const bundle = values.bundle === undefined ? await readActiveBundle(folders) : await readBundle(folders, values.bundle as BundleId);
    const runner = new SessionPool({ blocks: blocksFolder(folders), threads: 1 });
    const agree = createAgree({ plugins: modalities, bundle, runner });
    const samples = drawSamples(Number(values.pairs), Number(values.seed));
    const own = await judged(agree, samples, (at) => at);
    const other = await judged(agree, samples, (at) => strangerOf(samples, at));
    await runner.close();
    printFigures(
      {
        bundle: bundle.id,
        pairs: own.pairs,
        consistentCompared: own.compared,
        falseAlarms: own.contradictions,
        falseAlarmShare: own.contradictions / own.pairs,
        contraryPairs: other.pairs,
        contraryCompared: other.compared,
        contradictionsFound: other.contradictions,
        foundShare: other.contradictions / other.pairs,
      },
      values.json,
      io,
    );
    return EXIT.done;
  },
};

interface Drawn extends ChestSample {
  readonly seed: number;
  readonly hasOpacity: boolean;
}

function drawSamples(count: number, seed: number): readonly Drawn[] {
  const rng = seededRng(seed);
  return Array.from({ length: count }, (_, at) => {
    const sample = chestSample({ severity: rng.next(), rng });
    return { ...sample, seed: seed * 100_000 + at, hasOpacity: sample.findings.some(({ kind }) => kind === 'opacity') };
  });
}

/** The next patient whose chest differs in the one finding that films and reports are compared on; undefined when there is none. */
function strangerOf(samples: readonly Drawn[], at: number): number | undefined {
  const found = samples.findIndex((sample, other) => other > at && sample.hasOpacity !== samples[at]?.hasOpacity);
  return found < 0 ? undefined : found;
}

async function judged(agree: Agree, samples: readonly Drawn[], reportOf: (at: number) => number | undefined): Promise<Pairs> {
  const sums: Pairs = { pairs: 0, compared: 0, contradictions: 0 };
  for (const [at, film] of samples.entries()) {
    const report = samples[reportOf(at) ?? -1];
    if (report === undefined) continue;
    const { findings } = await agree({ timeline: timeline(film, report), asOf: NOW });
    const verdicts: readonly Verdict[] = findings.map(({ verdict }) => verdict);
    sums.pairs += 1;
    if (verdicts.some((verdict) => verdict === 'agree' || verdict === 'disagree')) sums.compared += 1;
    if (verdicts.includes('disagree')) sums.contradictions += 1;
  }
  return sums;
}

function timeline(film: Drawn, { text }: Drawn): PatientTimeline {
  const report: ReportValue = { reportId: 'report' as ReportId, version: 1, status: 'final', code: '36643-5', text, derived: readReport(text) };
  const streams = [stream('radiology-report', report), stream('chest-imaging', drawnFilm({ seed: film.seed, findings: film.findings, derivationNote: DRAWN }))];
  return { patientId: 'bench' as PatientId, revision: 1, demographics: [], stays: [], streams: new Map(streams), withheld: [] };
}

function stream(name: string, value: unknown) {
  const kind = name as ModalityKind;
  const observation: Observation = { id: name, effectiveAt: LOOKED, availableAt: LOOKED, value, sourceId: 'bench' as SourceId };
  return [kind, { kind, observations: [observation] }] as const;
}
