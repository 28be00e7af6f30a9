import { blocksFolder, readActiveBundle, readBundle, SessionPool } from '@concord/adapters/onnx';
import type { BundleId, ModalityKind, ModalityStream, Reading, TensorInput } from '@concord/core/clinical';
import { seededRng } from '@concord/core/kernel';
import type { ModelRunner, Rng } from '@concord/core/ports';
import type { BundleManifest, CalibrationEntry } from '@concord/governance/models';
import { vitals } from '@concord/modalities/vitals';
import { encodeAll } from '@concord/pipeline/assess';
import { BOOTSTRAP_DRAWS, endOfRow, judgeRisk, timelineOf, type RiskRows } from '@concord/pipeline/evaluate';
import { calibrate, isCovered, monotone } from '@concord/stages/calibration';
import type { Tokens } from '@concord/stages/encoding';
import { fuse, type Logits } from '@concord/stages/fusion';
import { declineRows, type DeclineRow } from '../lab/decline-tensors.ts';
import { EXIT, readArgs, UsageError } from '../verb.ts';
import { drawCompany, materialsBy, PARTS, type BySeverity, type Materials } from './assembled-patients.ts';
import { quantileByPatient } from './quantile-by-patient.ts';
import type { Bench } from './bench.ts';

/** Left out by a conformal set. */
const MISS = 0.1;
/** Half of the last digit of a stored probability: rounding must not put an outcome out of its set. */
const ROUNDING = 5e-5;
/** Hours at once through the head: more would only wait. */
const AT_ONCE = 1_000;
const FIGURES = ['auroc', 'slope', 'observedExpected', 'ece', 'coverageWithout', 'coverageWithEvent'] as const;

/** Patterns with a film or a report, which no real patient has an outcome for: properties of assembled patients, each with its interval. */
export const assembledBench: Bench = {
  usage:
    'bench assembled --data DIR --films DIR [--rows 12000] [--seed 1] [--bundle ID] [--anew]     slope, observed over expected and coverage by pattern, on patients assembled from validation parts; conformal quantiles from calibration parts, and with --anew judged by them',
  async run(args, io) {
    const { values } = readArgs(args, {
      data: { type: 'string' },
      films: { type: 'string' },
      rows: { type: 'string', default: '12000' },
      seed: { type: 'string', default: '1' },
      bundle: { type: 'string' },
      anew: { type: 'boolean', default: false },
    });
    if (values.data === undefined || values.films === undefined) throw new UsageError('It reads two labelled folders: --data DIR --films DIR.');
    if (!/^[1-9]\d{0,5}$/.test(values.rows) || !/^\d{1,6}$/.test(values.seed)) throw new UsageError('--rows and --seed are whole numbers.');
    const folders = { models: io.settings.modelsDir, data: io.settings.dataDir };
    const bundle = values.bundle === undefined ? await readActiveBundle(folders) : await readBundle(folders, values.bundle as BundleId);
    const runner = new SessionPool({ blocks: blocksFolder(folders), threads: 1 });
    try {
      const rng = seededRng(`assembled-${values.seed}`);
      const [all, materials] = [declineRows(values.data), await materialsBy(values.films)];
      const ask = async (part: number): Promise<readonly Answered[]> => {
        const company = await encoded(materials(part), { bundle, runner });
        return answers(sampled(all, { part, count: Number(values.rows), rng }), { bundle, runner, rng, company });
      };
      const own = { calibration: await ask(PARTS.calibration), validation: await ask(PARTS.validation) };
      const cells = judged(own, { bundle, anew: values.anew, rng });
      if (values.json) io.out(JSON.stringify({ bundle: bundle.id, seed: Number(values.seed), anew: values.anew, rows: own.validation.length, cells }));
      else for (const cell of cells) io.out(lineOf(cell));
    } finally {
      await runner.close();
    }
    return EXIT.done;
  },
};

/** A draw of the hours of a part's patients, in their order. */
function sampled(
  all: readonly DeclineRow[],
  { part, count, rng }: { readonly part: number; readonly count: number; readonly rng: Rng },
): readonly DeclineRow[] {
  const own = all.filter(({ split }) => split === part);
  const share = count / own.length;
  return own.filter(() => rng.next() < share);
}

interface Parts {
  readonly bundle: BundleManifest;
  readonly runner: ModelRunner;
}

async function encoded(inputs: Materials<TensorInput>, parts: Parts): Promise<Materials<Tokens>> {
  const both = async ([well, sick]: BySeverity<TensorInput>, encoder: string): Promise<BySeverity<Tokens>> => [
    await encodeAll(well, encoder, parts),
    await encodeAll(sick, encoder, parts),
  ];
  return { films: await both(inputs.films, 'image'), drawnFilms: await both(inputs.drawnFilms, 'image'), reports: await both(inputs.reports, 'report') };
}

interface Answered {
  readonly hour: DeclineRow;
  /** By pattern, as `kinds.join('+')`: the logits of every horizon. */
  readonly logits: ReadonlyMap<string, Logits>;
}

async function answers(hours: readonly DeclineRow[], parts: Parts & { readonly rng: Rng; readonly company: Materials<Tokens> }): Promise<readonly Answered[]> {
  const patterns = assembledPatterns(parts.bundle);
  const answered: Answered[] = [];
  for (let from = 0; from < hours.length; from += AT_ONCE) {
    const part = hours.slice(from, from + AT_ONCE);
    const signs = await encodeAll(alignedSigns(part), vitals.encoder.encoder, parts);
    const tokens = part.map(({ labels }, at) => {
      const own = signs[at];
      const company = drawCompany(parts.company, labels.includes(1), parts.rng);
      return own === undefined ? company : new Map([...company, [vitals.kind, own]]);
    });
    const rows = tokens.flatMap((own) => patterns.map((modalities) => ({ tokens: own, coalition: { modalities } })));
    const said = await fuse(rows, parts.bundle.fusion, parts.runner);
    part.forEach((hour, at) => {
      answered.push({ hour, logits: new Map(patterns.map((kinds, place) => [kinds.join('+'), said[at * patterns.length + place] ?? []])) });
    });
  }
  return answered;
}

/** Sets of inputs that the fusion head answers and that hold more than signs. */
function assembledPatterns({ calibrations }: BundleManifest): readonly (readonly ModalityKind[])[] {
  const assembled = calibrations.filter(({ evidenceLevel, scorer }) => scorer === undefined && evidenceLevel.icu === 'assembled');
  return [...new Map(assembled.map(({ pattern }) => [pattern.join('+'), pattern])).values()];
}

function alignedSigns(hours: readonly DeclineRow[]): readonly TensorInput[] {
  let [record, stream]: [DeclineRow['record'] | undefined, ModalityStream<Reading> | undefined] = [undefined, undefined];
  return hours.map((hour) => {
    if (hour.record !== record) {
      record = hour.record;
      stream = timelineOf(record, [vitals]).streams.get(vitals.kind) as ModalityStream<Reading> | undefined;
    }
    return vitals.align(stream ?? { kind: vitals.kind, observations: [] }, endOfRow(hour.row));
  });
}

interface Cell {
  readonly head: string;
  readonly pattern: readonly ModalityKind[];
  readonly rows: number;
  readonly patients: number;
  readonly patientsWithEvent: number;
  readonly eceByChanceHigh: number;
  readonly figures: Readonly<Record<string, number | null>>;
  /** 95 %, by patient. */
  readonly ci: Readonly<Record<string, readonly [number, number]>>;
  /** Of the map that was judged. */
  readonly slope: number;
  readonly intercept: number;
  /** Quantiles of both classes from the calibration part, each patient counting once. */
  readonly conformal: readonly [without: number, withEvent: number];
}

interface Judge {
  readonly bundle: BundleManifest;
  /** Cover by the quantiles of the calibration part, not by those of the bundle. */
  readonly anew: boolean;
  readonly rng: Rng;
}

type ByPart = Readonly<Record<keyof typeof PARTS, readonly Answered[]>>;

function judged(answered: ByPart, judge: Judge): readonly Cell[] {
  const { fusion, calibrations } = judge.bundle;
  return assembledPatterns(judge.bundle).flatMap((pattern) => {
    const maps = fusion.heads.flatMap((head) => calibrations.filter((own) => own.head === head && own.pattern.join() === pattern.join()));
    return maps.map((own, place) => cellOf(answered, { own, maps, place }, judge));
  });
}

interface CellQuestion {
  readonly own: CalibrationEntry;
  /** Calibrations of the horizons on the same inputs, shortest first; `own` stands at `place`. */
  readonly maps: readonly CalibrationEntry[];
  readonly place: number;
}

function cellOf(answered: ByPart, question: CellQuestion, { anew, rng }: Judge): Cell {
  const { head, pattern, slope, intercept } = question.own;
  const conformal = conformalOf(rowsOf(answered.calibration, question));
  const rows = rowsOf(answered.validation, anew ? { ...question, own: { ...question.own, conformal } } : question);
  const { figures, ci } = judgeRisk(rows, { draws: BOOTSTRAP_DRAWS, rng });
  return {
    head,
    pattern,
    rows: rows.outcome.length,
    patients: rows.patients,
    patientsWithEvent: new Set(rows.patient.filter((_, at) => rows.outcome[at] === 1)).size,
    eceByChanceHigh: figures.eceByChanceHigh,
    figures: Object.fromEntries(FIGURES.map((name) => [name, figures[name]])),
    ci: Object.fromEntries(FIGURES.flatMap((name) => (ci[name] === undefined ? [] : [[name, ci[name]]]))),
    slope,
    intercept,
    conformal,
  };
}

/** Hours that the horizon asks, with what would be shown of them and whether the set held what came. */
function rowsOf(answered: readonly Answered[], { own, maps, place }: CellQuestion): RiskRows {
  const asked = answered.filter(({ hour }) => (hour.labels[place] ?? -1) >= 0);
  const shown = asked.map(({ logits }) => {
    const said = logits.get(own.pattern.join('+')) ?? [];
    return monotone(maps.map((map, at) => calibrate(said[at] ?? 0, map)))[place]?.probability ?? 0;
  });
  const people = [...new Set(asked.map(({ hour }) => hour.patient))];
  const number = new Map(people.map((patient, at) => [patient, at]));
  const happened = asked.map(({ hour }) => hour.labels[place] === 1);
  return {
    probability: Float64Array.from(shown),
    outcome: Uint8Array.from(happened, Number),
    patient: Uint32Array.from(asked, ({ hour }) => number.get(hour.patient) ?? 0),
    patients: people.length,
    covered: Uint8Array.from(shown, (p, at) => Number(isCovered(p, happened[at] ?? false, own))),
  };
}

function conformalOf({ probability, outcome, patient }: RiskRows): readonly [without: number, withEvent: number] {
  const of = (event: number): number => {
    const own = [...outcome.keys()].filter((at) => outcome[at] === event);
    const strange = own.map((at) => Math.abs(event - (probability[at] ?? 0)));
    return Math.min(1, quantileByPatient(strange, { patients: own.map((at) => patient[at] ?? 0), miss: MISS }) + ROUNDING);
  };
  return [of(0), of(1)];
}

function lineOf({ head, pattern, figures, ci, patients, patientsWithEvent }: Cell): string {
  const shown = FIGURES.map((name) => `${name} ${figures[name]?.toFixed(3) ?? '-'} [${ci[name]?.map((end) => end.toFixed(3)).join(', ') ?? ''}]`);
  return `${head} ${pattern.join('+')} (${patients} patients, ${patientsWithEvent} with the event): ${shown.join(', ')}`;
}
