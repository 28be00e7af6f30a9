import type { Result } from '@concord/core/kernel';
import type { SuiteDetail } from './detail.ts';

/** The files of a labelled folder, as the caller reads them; names are relative to the folder. */
export interface SuiteFiles {
  /** The names in the folder, sorted. */
  names(): Promise<readonly string[]>;
  /** Whole text, unpacked when the name ends in `.gz`; undefined when there is no such file. */
  text(name: string): Promise<string | undefined>;
  /** Line by line without the line end, unpacked when the name ends in `.gz`; undefined when there is no such file. */
  lines(name: string): Promise<AsyncIterable<string> | undefined>;
  /** The bytes as they lie there; undefined when there is no such file. */
  bytes(name: string): Promise<Uint8Array | undefined>;
  /** Unpacked members of a `.zip` or `.npz` by name, in the order of the archive; undefined when there is no such file or it is no archive. */
  members(name: string): Promise<ReadonlyMap<string, ArchiveMember> | undefined>;
}

/** One file of an archive. */
export interface ArchiveMember {
  readonly bytes: Uint8Array;
  /** The bytes as UTF-8. */
  text(): string;
}

export interface SuiteProgress {
  /** What is going on, in plain words: "bootstrap". */
  readonly step: string;
  readonly done: number;
  readonly total: number;
}

export interface SuiteQuestion {
  readonly files: SuiteFiles;
  /** Only what the bundle's own split set aside (patients, or reports that the rules were not written on); default: every row. */
  readonly split?: 'validation';
  /** Seed of the bootstrap and of generated data. */
  readonly seed: number;
  /** Bootstrap draws; `BOOTSTRAP_DRAWS` unless a test asks for fewer. */
  readonly draws: number;
  readonly progress: (progress: SuiteProgress) => void;
  /** Curves, subgroups and disturbances for a report page, which cost a few minutes more. */
  readonly detail?: true;
}

export type Interval = readonly [low: number, high: number];

/** A figure, or figures by name; `ci` names a nested one by its path: `horizons.24h.auroc`. */
export type Figure = number | null | string | boolean | Figures | readonly Figure[];
export interface Figures {
  readonly [name: string]: Figure;
}

/** One JSON object: the head that every suite has, and the figures of this one beside it (DESIGN 10). */
export interface SuiteReport {
  readonly suite: string;
  /** Bundle or rule set that was judged; `none` where a suite judges formulas only. */
  readonly bundle: string;
  /** Rows. */
  readonly n: number;
  /** 0 where the rows name no patient. */
  readonly nPatients: number;
  /** What the bootstrap resamples. */
  readonly resampled: 'patient' | 'report' | 'sentence' | 'image' | 'nothing';
  readonly figures: Figures;
  /** 95 % bootstrap interval by path of the figure. */
  readonly ci: Readonly<Record<string, Interval>>;
  /** For the report page; never printed. */
  readonly detail?: SuiteDetail;
}

export type SuiteError =
  | { readonly kind: 'missing-file'; readonly name: string }
  | { readonly kind: 'unreadable'; readonly name: string; readonly line: number; readonly reason: string }
  | { readonly kind: 'unsupported'; readonly reason: string };

/** A labelled folder and how it is judged. One that needs a model is made by a function that takes it. */
export interface Suite {
  readonly name: string;
  /** One sentence: what it judges. */
  readonly title: string;
  /** Files it reads, as in `data/*`; empty for a suite with its own generator. */
  readonly reads: readonly string[];
  run(question: SuiteQuestion): Promise<Result<SuiteReport, SuiteError>>;
}

/** Draws of the percentile bootstrap: enough for two digits of a 95 % interval. */
export const BOOTSTRAP_DRAWS = 500;

/** The report as it is printed: head and figures in one object. */
export function printed({ figures, ...head }: SuiteReport): Figures {
  return { suite: head.suite, bundle: head.bundle, n: head.n, nPatients: head.nPatients, resampled: head.resampled, ...figures, ci: { ...head.ci } };
}
