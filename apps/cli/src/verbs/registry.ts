import type { Verb } from '../verb.ts';

export interface VerbEntry {
  readonly name: string;
  /** One line for `concord --help`. */
  readonly summary: string;
  /** Loaded when it is asked for, so that a token does not wait for a model runtime. */
  load(): Promise<Verb>;
}

/** The typed list of verbs, in the order in which `concord --help` shows them. */
export const VERBS: readonly VerbEntry[] = [
  {
    name: 'evaluate',
    summary: 'Judges the shipped pipeline and models on a labelled folder.',
    load: async () => (await import('./evaluate.ts')).evaluate,
  },
];
