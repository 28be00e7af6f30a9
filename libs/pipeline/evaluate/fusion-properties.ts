import { calibrate } from '@concord/stages/calibration';
import { interactions, shapley } from '@concord/stages/explanation';
import type { Logits } from '@concord/stages/fusion';
import { weightedAuroc } from './discrimination.ts';
import { calibrationOn, everyCoalition, fused, fusedByMembers, lateLogit, located, tokensOf, type FusionParts, type TruthPatient } from './fusion-rows.ts';
import { at } from './predictions.ts';

/** A property measured patient by patient: its figures can be drawn again from any choice of patients. */
export interface Measured {
  readonly units: number;
  /** @param weight how often each patient counts. */
  readonly figures: (weight: (unit: number) => number) => Readonly<Record<string, number>>;
}

/** The question that only one source can answer, per source: the others must get nothing, it must get all. */
const ALONE: Readonly<Record<string, string>> = { vitals: 'vitals-alone', 'radiology-report': 'report-alone', 'chest-imaging': 'image-alone' };
const [INTERACTION, DISCORDANCE, MISLINK] = ['interaction', 'discordance', 'mislink'] as const;

/**
 * Contributions against the true game, and what can be seen only across sources.
 * @param patients complete, none mislinked.
 */
export async function measureContributions(patients: readonly TruthPatient[], parts: FusionParts): Promise<Measured> {
  const { sources } = parts.generator;
  const values = await everyCoalition(await tokensOf(patients, parts), parts);
  const heads = ['outcome', ...Object.values(ALONE)];
  const games = heads.map((head) => ({ head, rows: patients.map((patient, row) => gameOf(patient, values[row] ?? [], head, parts)) }));
  const pairs = ranksOf(patients, values, parts);
  return {
    units: patients.length,
    figures: (weight) => {
      const sums = games.map(({ head, rows }) => ({ head, ...sumsOf(rows, weight, sources.length) }));
      const [outcome] = sums;
      const shares = sums.slice(1).map(({ magnitude }, place) => ({
        own: (magnitude[place] ?? 0) / total(magnitude),
        others: magnitude.filter((_, other) => other !== place).map((value) => value / total(magnitude)),
      }));
      return {
        shapleyError: (outcome?.error ?? 0) / (outcome?.truth ?? 1),
        ...Object.fromEntries(sums.slice(1).map(({ head, error, truth }) => [`shapleyErrors.${head}`, error / truth])),
        efficiencyResidual: Math.max(...sums.map(({ residual }) => residual)),
        uninformativeShare: Math.max(...shares.flatMap(({ others }) => others)),
        onlyInformativeShare: Math.min(...shares.map(({ own }) => own)),
        ...pairs(weight),
      };
    },
  };
}

interface GameRow {
  readonly seen: readonly number[];
  readonly true: readonly number[];
  readonly residual: number;
}

function gameOf(patient: TruthPatient, values: readonly Logits[], head: string, { bundle, generator }: FusionParts): GameRow {
  const place = bundle.fusion.heads.indexOf(head);
  const own = values.map((logits) => logits[place] ?? 0);
  const seen = shapley(generator.sources.length, own);
  return {
    seen,
    true: shapley(generator.sources.length, generator.game(patient, generator.sources, head)),
    residual: Math.abs(total(seen) - ((own.at(-1) ?? 0) - (own[0] ?? 0))),
  };
}

function sumsOf(rows: readonly GameRow[], weight: (unit: number) => number, players: number) {
  const magnitude = Array.from({ length: players }, () => 0);
  let [error, truth, residual] = [0, 0, 0];
  rows.forEach((row, unit) => {
    const w = weight(unit);
    row.seen.forEach((value, player) => {
      error += w * Math.abs(value - (row.true[player] ?? 0));
      truth += w * Math.abs(row.true[player] ?? 0);
      magnitude[player] = (magnitude[player] ?? 0) + w * Math.abs(value);
    });
    residual = Math.max(residual, w > 0 ? row.residual : 0);
  });
  return { error, truth, residual, magnitude };
}

/** What only two sources together tell: ranking by the full set, by late fusion, and the interaction index of film and signs. */
function ranksOf(patients: readonly TruthPatient[], values: readonly (readonly Logits[])[], parts: FusionParts): Measured['figures'] {
  const { bundle, generator } = parts;
  const columnOf = (head: string, coalition: number): Float64Array =>
    Float64Array.from(values, (row) => row[coalition]?.[bundle.fusion.heads.indexOf(head)] ?? 0);
  const all = 2 ** generator.sources.length - 1;
  const labelsOf = (head: string): Uint8Array => Uint8Array.from(patients, ({ labels }) => labels[head] ?? 0);
  const alone = generator.sources.map((source, player) => ({ source, logits: columnOf(INTERACTION, 1 << player) }));
  const late = Float64Array.from(patients, (_, row) => lateLogit(new Map(alone.map(({ source, logits }) => [source, at(logits, row)])), INTERACTION, bundle));
  const optimal = (head: string): Float64Array => Float64Array.from(patients, (patient) => generator.game(patient, generator.sources, head).at(-1) ?? 0);
  const scores = { xorAuroc: columnOf(INTERACTION, all), lateFusionXorAuroc: late, optimalXorAuroc: optimal(INTERACTION) };
  const discordance = columnOf(DISCORDANCE, all);
  const truth = { xor: labelsOf(INTERACTION), discordance: labelsOf(DISCORDANCE) };
  const alarm = bundle.benchmark?.alarms[DISCORDANCE] ?? Number.POSITIVE_INFINITY;
  const pairIndex = patients.map((_, row) =>
    interactions(
      generator.sources.length,
      (values[row] ?? []).map((logits) => logits[bundle.fusion.heads.indexOf(INTERACTION)] ?? 0),
    ),
  );
  return (weight) => ({
    ...Object.fromEntries(Object.entries(scores).map(([name, score]) => [name, weightedAuroc(score, truth.xor, weight)])),
    discordanceAuroc: weightedAuroc(discordance, truth.discordance, weight),
    optimalDiscordanceAuroc: weightedAuroc(optimal(DISCORDANCE), truth.discordance, weight),
    discordanceFalseAlarms: rateAbove(discordance, truth.discordance, { alarm, of: 0, weight }),
    discordanceFound: rateAbove(discordance, truth.discordance, { alarm, of: 1, weight }),
    xorInteractionShare: interactionShare(pairIndex, weight),
  });
}

/** Share of all pairwise interaction that lies between the two sources that hold the bits. */
function interactionShare(
  rows: readonly (readonly { readonly pair: readonly [number, number]; readonly value: number }[])[],
  weight: (unit: number) => number,
): number {
  let [right, all] = [0, 0];
  rows.forEach((row, unit) => {
    for (const { pair, value } of row) {
      all += weight(unit) * Math.abs(value);
      if (pair.join() === '0,2') right += weight(unit) * Math.abs(value);
    }
  });
  return right / all;
}

function rateAbove(
  score: Float64Array,
  truth: Uint8Array,
  { alarm, of, weight }: { readonly alarm: number; readonly of: 0 | 1; readonly weight: (unit: number) => number },
): number {
  let [above, all] = [0, 0];
  truth.forEach((label, row) => {
    if (label !== of) return;
    all += weight(row);
    if (at(score, row) >= alarm) above += weight(row);
  });
  return above / all;
}

/** A report of another patient, noticed. @param patients complete, some mislinked. */
export async function measureMislink(patients: readonly TruthPatient[], parts: FusionParts): Promise<Measured> {
  const kinds = parts.bundle.fusion.layout.map(({ modality }) => modality);
  const logits = await fused(await tokensOf(patients, parts), () => kinds, parts);
  const place = parts.bundle.fusion.heads.indexOf(MISLINK);
  const value = Float64Array.from(logits, (row) => row[place] ?? 0);
  const ceiling = Float64Array.from(patients, (patient) => parts.generator.game(patient, parts.generator.sources, MISLINK).at(-1) ?? 0);
  const truth = Uint8Array.from(patients, ({ labels }) => labels[MISLINK] ?? 0);
  return {
    units: patients.length,
    figures: (weight) => ({ 'mislink.value': weightedAuroc(value, truth, weight), 'mislink.ceiling': weightedAuroc(ceiling, truth, weight) }),
  };
}

/** Films among which the one of a report is sought. */
export const GALLERY = 100;
const [TOP, TOP_OF_CLASS] = [10, 5];

/** Search from a report for its film, and for films of the same findings. @param patients linked; a multiple of `GALLERY`. */
export async function measureRetrieval(patients: readonly TruthPatient[], parts: FusionParts): Promise<Measured> {
  const [reports, films] = [await located(patients, 'radiology-report', parts), await located(patients, 'chest-imaging', parts)];
  const rows = patients.map((patient, row) => {
    const gallery = Array.from({ length: GALLERY }, (_, other) => row - (row % GALLERY) + other);
    const same = (other: number): boolean => patients[other]?.findings.join() === patient.findings.join();
    const seen = hits(gallery, row, { likeness: (other) => cosine(reports[row], films[other]), same });
    const best = hits(gallery, row, { likeness: (other) => evidenceOf(patient, patients[other], parts), same });
    return { seen, best, chance: gallery.filter(same).length / GALLERY };
  });
  return {
    units: patients.length,
    figures: (weight) => {
      const mean = (of: (row: (typeof rows)[number]) => number): number =>
        rows.reduce((sum, row, unit) => sum + weight(unit) * of(row), 0) / rows.reduce((sum, _, unit) => sum + weight(unit), 0);
      return {
        'retrieval.value': mean(({ seen }) => seen.found),
        'retrieval.ceiling': mean(({ best }) => best.found),
        'retrievalOfClass.value': mean(({ seen }) => seen.precision),
        'retrievalOfClass.chance': mean(({ chance }) => chance),
        'retrievalOfClass.ceiling': mean(({ best }) => best.precision),
      };
    },
  };
}

function evidenceOf(patient: TruthPatient, other: TruthPatient | undefined, { generator }: FusionParts): number {
  return other === undefined ? Number.NEGATIVE_INFINITY : generator.pairEvidence(patient, other);
}

interface Search {
  readonly likeness: (other: number) => number;
  readonly same: (other: number) => boolean;
}

/** Recall at 10 of the own film, and precision at 5 for films of the same findings. */
function hits(gallery: readonly number[], own: number, { likeness, same }: Search): { readonly found: number; readonly precision: number } {
  const order = gallery.map((other) => ({ other, value: likeness(other) })).sort((a, b) => b.value - a.value);
  return {
    found: Number(order.slice(0, TOP).some(({ other }) => other === own)),
    precision: order.slice(0, TOP_OF_CLASS).filter(({ other }) => same(other)).length / TOP_OF_CLASS,
  };
}

function cosine(a: Float32Array | undefined, b: Float32Array | undefined): number {
  return a?.reduce((sum, value, place) => sum + value * (b?.[place] ?? 0), 0) ?? 0;
}

/** Hours by which the clock of the signals is wrong. */
const CLOCK_ERRORS = { minus1h: -1, minus5min: -5 / 60, plus5min: 5 / 60, plus1h: 1 } as const;

/** What a wrong clock of one source does to the probability. @param patients complete, none mislinked. */
export async function measureClock(patients: readonly TruthPatient[], parts: FusionParts): Promise<Measured> {
  const { bundle } = parts;
  const kinds = bundle.fusion.layout.map(({ modality }) => modality);
  const place = bundle.fusion.heads.indexOf('outcome');
  const calibration = calibrationOn(bundle, 'outcome', kinds);
  const probabilities = async (hours: number): Promise<Float64Array> => {
    const logits = await fused(await tokensOf(patients, parts, { source: 'vitals', hours }), () => kinds, parts);
    return Float64Array.from(logits, (row) => calibrate(row[place] ?? 0, calibration).probability);
  };
  const right = await probabilities(0);
  const wrong: { readonly name: string; readonly shifted: Float64Array }[] = [];
  for (const [name, hours] of Object.entries(CLOCK_ERRORS)) wrong.push({ name, shifted: await probabilities(hours) });
  const outcome = Uint8Array.from(patients, ({ labels }) => labels['outcome'] ?? 0);
  return {
    units: patients.length,
    figures: (weight) =>
      Object.fromEntries(
        wrong.flatMap(({ name, shifted }) => [
          [`clock.${name}.meanShift`, meanShift(right, shifted, weight)],
          [`clock.${name}.auroc`, weightedAuroc(shifted, outcome, weight)],
        ]),
      ),
  };
}

function meanShift(a: Float64Array, b: Float64Array, weight: (unit: number) => number): number {
  let [sum, all] = [0, 0];
  a.forEach((value, row) => {
    sum += weight(row) * Math.abs(value - at(b, row));
    all += weight(row);
  });
  return sum / all;
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

/**
 * What the ensemble's spread is worth: whether the single head that was taught says how far the members are apart, whether that tells how far the
 * score is from the best possible one, and whether it grows where a report is another patient's, of whom no outcome was learned.
 * @param linked complete, none mislinked; @param mixed complete, some mislinked.
 */
export async function measureEnsemble({ linked, mixed }: Readonly<Record<'linked' | 'mixed', readonly TruthPatient[]>>, parts: FusionParts): Promise<Measured> {
  const { generator, bundle } = parts;
  const place = bundle.fusion.heads.indexOf('outcome');
  const answers = await answersOf(linked, parts);
  const told = answers.map(({ spread }) => Math.log(spread[place] ?? 1));
  const apart = answers.map(({ members }) => Math.log(deviation(members.map((logits) => logits[place] ?? 0)) + 1e-3));
  const wrong = answers.map(({ logits }, row) => Math.log(Math.abs((logits[place] ?? 0) - bestOf(linked[row], generator)) + 1e-3));
  const strange = Uint8Array.from(mixed, ({ labels }) => labels[MISLINK] ?? 0);
  const toldOfMixed = Float64Array.from(await answersOf(mixed, parts), ({ spread }) => spread[place] ?? 0);
  return {
    units: linked.length,
    figures: (weight) => ({
      spreadCorrelation: correlation(told, apart, weight),
      spreadOfError: correlation(told, wrong, weight),
      spreadOnStrangers: weightedAuroc(toldOfMixed, strange, weight),
    }),
  };
}

function answersOf(patients: readonly TruthPatient[], parts: FusionParts) {
  const kinds = parts.bundle.fusion.layout.map(({ modality }) => modality);
  return tokensOf(patients, parts).then((tokens) => fusedByMembers(tokens, () => kinds, parts));
}

function bestOf(patient: TruthPatient | undefined, generator: FusionParts['generator']): number {
  return patient === undefined ? 0 : (generator.game(patient, generator.sources, 'outcome').at(-1) ?? 0);
}

function deviation(values: readonly number[]): number {
  const mean = total(values) / values.length;
  return Math.sqrt(total(values.map((value) => (value - mean) ** 2)) / (values.length - 1));
}

/** Pearson, weighted. */
function correlation(a: readonly number[], b: readonly number[], weight: (unit: number) => number): number {
  const weights = a.map((_, unit) => weight(unit));
  const meanOf = (values: readonly number[]): number => total(values.map((value, unit) => value * (weights[unit] ?? 0))) / total(weights);
  const [meanA, meanB] = [meanOf(a), meanOf(b)];
  const product = (x: readonly number[], y: readonly number[], mx: number, my: number): number =>
    total(x.map((value, unit) => (weights[unit] ?? 0) * (value - mx) * ((y[unit] ?? 0) - my)));
  return product(a, b, meanA, meanB) / Math.sqrt(product(a, a, meanA, meanA) * product(b, b, meanB, meanB));
}
