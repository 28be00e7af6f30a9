import { z } from 'zod';
import type { SessionSeal } from '@concord/adapters/crypto';

const pendingSchema = z.object({
  state: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  returnTo: z.string(),
  /** Milliseconds of the epoch. */
  begunAt: z.number(),
  /** Who is signed in already and must show a second factor. */
  stepUpOf: z.string().optional(),
});

/** A sign-in that has begun: what the answer of the realm must fit. */
export type PendingSignIn = z.infer<typeof pendingSchema>;

const LONGEST_MS = 10 * 60_000;
const PLACE = 'sign-in';

/** Carried by the browser that began, sealed: a flood of beginnings fills no memory, and any process can take the answer. */
export function sealPending(seal: SessionSeal, pending: PendingSignIn): string {
  return seal.seal(Buffer.from(JSON.stringify(pending)), PLACE).toString('base64url');
}

export function openPending(seal: SessionSeal, cookie: string, now: number): PendingSignIn | undefined {
  const plain = seal.open(Buffer.from(cookie, 'base64url'), PLACE);
  if (plain === undefined) return undefined;
  const pending = pendingSchema.parse(JSON.parse(plain.toString('utf8')));
  return now - pending.begunAt > LONGEST_MS ? undefined : pending;
}
