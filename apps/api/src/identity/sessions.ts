import { randomBytes } from 'node:crypto';

/** What the browser never sees: the tokens behind its opaque session id. */
export interface Session {
  readonly accessToken: string;
  readonly refreshToken: string | undefined;
  readonly idToken: string | undefined;
  /** Milliseconds of the epoch at which the access token ends. */
  readonly accessEndsAt: number;
}

/** A sign-in that has begun: what the answer of the realm must fit. */
export interface PendingSignIn {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  readonly returnTo: string;
  /** Set when a person who is signed in is asked for a second factor. */
  readonly stepUp?: StepUp;
}

/** What the answer must show: the same person, who proved it with two factors after this was asked. */
export interface StepUp {
  readonly subject: string;
  /** Milliseconds of the epoch. */
  readonly askedAt: number;
}

const IDLE_MS = 15 * 60_000;
const LONGEST_MS = 12 * 3_600_000;
const PENDING_MS = 10 * 60_000;
const MOST = 10_000;

interface Held<T> {
  value: T;
  readonly bornAt: number;
  usedAt: number;
}

/** Opaque id → value, kept in this process, with an idle and an absolute end. */
class Shelf<T> {
  readonly #held = new Map<string, Held<T>>();
  readonly #now: () => number;
  readonly #idleMs: number;
  readonly #longestMs: number;

  constructor(now: () => number, idleMs: number, longestMs: number) {
    this.#now = now;
    this.#idleMs = idleMs;
    this.#longestMs = longestMs;
  }

  put(value: T): string {
    if (this.#held.size >= MOST) this.#sweep();
    const id = randomBytes(32).toString('base64url');
    this.#held.set(id, { value, bornAt: this.#now(), usedAt: this.#now() });
    return id;
  }

  /** Using it keeps it alive; looking on (`isUse` false) does not. */
  use(id: string, isUse = true): T | undefined {
    const held = this.#held.get(id);
    if (held === undefined) return undefined;
    if (this.endsAt(id) <= this.#now()) {
      this.#held.delete(id);
      return undefined;
    }
    if (isUse) held.usedAt = this.#now();
    return held.value;
  }

  replace(id: string, value: T): void {
    const held = this.#held.get(id);
    if (held !== undefined) held.value = value;
  }

  take(id: string): T | undefined {
    const value = this.use(id);
    this.#held.delete(id);
    return value;
  }

  /** Milliseconds of the epoch; 0 for an id that nobody has. */
  endsAt(id: string): number {
    const held = this.#held.get(id);
    return held === undefined ? 0 : Math.min(held.usedAt + this.#idleMs, held.bornAt + this.#longestMs);
  }

  /** Ended ones go first; then the oldest, so that a flood of beginnings cannot fill the memory. */
  #sweep(): void {
    for (const id of [...this.#held.keys()]) if (this.endsAt(id) <= this.#now()) this.#held.delete(id);
    for (const id of [...this.#held.keys()].slice(0, Math.max(0, this.#held.size - MOST + 1))) this.#held.delete(id);
  }
}

/** Sessions of this process. They end with it; the realm's own session signs a browser in again without a question. */
export class Sessions {
  readonly live: Shelf<Session>;
  readonly pending: Shelf<PendingSignIn>;

  constructor(now: () => number) {
    this.live = new Shelf(now, IDLE_MS, LONGEST_MS);
    this.pending = new Shelf(now, PENDING_MS, PENDING_MS);
  }
}
