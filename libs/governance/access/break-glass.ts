import { days, minus, minutes, plus, seconds, type Instant } from '@concord/core/kernel';
import type { Assurance, GrantFacts, Purpose } from '@concord/core/ports';

/** Why somebody looks past the usual relations, and the purpose under which they then read. */
export const BREAK_GLASS_REASONS = {
  'life-threatening': 'ETREAT',
  'urgent-care': 'BTG',
  'patient-asked': 'BTG',
  'safety-concern': 'BTG',
} as const satisfies Readonly<Record<string, Purpose>>;

export type BreakGlassReason = keyof typeof BREAK_GLASS_REASONS;

/** A grant lives at most this long. */
export const GRANT_MINUTES = 60;
/** The second factor must have been shown within this time. */
const FRESH_FOR = minutes(5);
const AHEAD = seconds(5);
/** A look-up may be followed by a grant within this time. */
export const LOOK_UP_MINUTES = 15;
const LOOKED_UP_FOR = minutes(LOOK_UP_MINUTES);
/** A grant that ended longer ago than this without a review blocks the next one. */
const REVIEW_WITHIN = days(3);
/** Letters that a reason holds at least. */
export const REASON_LENGTH = 20;

export interface GrantQuestion {
  readonly now: Instant;
  readonly assurance: Assurance | undefined;
  readonly authenticatedAt: Instant | undefined;
  readonly reason: string;
  readonly facts: GrantFacts;
}

/** What stands in the way of a grant. `step-up`: sign in again with the second factor. */
export type GrantRefusal = 'step-up' | 'no-look-up' | 'reason-too-short' | 'unreviewed' | 'consent-forbids';

/** May the glass be broken? Pure; undefined when nothing stands in the way. */
export function grantRefusal(question: GrantQuestion): GrantRefusal | undefined {
  const { now, reason, facts } = question;
  if (!isFresh(question)) return 'step-up';
  if (facts.lookup?.patientId === undefined || facts.lookup.at < minus(now, LOOKED_UP_FOR)) return 'no-look-up';
  if (letters(reason) < REASON_LENGTH) return 'reason-too-short';
  if (facts.unreviewedSince !== undefined && facts.unreviewedSince < minus(now, REVIEW_WITHIN)) return 'unreviewed';
  return facts.isBarred ? 'consent-forbids' : undefined;
}

/** A moment ahead of our clock by more than the tolerance of a token is none. */
function isFresh({ now, assurance, authenticatedAt }: GrantQuestion): boolean {
  return assurance === 'mfa' && authenticatedAt !== undefined && authenticatedAt >= minus(now, FRESH_FOR) && authenticatedAt <= plus(now, AHEAD);
}

/** Repeated spaces and dots explain nothing. */
function letters(reason: string): number {
  return reason.replaceAll(/[^\p{L}\p{N}]/gu, '').length;
}
