import type { ModalityKind, TensorInput } from '@concord/core/clinical';
import { invariant } from '@concord/core/kernel';
import type { ModelRunner, Rng } from '@concord/core/ports';
import type { BundleManifest, CalibrationEntry } from '@concord/governance/models';
import { calibrate, isCovered, monotone } from '@concord/stages/calibration';
import type { Tokens } from '@concord/stages/encoding';
import { fuse, type Logits } from '@concord/stages/fusion';
import { encodeAll } from '../assess/index.ts';
import { drawCompany, type BySeverity, type Materials } from './assembled-company.ts';
import { quantileByPatient } from './quantile-by-patient.ts';
import { judgeRisk, type RiskRows } from './risk-figures.ts';
import { BOOTSTRAP_DRAWS } from './suite.ts';

const [SIGNS, REPORT, FILM] = ['vitals' as ModalityKind, 'radiology-report' as ModalityKind, 'chest-imaging' as ModalityKind];
/** Left out by a conformal set. */
const MISS = 0.1;
/** Half of the last digit of a stored probability: rounding must not put an outcome out of its set. */
const ROUNDING = 5e-5;
/** Hours at once through the head: more would only wait. */
const AT_ONCE = 1_000;
export const ASSEMBLED_FIGURES = ['auroc', 'slope', 'observedExpected', 'ece', 'coverageWithout', 'coverageWithEvent'] as const;

interface Parts {
  readonly bundle: BundleManifest;
  readonly runner: ModelRunner;
}

/** Films and reports as the fusion head reads them. */
export async function encodeMaterials(inputs: Materials<TensorInput>, parts: Parts): Promise<Materials<Tokens>> {
  const [image, report] = [encoderOf(FILM, parts.bundle), encoderOf(REPORT, parts.bundle)];
  const both = async ([well, sick]: BySeverity<TensorInput>, encoder: string): Promise<BySeverity<Tokens>> => [
    await encodeAll(well, encoder, parts),
    await encodeAll(sick, encoder, parts),
  ];
  return { films: await both(inputs.films, image), drawnFilms: await both(inputs.drawnFilms, image), reports: await both(inputs.reports, report) };
}

function encoderOf(kind: ModalityKind, { fusion }: BundleManifest): string {
  const range = fusion.layout.find(({ modality }) => modality === kind);
  invariant(range !== undefined, `the fusion head hears ${kind}`);
  return range.encoder;
}

/** An hour of a real patient, with what was seen of the signs by then. */
export interface AssembledHour {
  /** Any number that tells patients apart. */
  readonly patient: number;
  readonly signs: TensorInput;
  /** Per horizon, shortest first: 1 event, 0 none, -1 not asked. */
  readonly labels: readonly number[];
}

export interface AssembledAnswer {
  readonly hour: Pick<AssembledHour, 'patient' | 'labels'>;
  /** By pattern, as `kinds.join('+')`: the logits of every horizon. */
  readonly logits: ReadonlyMap<string, Logits>;
}

/** What the served encoders and head say of every hour once a film and a report are put beside it. */
export async function answerAssembled(
  hours: readonly AssembledHour[],
  parts: Parts & { readonly rng: Rng; readonly company: Materials<Tokens> },
): Promise<readonly AssembledAnswer[]> {
  const patterns = assembledPatterns(parts.bundle);
  const answered: AssembledAnswer[] = [];
  for (let from = 0; from < hours.length; from += AT_ONCE) {
    const part = hours.slice(from, from + AT_ONCE);
    const signs = await encodeAll(
      part.map((hour) => hour.signs),
      encoderOf(SIGNS, parts.bundle),
      parts,
    );
    const tokens = part.map(({ labels }, at) => {
      const own = signs[at];
      const company = drawCompany(parts.company, labels.includes(1), parts.rng);
      return own === undefined ? company : new Map([...company, [SIGNS, own]]);
    });
    const rows = tokens.flatMap((own) => patterns.map((modalities) => ({ tokens: own, coalition: { modalities } })));
    const said = await fuse(rows, parts.bundle.fusion, parts.runner);
    part.forEach(({ patient, labels }, at) => {
      answered.push({
        hour: { patient, labels },
        logits: new Map(patterns.map((kinds, place) => [kinds.join('+'), said[at * patterns.length + place] ?? []])),
      });
    });
  }
  return answered;
}

/** Sets of inputs that the fusion head answers and that hold more than signs. */
function assembledPatterns({ calibrations }: BundleManifest): readonly (readonly ModalityKind[])[] {
  const assembled = calibrations.filter(({ evidenceLevel, scorer }) => scorer === undefined && evidenceLevel.icu === 'assembled');
  return [...new Map(assembled.map(({ pattern }) => [pattern.join('+'), pattern])).values()];
}

/** One question on one set of inputs. */
export interface AssembledCell {
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

/** Quantiles come from the calibration part, figures from the validation part. */
export type AnswersByPart = Readonly<Record<'calibration' | 'validation', readonly AssembledAnswer[]>>;

/** Every question on every set of inputs with more than signs: calibration and coverage, each with its interval by patient. */
export function judgeAssembled(answered: AnswersByPart, judge: Judge): readonly AssembledCell[] {
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

function cellOf(answered: AnswersByPart, question: CellQuestion, { anew, rng }: Judge): AssembledCell {
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
    figures: Object.fromEntries(ASSEMBLED_FIGURES.map((name) => [name, figures[name]])),
    ci: Object.fromEntries(ASSEMBLED_FIGURES.flatMap((name) => (ci[name] === undefined ? [] : [[name, ci[name]]]))),
    slope,
    intercept,
    conformal,
  };
}

/** Hours that the horizon asks, with what would be shown of them and whether the set held what came. */
function rowsOf(answered: readonly AssembledAnswer[], { own, maps, place }: CellQuestion): RiskRows {
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
