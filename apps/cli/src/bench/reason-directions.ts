import { DANGERS, type Evidence } from '@concord/core/clinical';

/** Below this a reason is a hairline on the page. Logit units. */
export const HARDLY = 0.02;

export interface Direction {
  readonly danger: string;
  readonly answers: number;
  readonly raises: number;
  readonly lowers: number;
  /** Mean contribution in logit units. */
  readonly mean: number;
}

/** One scored answer: its reasons, and the newest value of each code that it read. */
export interface ExplainedAnswer {
  readonly evidence: readonly Evidence[];
  readonly newest: ReadonlyMap<string, number>;
}

/** How often a danger that was read raises the chance, and how often it lowers it; a danger that no answer had is left out. */
export function directionsOf(answers: readonly ExplainedAnswer[]): readonly Direction[] {
  return DANGERS.flatMap(({ name, code, when }) => {
    const told = answers.flatMap(({ evidence, newest }) => {
      const value = newest.get(code);
      return value !== undefined && when(value) ? evidence.filter((item) => item.kind === 'signal-window' && item.pointer.code === code) : [];
    });
    if (told.length === 0) return [];
    const count = (of: (contribution: number) => boolean): number => told.filter(({ contribution }) => of(contribution)).length;
    const sum = told.reduce((total, { contribution }) => total + contribution, 0);
    return [{ danger: name, answers: told.length, raises: count((it) => it > HARDLY), lowers: count((it) => it < -HARDLY), mean: sum / told.length }];
  });
}

/** Share of the answers' sources whose item of what their parts say only together is larger than all their named parts in sum, sizes alone. */
export function togetherOutweighs(answers: readonly ExplainedAnswer[]): number {
  const sources = answers.flatMap(({ evidence }) => {
    const kinds = [...new Set(evidence.map(({ modality }) => modality))];
    const sizes = (modality: string, joint: boolean): number =>
      evidence.reduce((sum, item) => (item.modality === modality && (item.kind === 'joint') === joint ? sum + Math.abs(item.contribution) : sum), 0);
    return kinds.map((modality) => sizes(modality, true) > sizes(modality, false));
  });
  return sources.filter(Boolean).length / sources.length;
}
