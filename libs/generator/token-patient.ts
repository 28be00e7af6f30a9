import { seededRng, sigmoid } from '@concord/core/kernel';
import {
  IDENTITY_TRAITS,
  TOKEN_COLUMNS,
  TOKEN_DESIGN,
  TOKEN_FINDINGS,
  TOKEN_SOURCES,
  TOKENS_PER_SOURCE,
  type TokenHead,
  type TokenSource,
} from './token-design.ts';

/** What one source says: `[TOKENS_PER_SOURCE, columns]`, row-major, 0 where a token does not speak of a column. */
export interface SourceTokens {
  readonly data: Float32Array;
  /** Hours between what a token shows and the question. */
  readonly ageHours: Float32Array;
}

/** A patient of tokens whose hidden state is known. */
export interface TokenPatient {
  readonly sources: Readonly<Record<TokenSource, SourceTokens>>;
  /** What was measured; the tokens of the rest exist and must not be shown to a model. */
  readonly measured: readonly TokenSource[];
  /** null: not a patient of that question. A mislinked report belongs to another patient and has no outcome of this one. */
  readonly labels: Readonly<Record<TokenHead, 0 | 1 | null>>;
  /** Severity at the question. */
  readonly severity: number;
  readonly findings: readonly (0 | 1)[];
}

/** `complete`: all three. `at-random`: each left out whatever the state. `by-severity`: the sick are measured more, so absence speaks. */
export type Measured = 'complete' | 'at-random' | 'by-severity';

export interface CohortWish {
  readonly seed: number | string;
  readonly count: number;
  readonly measured: Measured;
  /** Chance that the report is another patient's; the design's unless said. */
  readonly mislink?: number;
  /** Chance that report and film disagree on one finding; the design's unless said. */
  readonly discordance?: number;
}

/** Draws patients one after the other; the same wish gives the same patients. */
export function* tokenCohort(wish: CohortWish): Generator<TokenPatient> {
  const draw = new Draw(`tokens-${wish.seed}`);
  for (let made = 0; made < wish.count;) {
    const patient = drawPatient(draw, wish);
    if (patient.measured.length === 0) continue; // nobody asks about a patient of whom nothing is known
    made += 1;
    yield patient;
  }
}

class Draw {
  readonly #rng: { next(): number };
  constructor(seed: string) {
    this.#rng = seededRng(seed);
  }
  unit(): number {
    return this.#rng.next();
  }
  /** Box and Muller. */
  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.unit())) * Math.cos(2 * Math.PI * this.unit());
  }
  bit(chance: number): 0 | 1 {
    return this.unit() < chance ? 1 : 0;
  }
  many<T>(count: number, one: () => T): readonly T[] {
    return Array.from({ length: count }, one);
  }
}

/** The hidden state of one chest. */
interface Hidden {
  readonly severity: ReadonlyMap<number, number>;
  readonly unique: Readonly<Record<TokenSource, number>>;
  readonly bits: { readonly film: 0 | 1; readonly signs: 0 | 1 };
  readonly findings: readonly (0 | 1)[];
  readonly traits: readonly number[];
}

function drawPatient(draw: Draw, wish: CohortWish): TokenPatient {
  const { oldestHours, mislink } = TOKEN_DESIGN;
  const report = draw.unit() * oldestHours.report;
  const film = draw.unit() * oldestHours.film;
  const newest = draw.unit() * oldestHours.newestSign;
  const windows = Array.from({ length: TOKENS_PER_SOURCE }, (_, window) => newest + window);
  const own = drawHidden(draw, [report, film, ...windows]);
  const mislinked = draw.bit(wish.mislink ?? mislink);
  const told = mislinked === 1 ? drawHidden(draw, [report]) : own;
  const discordant = draw.bit(wish.discordance ?? TOKEN_DESIGN.discordance);
  const turned = Math.floor(draw.unit() * TOKEN_FINDINGS);
  const said = told.findings.map((bit, at) => (discordant === 1 && at === turned ? flipped(bit) : bit));
  const severity = own.severity.get(0) ?? 0;
  return {
    sources: {
      vitals: signTokens(draw, own, windows),
      'radiology-report': spokenTokens(draw, { source: 'radiology-report', hidden: { ...told, findings: said }, age: report }),
      'chest-imaging': spokenTokens(draw, { source: 'chest-imaging', hidden: own, age: film }),
    },
    measured: measuredOf(draw, severity, wish.measured),
    labels: labelsOf(draw, own, { mislinked, discordant }),
    severity,
    findings: own.findings,
  };
}

/** One chest, with its severity at the question and at each age: exact steps of the process from the oldest on. */
function drawHidden(draw: Draw, ages: readonly number[]): Hidden {
  const severity = new Map<number, number>();
  let [value, before] = [draw.normal(), Number.POSITIVE_INFINITY];
  for (const age of [...new Set([...ages, 0])].sort((a, b) => b - a)) {
    const kept = before === Number.POSITIVE_INFINITY ? 1 : Math.exp((age - before) / TOKEN_DESIGN.severityHours);
    value = kept * value + Math.sqrt(1 - kept * kept) * draw.normal();
    severity.set(age, value);
    before = age;
  }
  return {
    severity,
    unique: { vitals: draw.normal(), 'radiology-report': draw.normal(), 'chest-imaging': draw.normal() },
    bits: { film: draw.bit(0.5), signs: draw.bit(0.5) },
    findings: draw.many(TOKEN_FINDINGS, () => draw.bit(TOKEN_DESIGN.findingRate)),
    traits: draw.many(IDENTITY_TRAITS, () => draw.normal()),
  };
}

function labelsOf(draw: Draw, hidden: Hidden, { mislinked, discordant }: { readonly mislinked: 0 | 1; readonly discordant: 0 | 1 }): TokenPatient['labels'] {
  const { outcome, alone, interactionFlip } = TOKEN_DESIGN;
  const unique = TOKEN_SOURCES.reduce((sum, source) => sum + outcome.unique[source] * hidden.unique[source], 0);
  const happens = (logit: number): 0 | 1 => draw.bit(sigmoid(logit));
  const interaction = (hidden.bits.film ^ hidden.bits.signs) as 0 | 1;
  const labels = {
    outcome: happens(outcome.intercept + outcome.severity * (hidden.severity.get(0) ?? 0) + unique),
    interaction: draw.bit(interactionFlip) === 1 ? flipped(interaction) : interaction,
    'vitals-alone': happens(alone * hidden.unique.vitals),
    'report-alone': happens(alone * hidden.unique['radiology-report']),
    'image-alone': happens(alone * hidden.unique['chest-imaging']),
    discordance: discordant,
  };
  const asked =
    mislinked === 1 ? { outcome: null, interaction: null, 'vitals-alone': null, 'report-alone': null, 'image-alone': null, discordance: null } : labels;
  return { ...asked, mislink: mislinked };
}

function measuredOf(draw: Draw, severity: number, how: Measured): readonly TokenSource[] {
  if (how === 'complete') return TOKEN_SOURCES;
  return TOKEN_SOURCES.filter((source) => draw.bit(how === 'at-random' ? TOKEN_DESIGN.measuredAtRandom : chanceMeasured(source, severity)) === 1);
}

/** Chance that a source is measured at this severity. */
export function chanceMeasured(source: TokenSource, severity: number): number {
  const [intercept, slope] = TOKEN_DESIGN.measured[source];
  return sigmoid(intercept + slope * severity);
}

/** Hourly windows: severity in each, `u` in the second, the bit in the third. */
function signTokens(draw: Draw, hidden: Hidden, ages: readonly number[]): SourceTokens {
  const tokens = new Lines('vitals');
  ages.forEach((age, window) => {
    tokens.set(window, 'severity', (hidden.severity.get(age) ?? 0) + TOKEN_DESIGN.severityNoise.vitals * draw.normal());
  });
  tokens.set(1, 'unique', hidden.unique.vitals + TOKEN_DESIGN.uniqueNoise * draw.normal());
  tokens.set(2, 'bit', signOf(hidden.bits.signs) + TOKEN_DESIGN.bitNoise * draw.normal());
  return { data: tokens.data, ageHours: Float32Array.from(ages) };
}

interface Spoken {
  readonly source: 'radiology-report' | 'chest-imaging';
  readonly hidden: Hidden;
  readonly age: number;
}

/** A sentence or region each for severity, the findings, and what is particular to this chest. */
function spokenTokens(draw: Draw, { source, hidden, age }: Spoken): SourceTokens {
  const tokens = new Lines(source);
  tokens.set(0, 'severity', (hidden.severity.get(age) ?? 0) + TOKEN_DESIGN.severityNoise[source] * draw.normal());
  tokens.set(0, 'unique', hidden.unique[source] + TOKEN_DESIGN.uniqueNoise * draw.normal());
  hidden.findings.forEach((bit, at) => {
    tokens.set(1, `finding-${at + 1}`, signOf(bit) + TOKEN_DESIGN.findingNoise * draw.normal());
  });
  hidden.traits.forEach((trait, at) => {
    tokens.set(2, `trait-${at + 1}`, trait + TOKEN_DESIGN.traitNoise * draw.normal());
  });
  if (source === 'chest-imaging') tokens.set(2, 'bit', signOf(hidden.bits.film) + TOKEN_DESIGN.bitNoise * draw.normal());
  return { data: tokens.data, ageHours: new Float32Array(TOKENS_PER_SOURCE).fill(age) };
}

class Lines {
  readonly data: Float32Array;
  readonly #columns: readonly string[];
  constructor(source: TokenSource) {
    this.#columns = TOKEN_COLUMNS[source];
    this.data = new Float32Array(TOKENS_PER_SOURCE * this.#columns.length);
  }
  set(token: number, column: string, value: number): void {
    this.data[token * this.#columns.length + this.#columns.indexOf(column)] = value;
  }
}

function signOf(bit: 0 | 1): number {
  return bit === 1 ? 1 : -1;
}

function flipped(bit: 0 | 1): 0 | 1 {
  return bit === 1 ? 0 : 1;
}
