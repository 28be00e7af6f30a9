import { blocksFolder, readActiveBundle, readBundle, SessionPool } from '@concord/adapters/onnx';
import { openDicomReader } from '@concord/adapters/codecs';
import {
  SHARED_FINDINGS,
  type BundleId,
  type FindingAgreement,
  type ImageValue,
  type ModalityKind,
  type Observation,
  type PatientId,
  type PatientTimeline,
  type ReportId,
  type ReportValue,
  type SourceId,
} from '@concord/core/clinical';
import { hours, instant, minus, seededRng } from '@concord/core/kernel';
import { chestPhantom, chestSample, type ChestSample } from '@concord/generator';
import type { DicomReader } from '@concord/interop/dicom';
import { modalities } from '@concord/modalities/registry';
import { readReport } from '@concord/modalities/radiology-report';
import { createAgree, DRAWN_FILMS, type Agree } from '@concord/pipeline/agree';
import { bordered } from '../lab/borders.ts';
import { EXIT, readArgs, UsageError } from '../verb.ts';
import { aurocWithInterval, doubtOf, type Doubt } from './agreement-figures.ts';
import { MARGINS, MOST_FALSE, remembering, upperBound, withMargin } from './agreement-margin.ts';
import { printFigures, type Bench } from './bench.ts';
import { asKept } from './planted-film.ts';

const NOW = instant(Date.UTC(2026, 0, 15, 12));
const LOOKED = minus(NOW, hours(2));
const SIZE = 256;
/** Share of films with the borders of a collimator. */
const BORDERED = 0.5;

/** How often report and film are said to contradict each other: where one truth is behind both, and where two are. */
export const agreementBench: Bench = {
  usage:
    'bench agreement [--pairs 400] [--seed 1] [--bundle ID | --margins]     false alarms of the second-look queue on drawn films and their reports, as the demonstration reads them, or by one bundle alone; --margins: at which margin of the thresholds they stay within 2 %',
  async run(args, io) {
    const { values } = readArgs(args, {
      pairs: { type: 'string', default: '400' },
      seed: { type: 'string', default: '1' },
      bundle: { type: 'string' },
      margins: { type: 'boolean', default: false },
    });
    if (!/^[1-9]\d{0,4}$/.test(values.pairs) || !/^\d{1,9}$/.test(values.seed)) throw new UsageError('--pairs and --seed are whole numbers.');
    const folders = { models: io.settings.modelsDir, data: io.settings.dataDir };
    const alone = values.bundle !== undefined;
    const bundle = alone ? await readBundle(folders, values.bundle as BundleId) : await readActiveBundle(folders);
    const runner = new SessionPool({ blocks: blocksFolder(folders), threads: 1 });
    const reader = openDicomReader();
    try {
      const drawn = alone ? undefined : await readBundle(folders, DRAWN_FILMS);
      const agree = createAgree({ plugins: modalities, bundle, runner, ...(drawn && { drawn }) });
      const samples = await drawSamples(Number(values.pairs), Number(values.seed), reader);
      if (values.margins && drawn !== undefined) {
        const parts = { plugins: modalities, bundle, runner: remembering(runner) };
        printFigures(await margins(samples, (margin) => createAgree({ ...parts, drawn: withMargin(drawn, margin) })), values.json, io);
        return EXIT.done;
      }
      const own = await judged(agree, samples, (at) => at);
      const other = await judged(agree, samples, (at) => strangerOf(samples, at));
      printFigures({ bundle: bundle.id, drawn: drawn?.id ?? '', ...figuresOf(own, other, Number(values.seed)) }, values.json, io);
    } finally {
      await Promise.all([runner.close(), reader.close()]);
    }
    return EXIT.done;
  },
};

interface Drawn extends ChestSample {
  /** As the timeline holds it, after the DICOM door. */
  readonly film: ImageValue | undefined;
  readonly hasOpacity: boolean;
}

async function drawSamples(count: number, seed: number, reader: DicomReader): Promise<readonly Drawn[]> {
  const rng = seededRng(seed);
  const samples: Drawn[] = [];
  for (let at = 0; at < count; at += 1) {
    const sample = chestSample({ severity: rng.next(), rng });
    const phantom = chestPhantom({ seed: seed * 100_000 + at, findings: sample.findings, size: SIZE });
    const edges = seededRng(`edges-${seed}-${at}`);
    const film = await asKept(edges.next() < BORDERED ? bordered(phantom, edges) : phantom, reader);
    samples.push({ ...sample, film, hasOpacity: sample.findings.some(({ kind }) => kind === 'opacity') });
  }
  return samples;
}

/** The next patient whose chest differs in the one finding that films and reports are compared on; undefined when there is none. */
function strangerOf(samples: readonly Drawn[], at: number): number | undefined {
  const found = samples.findIndex((sample, other) => other > at && sample.hasOpacity !== samples[at]?.hasOpacity);
  return found < 0 ? undefined : found;
}

interface Pair extends Doubt {
  /** Position of the film. */
  readonly film: number;
  readonly findings: readonly FindingAgreement[];
}

async function judged(agree: Agree, samples: readonly Drawn[], reportOf: (at: number) => number | undefined): Promise<readonly Pair[]> {
  const pairs: Pair[] = [];
  for (const [at, { film }] of samples.entries()) {
    const report = samples[reportOf(at) ?? -1];
    if (report === undefined) continue;
    const { findings } = await agree({ timeline: timeline(film, report), asOf: NOW });
    pairs.push({ film: at, findings, ...doubtOf(findings) });
  }
  return pairs;
}

/** False alarms and contradictions found at each margin, and the least margin at which the upper bound of false alarms is low enough. */
async function margins(samples: readonly Drawn[], agreeAt: (margin: number) => Agree): Promise<Readonly<Record<string, number>>> {
  const figures: Record<string, number> = { pairs: samples.length };
  for (const margin of MARGINS) {
    const own = await judged(agreeAt(margin), samples, (at) => at);
    const other = await judged(agreeAt(margin), samples, (at) => strangerOf(samples, at));
    const bound = upperBound(own.filter(contradicts).length, own.length);
    figures[`at ${margin.toFixed(1)}: falseAlarms`] = own.filter(contradicts).length;
    figures[`at ${margin.toFixed(1)}: upperBound`] = bound;
    figures[`at ${margin.toFixed(1)}: foundShare`] = other.filter(contradicts).length / other.length;
    if (bound > MOST_FALSE) continue;
    figures['least'] = margin;
    break;
  }
  return figures;
}

function contradicts({ findings }: Pair): boolean {
  return findings.some(({ verdict }) => verdict === 'disagree');
}

function figuresOf(own: readonly Pair[], other: readonly Pair[], seed: number): Readonly<Record<string, number>> {
  const count = (pairs: readonly Pair[], which: (pair: Pair) => boolean) => pairs.filter(which).length;
  const compared = ({ findings }: Pair) => findings.some(({ verdict }) => verdict === 'agree' || verdict === 'disagree');
  const on = (pairs: readonly Pair[], finding: string) =>
    count(pairs, ({ findings }) => findings.some((each) => each.finding === finding && each.verdict === 'disagree'));
  const [auroc, low, high] = aurocWithInterval(own, other, seed);
  return {
    pairs: own.length,
    consistentCompared: count(own, compared),
    falseAlarms: count(own, contradicts),
    falseAlarmShare: count(own, contradicts) / own.length,
    contraryPairs: other.length,
    contraryCompared: count(other, compared),
    contradictionsFound: count(other, contradicts),
    foundShare: count(other, contradicts) / other.length,
    auroc,
    aurocLow: low,
    aurocHigh: high,
    ...Object.fromEntries(SHARED_FINDINGS.flatMap((finding) => (on(own, finding) === 0 ? [] : [[`falseAlarms ${finding}`, on(own, finding)]]))),
  };
}

function timeline(film: ImageValue | undefined, { text }: Drawn): PatientTimeline {
  const report: ReportValue = { reportId: 'report' as ReportId, version: 1, status: 'final', code: '36643-5', text, derived: readReport(text) };
  const streams = [stream('radiology-report', report), ...(film === undefined ? [] : [stream('chest-imaging', film)])];
  return { patientId: 'bench' as PatientId, revision: 1, demographics: [], stays: [], streams: new Map(streams), withheld: [] };
}

function stream(name: string, value: unknown) {
  const kind = name as ModalityKind;
  const observation: Observation = { id: name, effectiveAt: LOOKED, availableAt: LOOKED, value, sourceId: 'bench' as SourceId };
  return [kind, { kind, observations: [observation] }] as const;
}
