import { createHash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { instant, type Instant } from '@concord/core/kernel';
import type { EndedWhat, SessionRow, SessionStore, TokenOrigin } from '@concord/core/ports';
import type { SessionSeal } from '@concord/adapters/crypto';

const sessionSchema = z.object({
  accessToken: z.string(),
  refreshToken: z.string().optional(),
  idToken: z.string().optional(),
  /** Milliseconds of the epoch at which the access token ends. */
  accessEndsAt: z.number(),
  subject: z.string(),
  /** `sid` of the realm. */
  realmSession: z.string().optional(),
});

/** What the browser never sees: the tokens behind its opaque session id. */
export type Session = z.infer<typeof sessionSchema>;

/** One place where a person is signed in, as they see it. */
interface Shown {
  readonly ref: string;
  readonly bornAt: Instant;
  readonly usedAt: Instant;
  readonly endsAt: Instant;
  readonly isThis: boolean;
}

const IDLE_MS = 15 * 60_000;
const LONGEST_MS = 12 * 3_600_000;
/** Being in use is written down at most this often. */
const TOUCH_MS = 30_000;
/** Longer than any token that is believed: afterwards there is nothing left to refuse. */
const ENDED_MS = 30 * 60_000;

interface Parts {
  readonly store: SessionStore;
  readonly seal: SessionSeal;
  readonly now: () => Instant;
}

/** Opaque id → session, shared by every process of the API, sealed at rest, with an idle and an absolute end. */
export class Sessions {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** @returns the id for the browser's cookie; nowhere else is it kept. */
  async begin(session: Session): Promise<string> {
    const { store, now } = this.#parts;
    const at = now();
    await store.sweep({ idleSince: instant(at - IDLE_MS), bornSince: instant(at - LONGEST_MS), endedSince: instant(at - ENDED_MS) });
    const id = randomBytes(32).toString('base64url');
    const key = keyOf(id);
    const { subject, realmSession } = session;
    await store.put({ key, sealed: this.#seal(key, session), subject, realmSession, bornAt: at, usedAt: at });
    return id;
  }

  /** Using it keeps it alive; looking on (`isUse` false) does not. */
  async use(id: string, isUse = true): Promise<Session | undefined> {
    const { store, now } = this.#parts;
    const row = await this.#living(id);
    if (row === undefined) return undefined;
    if (isUse && now() - row.usedAt >= TOUCH_MS) await store.touch(row.key, now());
    return this.#open(row.key, row.sealed);
  }

  /** Runs `work` alone with the session, across all processes. */
  async renew(id: string, work: (session: Session) => Promise<Session | 'keep' | 'end'>): Promise<Session | undefined> {
    const key = keyOf(id);
    const sealed = await this.#parts.store.renew(key, async (before) => {
      const session = this.#open(key, before);
      if (session === undefined) return 'end';
      const next = await work(session);
      return typeof next === 'string' ? next : this.#seal(key, next);
    });
    return sealed === undefined ? undefined : this.#open(key, sealed);
  }

  async end(id: string): Promise<Session | undefined> {
    const row = await this.#parts.store.remove(keyOf(id));
    return row === undefined ? undefined : this.#open(row.key, row.sealed);
  }

  /** Where a person is signed in, the newest first; `ref` names a session to them and is no id of it. */
  async of(subject: string, id: string | undefined): Promise<readonly Shown[]> {
    const { store, now } = this.#parts;
    const own = id === undefined ? undefined : refOf(keyOf(id));
    const rows = (await store.ofPerson(subject)).filter((row) => endOf(row) > now());
    return rows.map((row) => ({ ref: refOf(row.key), bornAt: row.bornAt, usedAt: row.usedAt, endsAt: instant(endOf(row)), isThis: refOf(row.key) === own }));
  }

  /** Ends one session of this person. */
  async endOne(subject: string, ref: string): Promise<Session | undefined> {
    const row = (await this.#parts.store.ofPerson(subject)).find(({ key }) => refOf(key) === ref);
    const removed = row === undefined ? undefined : await this.#parts.store.remove(row.key);
    return removed === undefined ? undefined : this.#open(removed.key, removed.sealed);
  }

  /** Ends one session of the realm, or all of a person's, on every process, and refuses the tokens they had. */
  async endAll(what: EndedWhat): Promise<readonly Session[]> {
    const rows = await this.#parts.store.end(what, this.#parts.now());
    return rows.flatMap((row) => this.#open(row.key, row.sealed) ?? []);
  }

  isEnded(origin: TokenOrigin): Promise<boolean> {
    return this.#parts.store.isEnded(origin);
  }

  /** Milliseconds of the epoch; 0 for an id that nobody has. */
  async endsAt(id: string): Promise<number> {
    const row = await this.#living(id);
    return row === undefined ? 0 : endOf(row);
  }

  /** What a page must show beside the cookie before anything is changed; bound to this one session. */
  proofFor(id: string): string {
    return this.#parts.seal.word(`csrf/${id}`);
  }

  isProof(id: string, given: string): boolean {
    return this.#parts.seal.isWord(`csrf/${id}`, given);
  }

  async #living(id: string): Promise<SessionRow | undefined> {
    const row = await this.#parts.store.find(keyOf(id));
    return row === undefined || endOf(row) <= this.#parts.now() ? undefined : row;
  }

  #seal(key: Uint8Array, session: Session): Uint8Array {
    return this.#parts.seal.seal(Buffer.from(JSON.stringify(session)), placeOf(key));
  }

  #open(key: Uint8Array, sealed: Uint8Array): Session | undefined {
    const plain = this.#parts.seal.open(sealed, placeOf(key));
    return plain === undefined ? undefined : sessionSchema.parse(JSON.parse(plain.toString('utf8')));
  }
}

const endOf = ({ usedAt, bornAt }: SessionRow): number => Math.min(usedAt + IDLE_MS, bornAt + LONGEST_MS);
/** A stolen table names no session: the id is 256 random bits, so a plain hash hides it. */
const keyOf = (id: string): Buffer => createHash('sha256').update(id).digest();
const refOf = (key: Uint8Array): string => Buffer.from(key).toString('hex').slice(0, 24);
const placeOf = (key: Uint8Array): string => `web_sessions/${Buffer.from(key).toString('hex')}`;
