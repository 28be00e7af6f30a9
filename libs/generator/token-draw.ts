import { seededRng, sigmoid } from '@concord/core/kernel';
import {
  IDENTITY_TRAITS,
  TOKEN_COLUMNS,
  TOKEN_DESIGN,
  TOKEN_FINDINGS,
  TOKEN_HEADS,
  TOKEN_SOURCES,
  TOKENS_PER_SOURCE,
  type TokenSource,
} from './token-design.ts';

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
  /** How often what happens is drawn from each patient's hidden state; once unless said, at most 255. */
  readonly outcomes?: number;
}

/** Patients of tokens as columns, row-major: a training reads millions, and objects for each would cost ten times the drawing. */
export interface TokenRows {
  /** `[count, TOKENS_PER_SOURCE, columns]` each. */
  readonly data: Readonly<Record<TokenSource, Float32Array<ArrayBuffer>>>;
  /** `[count, sources, TOKENS_PER_SOURCE]` hours. */
  readonly ageHours: Float32Array<ArrayBuffer>;
  /** `[count, sources]`. */
  readonly measured: Uint8Array<ArrayBuffer>;
  /** `[count, heads]`; -1: not asked of this patient. */
  readonly labels: Int32Array<ArrayBuffer>;
  /** `[count, heads]`: how many of the outcomes that were drawn were events, the label among them. */
  readonly events: Uint8Array<ArrayBuffer>;
  /** `[count, TOKEN_FINDINGS]`. */
  readonly findings: Uint8Array<ArrayBuffer>;
  /** `[count]`, at the question. */
  readonly severity: Float64Array<ArrayBuffer>;
}

/** Room for so many patients. */
export function emptyRows(count: number): TokenRows {
  const source = (name: TokenSource): Float32Array<ArrayBuffer> => new Float32Array(count * TOKENS_PER_SOURCE * TOKEN_COLUMNS[name].length);
  return {
    data: { vitals: source('vitals'), 'radiology-report': source('radiology-report'), 'chest-imaging': source('chest-imaging') },
    ageHours: new Float32Array(count * SLOTS),
    measured: new Uint8Array(count * TOKEN_SOURCES.length),
    labels: new Int32Array(count * TOKEN_HEADS.length),
    events: new Uint8Array(count * TOKEN_HEADS.length),
    findings: new Uint8Array(count * TOKEN_FINDINGS),
    severity: new Float64Array(count),
  };
}

/** Draws patients one after the other; the same wish gives the same patients. @returns as many as were wished. */
export function drawRows(wish: CohortWish): TokenRows {
  const rows = emptyRows(wish.count);
  const draw = new PatientDraw(wish);
  for (let row = 0; row < wish.count; row += 1) draw.into(rows, row);
  return rows;
}

const SLOTS = TOKENS_PER_SOURCE * TOKEN_SOURCES.length;
const DROPPED = -1;
/** The first heads ask what happens, by chance; the last two, what is so. */
const HAPPENING = 5;
const [WIDTH_SIGNS, WIDTH_REPORT, WIDTH_FILM] = TOKEN_SOURCES.map((source) => TOKEN_COLUMNS[source].length) as [number, number, number];
const { severityNoise, uniqueNoise, bitNoise, findingNoise, traitNoise, outcome, alone } = TOKEN_DESIGN;

/** The hidden state of one chest; written over for each patient. */
class Hidden {
  /** At the question, at the report, at the film, in each window of signs. */
  readonly severity = new Float64Array(3 + TOKENS_PER_SOURCE);
  /** In the order of the sources. */
  readonly unique = new Float64Array(TOKEN_SOURCES.length);
  readonly findings = new Uint8Array(TOKEN_FINDINGS);
  readonly traits = new Float64Array(IDENTITY_TRAITS);
  film: 0 | 1 = 0;
  signs: 0 | 1 = 0;
}

const [NOW, REPORT, FILM, SIGNS] = [0, 1, 2, 3];

/** One stream of patients. */
export class PatientDraw {
  readonly #next: () => number;
  readonly #wish: CohortWish;
  readonly #own = new Hidden();
  readonly #other = new Hidden();
  readonly #chances = new Float64Array(HAPPENING);
  /** Ages in the order of `Hidden.severity`. */
  readonly #ages = new Float64Array(3 + TOKENS_PER_SOURCE);

  constructor(wish: CohortWish) {
    const rng = seededRng(`tokens-${wish.seed}`);
    this.#next = () => rng.next();
    this.#wish = wish;
  }

  /** The next patient of whom anything is known: nobody asks about the others. */
  into(rows: TokenRows, row: number): void {
    do this.#patient(rows, row);
    while (measuredCount(rows, row) === 0);
  }

  #patient(rows: TokenRows, row: number): void {
    const { oldestHours, mislink, discordance } = TOKEN_DESIGN;
    const ages = this.#ages;
    ages[REPORT] = this.#next() * oldestHours.report;
    ages[FILM] = this.#next() * oldestHours.film;
    const newest = this.#next() * oldestHours.newestSign;
    for (let window = 0; window < TOKENS_PER_SOURCE; window += 1) ages[SIGNS + window] = newest + window;
    this.#hidden(this.#own, ages.length);
    const mislinked = this.#bit(this.#wish.mislink ?? mislink);
    if (mislinked === 1) this.#hidden(this.#other, FILM);
    const told = mislinked === 1 ? this.#other : this.#own;
    const discordant = this.#bit(this.#wish.discordance ?? discordance);
    const turned = Math.floor(this.#next() * TOKEN_FINDINGS);
    this.#signs(rows.data.vitals, row * TOKENS_PER_SOURCE * WIDTH_SIGNS);
    this.#report(rows.data['radiology-report'], row * TOKENS_PER_SOURCE * WIDTH_REPORT, { told, turned: discordant === 1 ? turned : DROPPED });
    this.#film(rows.data['chest-imaging'], row * TOKENS_PER_SOURCE * WIDTH_FILM);
    this.#tell(rows, row);
    this.#measured(rows.measured, row * TOKEN_SOURCES.length);
    const from = row * TOKEN_HEADS.length;
    this.#labels(rows.labels, from, { mislinked, discordant });
    this.#events(rows, from);
  }

  /** Box and Muller. */
  #normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.#next())) * Math.cos(2 * Math.PI * this.#next());
  }

  #bit(chance: number): 0 | 1 {
    return this.#next() < chance ? 1 : 0;
  }

  /** One chest, with its severity at the question and at the first `count` ages: exact steps of the process from the oldest on. */
  #hidden(hidden: Hidden, count: number): void {
    const ages = this.#ages;
    const order = ORDERS.get(count)?.fill(0) ?? new Uint8Array(count);
    // By insertion, oldest first; the question (age 0) is last.
    for (let next = 1; next < count; next += 1) {
      let place = next;
      for (; place > 1 && at(ages, at(order, place - 2)) < at(ages, next); place -= 1) order[place - 1] = at(order, place - 2);
      order[place - 1] = next;
    }
    order[count - 1] = NOW;
    let value = this.#normal();
    let before = at(ages, at(order, 0));
    for (const each of order) {
      const kept = Math.exp((at(ages, each) - before) / TOKEN_DESIGN.severityHours);
      value = kept * value + Math.sqrt(1 - kept * kept) * this.#normal();
      hidden.severity[each] = value;
      before = at(ages, each);
    }
    for (let source = 0; source < TOKEN_SOURCES.length; source += 1) hidden.unique[source] = this.#normal();
    hidden.film = this.#bit(0.5);
    hidden.signs = this.#bit(0.5);
    for (let finding = 0; finding < TOKEN_FINDINGS; finding += 1) hidden.findings[finding] = this.#bit(TOKEN_DESIGN.findingRate);
    for (let trait = 0; trait < IDENTITY_TRAITS; trait += 1) hidden.traits[trait] = this.#normal();
  }

  /** Hourly windows: severity in each, `u` in the second, the bit in the third. */
  #signs(data: Float32Array, from: number): void {
    const { severity, unique, signs } = this.#own;
    for (let window = 0; window < TOKENS_PER_SOURCE; window += 1)
      data[from + window * WIDTH_SIGNS] = at(severity, SIGNS + window) + severityNoise.vitals * this.#normal();
    data[from + WIDTH_SIGNS + 1] = at(unique, 0) + uniqueNoise * this.#normal();
    data[from + 2 * WIDTH_SIGNS + 2] = signOf(signs) + bitNoise * this.#normal();
  }

  /** A sentence each for severity, the findings, and what is particular to this chest. @param turned the finding that is told wrongly. */
  #report(data: Float32Array, from: number, { told, turned }: { readonly told: Hidden; readonly turned: number }): void {
    data[from] = at(told.severity, REPORT) + severityNoise['radiology-report'] * this.#normal();
    data[from + 1] = at(told.unique, 1) + uniqueNoise * this.#normal();
    for (let finding = 0; finding < TOKEN_FINDINGS; finding += 1)
      data[from + WIDTH_REPORT + 2 + finding] = signOf(at(told.findings, finding)) * (finding === turned ? -1 : 1) + findingNoise * this.#normal();
    for (let trait = 0; trait < IDENTITY_TRAITS; trait += 1)
      data[from + 2 * WIDTH_REPORT + 2 + TOKEN_FINDINGS + trait] = at(told.traits, trait) + traitNoise * this.#normal();
  }

  /** A region each, as a report's sentences; the last holds the film's bit too. */
  #film(data: Float32Array, from: number): void {
    const { severity, unique, findings, traits, film } = this.#own;
    data[from] = at(severity, FILM) + severityNoise['chest-imaging'] * this.#normal();
    data[from + 1] = at(unique, 2) + uniqueNoise * this.#normal();
    for (let finding = 0; finding < TOKEN_FINDINGS; finding += 1)
      data[from + WIDTH_FILM + 3 + finding] = signOf(at(findings, finding)) + findingNoise * this.#normal();
    for (let trait = 0; trait < IDENTITY_TRAITS; trait += 1)
      data[from + 2 * WIDTH_FILM + 3 + TOKEN_FINDINGS + trait] = at(traits, trait) + traitNoise * this.#normal();
    data[from + 2 * WIDTH_FILM + 2] = signOf(film) + bitNoise * this.#normal();
  }

  #tell({ ageHours, findings, severity }: TokenRows, row: number): void {
    for (let token = 0; token < TOKENS_PER_SOURCE; token += 1) {
      ageHours[row * SLOTS + token] = at(this.#ages, SIGNS + token);
      ageHours[row * SLOTS + TOKENS_PER_SOURCE + token] = at(this.#ages, REPORT);
      ageHours[row * SLOTS + 2 * TOKENS_PER_SOURCE + token] = at(this.#ages, FILM);
    }
    findings.set(this.#own.findings, row * TOKEN_FINDINGS);
    severity[row] = at(this.#own.severity, NOW);
  }

  #measured(measured: Uint8Array, from: number): void {
    const how = this.#wish.measured;
    const severity = at(this.#own.severity, NOW);
    TOKEN_SOURCES.forEach((source, place) => {
      measured[from + place] = how === 'complete' ? 1 : this.#bit(how === 'at-random' ? TOKEN_DESIGN.measuredAtRandom : chanceMeasured(source, severity));
    });
  }

  /** In the order of `TOKEN_HEADS`. A mislinked report belongs to another patient and has no outcome of this one. */
  #labels(labels: Int32Array, from: number, { mislinked, discordant }: { readonly mislinked: 0 | 1; readonly discordant: 0 | 1 }): void {
    const { severity, unique, film, signs } = this.#own;
    const chances = this.#chances;
    const [ofSigns, ofReport, ofFilm] = [at(unique, 0), at(unique, 1), at(unique, 2)];
    const told = outcome.unique.vitals * ofSigns + outcome.unique['radiology-report'] * ofReport + outcome.unique['chest-imaging'] * ofFilm;
    chances[0] = sigmoid(outcome.intercept + outcome.severity * at(severity, NOW) + told);
    chances[1] = (film ^ signs) === 1 ? 1 - TOKEN_DESIGN.interactionFlip : TOKEN_DESIGN.interactionFlip;
    for (let source = 0; source < TOKEN_SOURCES.length; source += 1) chances[2 + source] = sigmoid(alone * at(unique, source));
    labels[from] = this.#bit(at(chances, 0));
    labels[from + 1] = film ^ signs ^ this.#bit(TOKEN_DESIGN.interactionFlip);
    for (let head = 2; head < HAPPENING; head += 1) labels[from + head] = this.#bit(at(chances, head));
    labels[from + HAPPENING] = discordant;
    if (mislinked === 1) labels.fill(DROPPED, from, from + HAPPENING + 1);
    labels[from + HAPPENING + 1] = mislinked;
  }

  /** What would have happened to this patient on other days: drawn again, hidden state and tokens as they are. */
  #events({ labels, events }: TokenRows, from: number): void {
    const times = this.#wish.outcomes ?? 1;
    for (let head = 0; head < TOKEN_HEADS.length; head += 1) {
      const label = labels[from + head] ?? DROPPED;
      let happened = Math.max(0, label) * (head < HAPPENING ? 1 : times);
      if (head < HAPPENING && label !== DROPPED) for (let again = 1; again < times; again += 1) happened += this.#bit(at(this.#chances, head));
      events[from + head] = happened;
    }
  }
}

/** Scratch for the order of ages: of a whole patient, and of a report that is another's. */
const ORDERS = new Map([3 + TOKENS_PER_SOURCE, FILM].map((count) => [count, new Uint8Array(count)]));

/** Chance that a source is measured at this severity. */
export function chanceMeasured(source: TokenSource, severity: number): number {
  const [intercept, slope] = TOKEN_DESIGN.measured[source];
  return sigmoid(intercept + slope * severity);
}

function measuredCount({ measured }: TokenRows, row: number): number {
  return TOKEN_SOURCES.reduce((count, _, place) => count + at(measured, row * TOKEN_SOURCES.length + place), 0);
}

function at(values: Float64Array | Uint8Array, place: number): number {
  return values[place] ?? 0;
}

function signOf(bit: number): number {
  return bit === 1 ? 1 : -1;
}
