/** Files of a bundle in memory, by name. */
export type MemoryBundle = Map<string, Buffer>;

export interface VerifyOptions {
  /** `pubkeys.json` from another hand than the export. */
  readonly keys?: unknown;
  /** Notes of heads that are held from before. */
  readonly anchors?: readonly string[];
  readonly receipts?: readonly string[];
  /** Milliseconds since 1970: older events may have lost their bytes. */
  readonly retainedSince?: number;
}

export interface Finding {
  readonly index: number;
  /** The last leaf among which the bad one lies. */
  readonly upTo: number;
  readonly reason: string;
}

export interface Verdict {
  readonly verdict: 'valid' | 'tampered';
  readonly firstBad: Finding | null;
  readonly findings: readonly Finding[];
  readonly size: number;
  readonly events: number;
  readonly anchors: number;
  readonly anchorsUnproved: number;
  readonly receiptsMissing: number | null;
}

/** @throws when the bundle cannot be read. */
export function verifyBundle(bundle: MemoryBundle | string, options?: VerifyOptions): Verdict;
export function splitNotes(text: string): readonly string[];

/** Finds two events of one id that lie no further apart than `most`. */
export class RecentIds {
  constructor(most?: number);
  /** @returns the index of the event that bears the same id. */
  add(uuid: string, index: number): number | undefined;
}
