import type { Actor } from '@concord/core/ports';

/** A source sends what a whole house measures. */
const OF_A_SOURCE = 10;
const MINUTE_MS = 60_000;
/** People who were quiet for a minute are forgotten when there are more of them than this. */
const REMEMBERED = 10_000;

interface Bucket {
  left: number;
  at: number;
}

/**
 * How much one person or source may ask of one process of the edge: a bucket that fills evenly and holds one minute's worth, so
 * that a busy shift passes and a script that walks through everything does not.
 */
export class CallBudget {
  private readonly perMinute: number;
  private readonly now: () => number;
  private readonly buckets = new Map<string, Bucket>();

  constructor(perMinute: number, now: () => number) {
    this.perMinute = perMinute;
    this.now = now;
  }

  /** Takes one call. @returns whole seconds to wait; 0 when it may go on. */
  take({ issuer, subject, roles }: Pick<Actor, 'issuer' | 'subject' | 'roles'>): number {
    const most = this.perMinute * (roles.includes('integrator') ? OF_A_SOURCE : 1);
    const bucket = this.bucketOf(`${issuer}|${subject}`, most);
    const now = this.now();
    bucket.left = Math.min(most, bucket.left + ((now - bucket.at) * most) / MINUTE_MS);
    bucket.at = now;
    if (bucket.left < 1) return Math.max(1, Math.ceil(((1 - bucket.left) * MINUTE_MS) / most / 1000));
    bucket.left -= 1;
    return 0;
  }

  private bucketOf(who: string, most: number): Bucket {
    const known = this.buckets.get(who);
    if (known !== undefined) return known;
    if (this.buckets.size >= REMEMBERED) this.forgetQuiet();
    const fresh = { left: most, at: this.now() };
    this.buckets.set(who, fresh);
    return fresh;
  }

  private forgetQuiet(): void {
    const before = this.now() - MINUTE_MS;
    for (const [who, { at }] of this.buckets) if (at < before) this.buckets.delete(who);
  }
}
