/** A stored version of the thing that arrives again. */
export interface StoredVersion {
  readonly version: number;
  readonly status: string;
  /** Equal for equal contents. */
  readonly content: string;
}

export interface Incoming {
  readonly status: string;
  readonly content: string;
}

export type Verdict =
  | { readonly kind: 'created' }
  | { readonly kind: 'repeated'; readonly version: number }
  | { readonly kind: 'superseded'; readonly version: number; readonly retracts: boolean }
  | { readonly kind: 'conflict' };

/** Said before the last word was: the next status replaces it. */
const UNFINISHED = ['registered', 'partial', 'preliminary', 'unknown'];
/** These say of themselves that they correct what was sent before. */
const CORRECTIONS = ['amended', 'corrected', 'appended', 'cancelled'];

/**
 * What an arrival under a known natural key means (DESIGN 10). The same again answers as the first time, also when it was
 * superseded since; a correction or the end of something unfinished supersedes; `entered-in-error` retracts, whatever it
 * says; anything else under the same key is a conflict. What was retracted stays so until a correction says otherwise.
 * @param versions oldest first.
 */
export function verdict(versions: readonly StoredVersion[], incoming: Incoming): Verdict {
  const newest = versions.at(-1);
  if (newest === undefined) return { kind: 'created' };
  const retracts = incoming.status === 'entered-in-error';
  const same = versions.findLast(({ status, content }) => status === incoming.status && (retracts || content === incoming.content));
  if (same !== undefined) return { kind: 'repeated', version: same.version };
  const replaces = retracts || CORRECTIONS.includes(incoming.status) || UNFINISHED.includes(newest.status);
  return replaces ? { kind: 'superseded', version: newest.version + 1, retracts } : { kind: 'conflict' };
}
