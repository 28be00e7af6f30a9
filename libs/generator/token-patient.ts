import { TOKEN_FINDINGS, TOKEN_HEADS, TOKEN_SOURCES, TOKENS_PER_SOURCE, type TokenHead, type TokenSource } from './token-design.ts';
import { emptyRows, PatientDraw, type CohortWish, type TokenRows } from './token-draw.ts';

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

/** Draws patients one after the other; the same wish gives the same patients, and the same as `drawRows`. */
export function* tokenCohort(wish: CohortWish): Generator<TokenPatient> {
  const draw = new PatientDraw(wish);
  for (let made = 0; made < wish.count; made += 1) {
    const rows = emptyRows(1);
    draw.into(rows, 0);
    yield patientOf(rows);
  }
}

/** The one patient of these rows. */
function patientOf({ data, ageHours, measured, labels, findings, severity }: TokenRows): TokenPatient {
  const source = (name: TokenSource): SourceTokens => {
    const from = TOKEN_SOURCES.indexOf(name) * TOKENS_PER_SOURCE;
    return { data: data[name], ageHours: ageHours.slice(from, from + TOKENS_PER_SOURCE) };
  };
  return {
    sources: { vitals: source('vitals'), 'radiology-report': source('radiology-report'), 'chest-imaging': source('chest-imaging') },
    measured: TOKEN_SOURCES.filter((_, place) => measured[place] === 1),
    labels: Object.fromEntries(TOKEN_HEADS.map((head, column) => [head, labelOf(labels[column])])) as TokenPatient['labels'],
    severity: severity[0] ?? 0,
    findings: Array.from({ length: TOKEN_FINDINGS }, (_, at) => (findings[at] === 1 ? 1 : 0)),
  };
}

function labelOf(value: number | undefined): 0 | 1 | null {
  return value === 0 || value === 1 ? value : null;
}
