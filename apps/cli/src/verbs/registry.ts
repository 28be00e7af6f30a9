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
  { name: 'token', summary: 'Prints an access token of a demo user.', load: async () => (await import('./token.ts')).token },
  { name: 'ingest', summary: 'Sends FHIR, DICOM or CSV files through the running system’s doors.', load: async () => (await import('./ingest.ts')).ingest },
  { name: 'audit', summary: 'Hands out the audit record, as the privacy officer.', load: async () => (await import('./audit.ts')).audit },
  {
    name: 'evaluate',
    summary: 'Judges the shipped pipeline and models on a labelled folder.',
    load: async () => (await import('./evaluate.ts')).evaluate,
  },
  { name: 'bench', summary: 'Measures one thing on this machine.', load: async () => (await import('./bench.ts')).bench },
];
