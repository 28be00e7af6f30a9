import type { ReportView } from '@concord/contracts';

export type Assertion = ReportView['assertions'][number]['assertion'];

/** A place in the report that a reason points to. UTF-16 units, end exclusive. */
export interface TaggedSpan {
  readonly id: string;
  readonly tag: number;
  readonly start: number;
  readonly end: number;
}

/** A piece of the report that is drawn in one way. */
export interface ReportRun {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly heading: boolean;
  /** The innermost assertion that covers it. */
  readonly assertion: Assertion | null;
  /** Said once, where the assertion ends. */
  readonly says: Assertion | null;
  /** Reasons that cover it. */
  readonly covers: readonly TaggedSpan[];
  /** Reasons whose tag stands behind it, because they end here. */
  readonly ends: readonly TaggedSpan[];
}

/**
 * Cuts a report at every edge of a heading, an assertion or a reason, so that any overlap can be drawn without
 * changing a character: the runs put end to end are the text.
 */
export function reportRuns(report: Pick<ReportView, 'text' | 'sections' | 'assertions'>, spans: readonly TaggedSpan[]): readonly ReportRun[] {
  const headings = report.sections.flatMap((section) => headingOf(report.text, section));
  const inside = (at: number) => at > 0 && at < report.text.length;
  const edges = [...headings, ...report.assertions, ...spans].flatMap(({ start, end }) => [start, end]).filter(inside);
  const cuts = [0, ...new Set(edges.sort((a, b) => a - b)), report.text.length];
  return cuts.slice(0, -1).flatMap((start, index) => {
    const end = cuts[index + 1] ?? report.text.length;
    return end > start ? [runOf(start, end, { report, spans, headings })] : [];
  });
}

interface Cut {
  readonly report: Pick<ReportView, 'text' | 'assertions'>;
  readonly spans: readonly TaggedSpan[];
  readonly headings: readonly { readonly start: number; readonly end: number }[];
}

function runOf(start: number, end: number, { report, spans, headings }: Cut): ReportRun {
  const over = (found: { readonly start: number; readonly end: number }) => found.start <= start && found.end >= end;
  const assertion = report.assertions.filter(over).sort((a, b) => a.end - a.start - (b.end - b.start))[0];
  return {
    start,
    end,
    text: report.text.slice(start, end),
    heading: headings.some(over),
    assertion: assertion?.assertion ?? null,
    says: assertion?.end === end ? assertion.assertion : null,
    covers: spans.filter(over),
    ends: spans.filter((span) => span.end === end),
  };
}

/** Between a heading's words and the body of its section: a colon, blanks, a line end. */
const AFTER_HEADING = /^\s*:?[^\S\n]*\n?/;

/** The heading as it stands in the text, right before the body of its section. */
function headingOf(text: string, { name, start }: ReportView['sections'][number]): readonly { start: number; end: number }[] {
  const at = name === '' ? -1 : text.lastIndexOf(name, start - 1);
  if (
    at < 0 ||
    text
      .slice(at + name.length, start)
      .trim()
      .replace(':', '') !== ''
  )
    return [];
  const after = AFTER_HEADING.exec(text.slice(at + name.length, start))?.[0].length ?? 0;
  return [{ start: at, end: at + name.length + after }];
}
