import type { Evidence, ModalityKind } from '@concord/core/clinical';

/** What the sentences are made from; nothing else may stand in them. */
export interface RationaleParts {
  readonly probability: number;
  readonly interval: readonly [low: number, high: number];
  readonly evidence: readonly Evidence[];
  readonly interactions: readonly { readonly modalities: readonly [ModalityKind, ModalityKind]; readonly value: number }[];
  readonly awaited: readonly { readonly modality: ModalityKind; readonly state: string; readonly expectedChange: number | null }[];
}

/** Reasons named on each side. */
const NAMED = 2;
/** Log-odds below which an item moves the odds by under a twentieth and is not worth a sentence. */
const WORTH_SAYING = 0.05;

/**
 * Why the number is what it is, in plain sentences. A template over the evidence: it quotes the items' own texts, states the
 * stored figures, and says nothing that no item says.
 */
export function rationale(parts: RationaleParts): string {
  const { probability, interval } = parts;
  return [
    `The score is ${percent(probability)} (interval ${percent(interval[0])} to ${percent(interval[1])}).`,
    sentence('It is raised most by', reasons(parts.evidence, 1)),
    sentence('It is lowered most by', reasons(parts.evidence, -1)),
    ...together(parts.interactions),
    ...notThere(parts.awaited),
  ]
    .filter((line) => line !== '')
    .join(' ');
}

function reasons(evidence: readonly Evidence[], sign: 1 | -1): readonly string[] {
  return evidence
    .filter(({ kind, contribution }) => kind !== 'joint' && sign * contribution >= WORTH_SAYING)
    .sort((a, b) => sign * (b.contribution - a.contribution))
    .slice(0, NAMED)
    .map(({ text, modality }) => `${text} (${wordsOf(modality)})`);
}

function sentence(begin: string, items: readonly string[]): string {
  return items.length === 0 ? '' : `${begin}: ${items.join('; ')}.`;
}

function together(interactions: RationaleParts['interactions']): readonly string[] {
  const [most] = [...interactions].sort((a, b) => Math.abs(b.value) - Math.abs(a.value));
  if (most === undefined || Math.abs(most.value) < WORTH_SAYING) return [];
  const [first, second] = most.modalities;
  return [`${capital(wordsOf(first))} and ${wordsOf(second)} together ${most.value > 0 ? 'raise' : 'lower'} it beyond what each says alone.`];
}

function notThere(awaited: RationaleParts['awaited']): readonly string[] {
  const [most] = awaited;
  const missing = sentence(
    'Not used',
    awaited.map(({ modality, state }) => `${wordsOf(modality)} (${state})`),
  );
  if (most === undefined || most.expectedChange === null) return [missing];
  return [missing, `Of these, ${wordsOf(most.modality)} would change it most: by ${points(most.expectedChange)} on average.`];
}

function percent(p: number): string {
  return p < 0.01 ? '< 1 %' : `${Math.round(p * 100)} %`;
}

function points(change: number): string {
  const rounded = Math.round(change * 100);
  return rounded < 1 ? 'less than 1 percentage point' : `${rounded} percentage point${rounded === 1 ? '' : 's'}`;
}

function wordsOf(kind: ModalityKind): string {
  return kind.replaceAll('-', ' ');
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
