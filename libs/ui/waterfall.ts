import type { WireAssessment, WireEvidence } from '@concord/contracts';

/** One line of Why: where its bar starts and ends on the logit, and its number tag. */
export interface WhyStep {
  /** Number tag from 1; the same in Why, report, image and axis. Null for the folded rest. */
  readonly tag: number | null;
  /** Null for the folded rest. */
  readonly item: WireEvidence | null;
  /** How many items the line stands for. */
  readonly count: number;
  readonly contribution: number;
  /** Logit before this line. */
  readonly from: number;
  /** Logit after this line. */
  readonly to: number;
}

export interface Waterfall {
  /** Logit before any evidence. */
  readonly start: number;
  readonly steps: readonly WhyStep[];
  /** Logit after all of it; equals the fused logit. */
  readonly end: number;
}

/** Keys 1 to 8 reach this many reasons. */
export const WHY_SHOWN = 8;

/**
 * Bars that start before any evidence and end at the fused logit: strongest first, what is beyond `shown` folded into
 * one line with its sum, so that the bars still add up. Each source keeps its strongest place (sentence, region, minutes)
 * by name, however small: a score can always be followed to where it came from.
 */
export function waterfall(assessment: WireAssessment, shown = WHY_SHOWN): Waterfall {
  const start = assessment.baselineLogit ?? 0;
  const ranked = ranking(assessment.evidence);
  const chosen = namedOf(ranked, shown);
  const named = ranked.filter((item) => chosen.has(item));
  const fold = ranked.filter((item) => !chosen.has(item));
  let at = start;
  const step = (contribution: number, rest: Pick<WhyStep, 'tag' | 'item' | 'count'>): WhyStep => {
    const from = at;
    at += contribution;
    return { ...rest, contribution, from, to: at };
  };
  const steps = named.map((item, index) => step(item.contribution, { tag: index + 1, item, count: 1 }));
  const folded = fold.reduce((sum, item) => sum + item.contribution, 0);
  return { start, steps: fold.length > 0 ? [...steps, step(folded, { tag: null, item: null, count: fold.length })] : steps, end: at };
}

function namedOf(ranked: readonly WireEvidence[], shown: number): ReadonlySet<WireEvidence> {
  if (ranked.length <= shown) return new Set(ranked);
  const kept = new Map<string, WireEvidence>();
  for (const item of ranked) if (item.kind !== 'joint' && !kept.has(item.modality)) kept.set(item.modality, item);
  const rest = ranked.filter((item) => kept.get(item.modality) !== item);
  return new Set([...kept.values(), ...rest].slice(0, Math.max(shown - 1, kept.size)));
}

/** Strongest first; ties keep the order in which they came. */
export function ranking(evidence: readonly WireEvidence[]): readonly WireEvidence[] {
  return [...evidence].sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution));
}

/** The number tag of each named item. */
export function tagsById(steps: readonly WhyStep[]): ReadonlyMap<string, number> {
  return new Map(steps.flatMap((step) => (step.item && step.tag !== null ? [[step.item.id, step.tag] as const] : [])));
}

/** Maps logits to a strip of `width` pixels with `pad` left free on both sides. */
export function stripScale({ start, steps }: Waterfall, width: number, pad: number): (logit: number) => number {
  const seen = [start, ...steps.map((step) => step.to)];
  const low = Math.min(...seen);
  const span = Math.max(...seen) - low || 1;
  return (logit) => pad + ((logit - low) / span) * (width - 2 * pad);
}

/**
 * Items that belong to the one selected: windows of the same hours, spans of the same sentence.
 * @returns their ids, without the selected one.
 */
export function relatedTo(selected: WireEvidence, evidence: readonly WireEvidence[]): ReadonlySet<string> {
  return new Set(evidence.filter((other) => other.id !== selected.id && belongs(selected, other)).map((other) => other.id));
}

function belongs(a: WireEvidence, b: WireEvidence): boolean {
  if (a.kind === 'signal-window' && b.kind === 'signal-window') return overlap(span(a.pointer), span(b.pointer)) >= 0.5;
  if (a.kind === 'report-span' && b.kind === 'report-span') {
    return a.pointer.reportId === b.pointer.reportId && overlap([a.pointer.start, a.pointer.end], [b.pointer.start, b.pointer.end]) > 0;
  }
  return false;
}

function span(pointer: { readonly from: string; readonly to: string }): readonly [number, number] {
  return [Date.parse(pointer.from), Date.parse(pointer.to)];
}

/** Shared part of the shorter of two stretches, 0 to 1. */
function overlap(a: readonly [number, number], b: readonly [number, number]): number {
  const both = Math.min(a[1], b[1]) - Math.max(a[0], b[0]);
  const shorter = Math.min(a[1] - a[0], b[1] - b[0]);
  return shorter > 0 ? Math.max(0, both) / shorter : 0;
}
