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
  { name: 'setup', summary: 'Brings the realm up at a site’s Keycloak.', load: async () => (await import('./setup.ts')).setup },
  { name: 'seed', summary: 'Lays down the patients of the demo.', load: async () => (await import('./seed.ts')).seed },
  { name: 'ingest', summary: 'Sends FHIR, DICOM or CSV files through the running system’s doors.', load: async () => (await import('./ingest.ts')).ingest },
  { name: 'assess', summary: 'Asks one question about one patient, now or as of an earlier moment.', load: async () => (await import('./assess.ts')).assess },
  { name: 'replay', summary: 'Asks a stored question again and compares the number.', load: async () => (await import('./replay.ts')).replay },
  {
    name: 'counterfactual',
    summary: 'Asks a stored question again with other readings.',
    load: async () => (await import('./counterfactual.ts')).counterfactual,
  },
  {
    name: 'erase',
    summary: 'Erases a patient: one person asks, another confirms.',
    load: async () => (await import('./erase.ts')).erase,
  },
  {
    name: 'backup',
    summary: 'Copies database, keys and blobs of one moment, sealed.',
    load: async () => (await import('./backup.ts')).backup,
  },
  {
    name: 'restore',
    summary: 'Brings a backup back, and erases again who was erased since.',
    load: async () => (await import('./restore.ts')).restore,
  },
  {
    name: 'keys',
    summary: 'Replaces the root key, or the data keys of patients, while the system serves.',
    load: async () => (await import('./keys.ts')).keys,
  },
  { name: 'retention', summary: 'Drops what of the record is older than six years.', load: async () => (await import('./retention.ts')).retention },
  { name: 'verify', summary: 'Opens every part of a backup and compares it.', load: async () => (await import('./verify.ts')).verify },
  {
    name: 'audit',
    summary: 'Hands out the audit record, plain or as a signed export, and verifies exports.',
    load: async () => (await import('./audit.ts')).audit,
  },
  {
    name: 'evaluate',
    summary: 'Judges the shipped pipeline and models on a labelled folder.',
    load: async () => (await import('./evaluate.ts')).evaluate,
  },
  { name: 'models', summary: 'Lists model bundles, activates one, goes back to the previous one.', load: async () => (await import('./models.ts')).models },
  {
    name: 'tensors',
    summary: 'Writes what the lab learns from: tensors made by the code that serves patients.',
    load: async () => (await import('./tensors.ts')).tensors,
  },
  {
    name: 'samples',
    summary: 'Writes small labelled folders for a trial of the lab, cut from open sets or invented.',
    load: async () => (await import('./samples.ts')).samples,
  },
  { name: 'bench', summary: 'Measures one thing on this machine.', load: async () => (await import('./bench.ts')).bench },
];
