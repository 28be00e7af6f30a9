import { logit, sigmoid } from '@concord/core/kernel';
import { IDENTITY_TRAITS, TOKEN_COLUMNS, TOKEN_DESIGN, TOKEN_FINDINGS, TOKEN_SOURCES, type TokenHead, type TokenSource } from './token-design.ts';
import { expectation, givenSeen, logDensity, type Normal } from './token-gaussian.ts';
import { chanceMeasured } from './token-draw.ts';
import type { SourceTokens, TokenPatient } from './token-patient.ts';

/** Keeps log-odds finite where a source leaves no doubt; far beyond what a float32 logit shows. */
const FLOOR = 1e-9;
type Tokens = TokenPatient['sources'];

/**
 * The best log-odds that anyone could give who sees these sources of this patient and knows how patients are made: normal
 * conditioning, a sum over hidden bits, and one integral for the logistic outcome. No model can rank better.
 * The patient's labels, severity and unseen sources are not read.
 */
export function optimalLogit({ sources }: Pick<TokenPatient, 'sources'>, seen: readonly TokenSource[], head: TokenHead): number {
  switch (head) {
    case 'outcome':
      return logit(expectation(riskOf(sources, seen), sigmoid), FLOOR);
    case 'interaction':
      return interactionLogit(sources, seen);
    case 'vitals-alone':
      return aloneLogit(sources, seen, 'vitals');
    case 'report-alone':
      return aloneLogit(sources, seen, 'radiology-report');
    case 'image-alone':
      return aloneLogit(sources, seen, 'chest-imaging');
    case 'discordance':
      return discordanceLogit(sources, seen);
    case 'mislink':
      return mislinkLogit(sources, seen);
  }
}

/** `optimalLogit` of every subset of `players`, in the order of bits: the game whose Shapley values are the truth. */
export function optimalGame(patient: Pick<TokenPatient, 'sources'>, players: readonly TokenSource[], head: TokenHead): readonly number[] {
  return Array.from({ length: 2 ** players.length }, (_, bits) =>
    optimalLogit(
      patient,
      players.filter((_player, place) => (bits >> place) & 1),
      head,
    ),
  );
}

/**
 * The best log-odds of `outcome` where what was measured tells of severity: that the others are missing is evidence too.
 * Severity is weighed by the chance that exactly these sources were measured.
 */
export function optimalWhereAbsenceSpeaks({ sources }: Pick<TokenPatient, 'sources'>, measured: readonly TokenSource[]): number {
  const severity = severityGiven(sources, measured);
  const rest = uniqueRisk(sources, measured);
  const { intercept, severity: effect } = TOKEN_DESIGN.outcome;
  const chance = (z: number): number =>
    TOKEN_SOURCES.reduce((product, source) => product * (measured.includes(source) ? chanceMeasured(source, z) : 1 - chanceMeasured(source, z)), 1);
  const happened = expectation(severity, (z) => chance(z) * expectation({ mean: intercept + effect * z + rest.mean, variance: rest.variance }, sigmoid));
  return logit(happened / expectation(severity, chance), FLOOR);
}

/**
 * Log of how much likelier this report and this film belong to one patient than to two: what a perfect search would rank by.
 */
export function pairEvidence(report: SourceTokens, film: SourceTokens): number {
  const sources = { 'radiology-report': report, 'chest-imaging': film };
  return severityEvidence(sources, ['radiology-report', 'chest-imaging']) + traitEvidence(sources) + findingEvidence(sources);
}

/** Log-odds of the outcome before the logistic, given what is seen. */
function riskOf(sources: Tokens, seen: readonly TokenSource[]): Normal {
  const { intercept, severity: effect } = TOKEN_DESIGN.outcome;
  const severity = severityGiven(sources, seen);
  const unique = uniqueRisk(sources, seen);
  return { mean: intercept + effect * severity.mean + unique.mean, variance: effect ** 2 * severity.variance + unique.variance };
}

function uniqueRisk(sources: Tokens, seen: readonly TokenSource[]): Normal {
  return TOKEN_SOURCES.reduce<Normal>(
    ({ mean, variance }, source) => {
      const own = uniqueGiven(sources, seen, source);
      const effect = TOKEN_DESIGN.outcome.unique[source];
      return { mean: mean + effect * own.mean, variance: variance + effect ** 2 * own.variance };
    },
    { mean: 0, variance: 0 },
  );
}

function uniqueGiven(sources: Tokens, seen: readonly TokenSource[], source: TokenSource): Normal {
  if (!seen.includes(source)) return { mean: 0, variance: 1 };
  const noise = TOKEN_DESIGN.uniqueNoise ** 2;
  return { mean: cell(sources[source], source, source === 'vitals' ? 1 : 0, 'unique') / (1 + noise), variance: noise / (1 + noise) };
}

function aloneLogit(sources: Tokens, seen: readonly TokenSource[], source: TokenSource): number {
  const own = uniqueGiven(sources, seen, source);
  return logit(expectation({ mean: TOKEN_DESIGN.alone * own.mean, variance: TOKEN_DESIGN.alone ** 2 * own.variance }, sigmoid), FLOOR);
}

interface Glimpse {
  readonly age: number;
  readonly value: number;
  readonly noise: number;
  readonly source: TokenSource;
}

/** Every look at severity that the sources hold. */
function glimpsesOf(sources: Partial<Tokens>, seen: readonly TokenSource[]): readonly Glimpse[] {
  return seen.flatMap((source) => {
    const own = sources[source];
    if (own === undefined) return [];
    const tokens = source === 'vitals' ? [0, 1, 2] : [0];
    return tokens.map((token) => ({
      age: own.ageHours[token] ?? 0,
      value: cell(own, source, token, 'severity'),
      noise: TOKEN_DESIGN.severityNoise[source] ** 2,
      source,
    }));
  });
}

function covarianceOf(glimpses: readonly Glimpse[]): readonly (readonly number[])[] {
  return glimpses.map((a, i) => glimpses.map((b, j) => Math.exp(-Math.abs(a.age - b.age) / TOKEN_DESIGN.severityHours) + (i === j ? a.noise : 0)));
}

function severityGiven(sources: Tokens, seen: readonly TokenSource[]): Normal {
  const glimpses = glimpsesOf(sources, seen);
  return givenSeen(
    covarianceOf(glimpses),
    glimpses.map(({ age }) => Math.exp(-age / TOKEN_DESIGN.severityHours)),
    glimpses.map(({ value }) => value),
  );
}

function interactionLogit(sources: Tokens, seen: readonly TokenSource[]): number {
  if (!seen.includes('vitals') || !seen.includes('chest-imaging')) return 0;
  const film = chanceOfBit(cell(sources['chest-imaging'], 'chest-imaging', 2, 'bit'), TOKEN_DESIGN.bitNoise, 0.5);
  const signs = chanceOfBit(cell(sources.vitals, 'vitals', 2, 'bit'), TOKEN_DESIGN.bitNoise, 0.5);
  const differ = film * (1 - signs) + (1 - film) * signs;
  return logit(differ * (1 - TOKEN_DESIGN.interactionFlip) + (1 - differ) * TOKEN_DESIGN.interactionFlip, FLOOR);
}

/** Chance that a bit shown as -1 or 1 under noise is 1. */
function chanceOfBit(shown: number, noise: number, rate: number): number {
  return sigmoid(logit(rate) + (2 * shown) / noise ** 2);
}

function discordanceLogit(sources: Tokens, seen: readonly TokenSource[]): number {
  const prior = logit(TOKEN_DESIGN.discordance);
  return seen.includes('radiology-report') && seen.includes('chest-imaging') ? prior + Math.log(turnedWeight(sources) / agreedWeight(sources)) : prior;
}

/** Per finding, how likely report and film show it when they agree, when one is turned, and when they are strangers. */
function findingWeights(sources: Partial<Tokens>): readonly { readonly agree: number; readonly turned: number; readonly strange: number }[] {
  const { findingRate: rate, findingNoise } = TOKEN_DESIGN;
  return Array.from({ length: TOKEN_FINDINGS }, (_, at) => {
    const chanceIn = (source: 'radiology-report' | 'chest-imaging'): readonly [without: number, withIt: number] => {
      const own = sources[source];
      const shown = own === undefined ? 0 : cell(own, source, 1, `finding-${at + 1}`);
      // Likelihood up to a factor that both share; centred so that it never underflows.
      const tilt = shown / findingNoise ** 2;
      return [Math.exp(-tilt), Math.exp(tilt)];
    };
    const [report, film] = [chanceIn('radiology-report'), chanceIn('chest-imaging')];
    const alone = (chance: readonly [number, number]): number => (1 - rate) * chance[0] + rate * chance[1];
    return {
      agree: (1 - rate) * report[0] * film[0] + rate * report[1] * film[1],
      turned: (1 - rate) * report[1] * film[0] + rate * report[0] * film[1],
      strange: alone(report) * alone(film),
    };
  });
}

function agreedWeight(sources: Partial<Tokens>): number {
  return findingWeights(sources).reduce((product, { agree }) => product * agree, 1);
}

function turnedWeight(sources: Partial<Tokens>): number {
  const weights = findingWeights(sources);
  return (
    weights.reduce((sum, { turned }, at) => sum + weights.reduce((product, { agree }, other) => (other === at ? product : product * agree), turned), 0) /
    TOKEN_FINDINGS
  );
}

function findingEvidence(sources: Partial<Tokens>): number {
  const { discordance } = TOKEN_DESIGN;
  const strange = findingWeights(sources).reduce((product, weight) => product * weight.strange, 1);
  return Math.log(((1 - discordance) * agreedWeight(sources) + discordance * turnedWeight(sources)) / strange);
}

function traitEvidence(sources: Partial<Tokens>): number {
  const [report, film] = [sources['radiology-report'], sources['chest-imaging']];
  if (report === undefined || film === undefined) return 0;
  const own = 1 + TOKEN_DESIGN.traitNoise ** 2;
  return Array.from({ length: IDENTITY_TRAITS }, (_, at) => {
    const x = [cell(report, 'radiology-report', 2, `trait-${at + 1}`), cell(film, 'chest-imaging', 2, `trait-${at + 1}`)] as const;
    const together = logDensity([[own, 1], [1, own]], x); // prettier-ignore
    return together - logDensity([[own]], [x[0]]) - logDensity([[own]], [x[1]]);
  }).reduce((sum, value) => sum + value, 0);
}

/** How much the looks at severity speak for one patient rather than for a report of another. */
function severityEvidence(sources: Partial<Tokens>, seen: readonly TokenSource[]): number {
  const density = (glimpses: readonly Glimpse[]): number =>
    logDensity(
      covarianceOf(glimpses),
      glimpses.map(({ value }) => value),
    );
  const all = glimpsesOf(sources, seen);
  return density(all) - density(all.filter(({ source }) => source === 'radiology-report')) - density(all.filter(({ source }) => source !== 'radiology-report'));
}

function mislinkLogit(sources: Tokens, seen: readonly TokenSource[]): number {
  const prior = logit(TOKEN_DESIGN.mislink);
  if (!seen.includes('radiology-report')) return prior;
  const withFilm = seen.includes('chest-imaging') ? traitEvidence(sources) + findingEvidence(sources) : 0;
  return prior - severityEvidence(sources, seen) - withFilm;
}

function cell({ data }: SourceTokens, source: TokenSource, token: number, column: string): number {
  const columns: readonly string[] = TOKEN_COLUMNS[source];
  return data[token * columns.length + columns.indexOf(column)] ?? 0;
}
