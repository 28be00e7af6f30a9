import { CONSENT_CLASSES, CONSENT_USES, type ConsentClass, type ConsentStatement, type ConsentUse, type Named, type Provision } from '@concord/core/clinical';
import type { Instant } from '@concord/core/kernel';

/** One line that stands in the database: this use of this data is refused, from `from` until `until`. */
export interface Denial {
  readonly use: ConsentUse;
  /** `*`: every class, so that the patient is not reached at all for this use. */
  readonly dataClass: ConsentClass | '*';
  readonly from: Instant;
  readonly until: Instant | undefined;
}

interface Span {
  readonly from: Instant;
  readonly until: Instant | undefined;
}

/**
 * What a consent refuses, as lines without exceptions: every class and use is asked in every stretch of time between the
 * moments that the consent names. A consent that is not in force refuses nothing; of several consents each adds its lines, so
 * that a refusal wins. Who may not be cared for with something is not scored with it either.
 */
export function compile(statement: ConsentStatement): readonly Denial[] {
  if (statement.status !== 'active') return [];
  const spans = spansOf(statement);
  return CONSENT_USES.flatMap((use) => {
    const lines = CONSENT_CLASSES.map((dataClass) => merged(spans.filter((span) => !isPermitted(statement.base, { dataClass, use, at: span.from }))));
    return joined(use, lines);
  });
}

interface Question {
  readonly dataClass: ConsentClass;
  readonly use: ConsentUse;
  readonly at: Instant;
}

function isPermitted(base: Provision, question: Question): boolean {
  if (question.use === 'SCORE' && !isPermitted(base, { ...question, use: 'TREAT' })) return false;
  return effectOf(base, question) === 'permit';
}

/** The base counts for whatever no exception speaks of; of the exceptions that do, one that refuses wins. */
function effectOf(base: Provision, question: Question): Provision['effect'] {
  const said = base.exceptions.filter((one) => concerns(one, question)).map((one) => effectOf(one, question));
  if (said.includes('deny')) return 'deny';
  if (said.length > 0) return 'permit';
  // Outside its time a consent says nothing. Inside it, what is allowed is what was named, and so is what is refused.
  if (!isIn(base, question.at)) return 'permit';
  return (base.effect === 'permit') === concerns(base, question) ? 'permit' : 'deny';
}

/** What is not understood widens a refusal and voids a permission. */
function concerns(provision: Provision, { dataClass, use, at }: Question): boolean {
  const refuses = provision.effect === 'deny';
  if (provision.hasMore && !refuses) return false;
  return names(provision.classes, [dataClass], refuses) && names(provision.uses, impliedBy(use, refuses), refuses) && isIn(provision, at);
}

/** A score is part of care; emergency care is allowed with care, and refused only by its own name. */
function impliedBy(use: ConsentUse, refuses: boolean): readonly ConsentUse[] {
  if (use === 'SCORE' || (!refuses && (use === 'ETREAT' || use === 'BTG'))) return [use, 'TREAT'];
  return [use];
}

function names<T extends string>(named: Named<T>, codes: readonly T[], refuses: boolean): boolean {
  return named.kind === 'all' || codes.some((code) => named.codes.includes(code)) || (named.hasUnknown && refuses);
}

function isIn({ from, until }: Pick<Provision, 'from' | 'until'>, at: Instant): boolean {
  return (from === undefined || from <= at) && (until === undefined || at < until);
}

/** The stretches from the consent's own moment on, cut wherever a provision begins or ends. */
function spansOf({ dateTime, base }: ConsentStatement): readonly Span[] {
  const cuts = [...new Set(momentsOf(base).filter((moment) => moment > dateTime))].sort((a, b) => a - b);
  return [dateTime, ...cuts].map((from, i) => ({ from, until: cuts[i] }));
}

function momentsOf({ from, until, exceptions }: Provision): readonly Instant[] {
  return [from, until].filter((moment) => moment !== undefined).concat(exceptions.flatMap(momentsOf));
}

/** Stretches that touch are one. */
function merged(spans: readonly Span[]): readonly Span[] {
  const out: Span[] = [];
  for (const span of spans) {
    const last = out.at(-1);
    if (last !== undefined && last.until === span.from) out[out.length - 1] = { from: last.from, until: span.until };
    else out.push(span);
  }
  return out;
}

/** A stretch that every class shares is said once, as `*`. */
function joined(use: ConsentUse, lines: readonly (readonly Span[])[]): readonly Denial[] {
  const same = (a: Span, b: Span): boolean => a.from === b.from && a.until === b.until;
  const shared = (lines[0] ?? []).filter((span) => lines.every((line) => line.some((other) => same(other, span))));
  const rest = lines.flatMap((line, i) =>
    line.filter((span) => !shared.some((other) => same(other, span))).map((span): Denial => ({ use, dataClass: CONSENT_CLASSES[i] ?? '*', ...span })),
  );
  return [...shared.map((span) => ({ use, dataClass: '*', ...span }) as const), ...rest];
}
