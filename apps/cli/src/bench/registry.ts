import type { BenchEntry } from './bench.ts';

/** What can be measured; `docs/assurance.md` holds what was measured. */
export const BENCHES: readonly BenchEntry[] = [
  {
    name: 'audit',
    summary: 'Audited reads with the sequencer beside them, its lag, and the offline check of an export.',
    load: async () => (await import('./audit.ts')).auditBench,
  },
  {
    name: 'agreement',
    summary: 'False alarms of the second-look queue on drawn films and their reports.',
    load: async () => (await import('./agreement.ts')).agreementBench,
  },
  {
    name: 'assembled',
    summary: 'Calibration of the patterns with a film or a report, on patients assembled from validation parts, with intervals.',
    load: async () => (await import('./assembled.ts')).assembledBench,
  },
  {
    name: 'film-fitness',
    summary: 'What the image arm refuses: real films as they are, spoilt ones, and pictures of no chest.',
    load: async () => (await import('./film-fitness.ts')).filmFitnessBench,
  },
  {
    name: 'pairs',
    summary: 'Search and mislink on real cases with a film and a note, beside chance.',
    load: async () => (await import('./pairs.ts')).pairsBench,
  },
  {
    name: 'reasons',
    summary: 'How often a sign or lab in a band of danger is a reason that raises the chance, on validation patients.',
    load: async () => (await import('./reasons.ts')).reasonsBench,
  },
  {
    name: 'regions',
    summary: 'Where image evidence points, on drawn films with a mass at a known place.',
    load: async () => (await import('./regions.ts')).regionsBench,
  },
  {
    name: 'restore',
    summary: 'A site of a size is built, backed up, restored into an empty folder and started: how long it is away.',
    load: async () => (await import('./restore.ts')).restoreBench,
  },
  {
    name: 'ingest',
    summary: 'Vital signs in by FHIR transactions of 100, audited, at the running system.',
    load: async () => (await import('./ingest.ts')).ingestBench,
  },
  {
    name: 'assess',
    summary: 'One patient with signs, report and film to an explained score, in this process.',
    load: async () => (await import('./assess.ts')).assessBench,
  },
  {
    name: 'timeline-window',
    summary: 'A day at one-minute resolution of one patient with ten million readings, in a database of its own.',
    load: async () => (await import('./timeline-window.ts')).timelineWindowBench,
  },
];
