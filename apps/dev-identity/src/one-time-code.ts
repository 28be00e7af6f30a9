import { createHmac, timingSafeEqual } from 'node:crypto';

const PERIOD_SECONDS = 30;
const DIGITS = 6;

/** RFC 6238 with SHA-1, six digits and half a minute: what every authenticator app computes. @param at milliseconds of the epoch. */
export function codeAt(secret: string, at: number): string {
  return codeOfStep(secret, stepOf(at));
}

/** Takes each code once, and the one before and after it: clocks of phones differ. */
export class OneTimeCodes {
  readonly #used = new Map<string, number>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  take(secret: string, given: string): boolean {
    const now = stepOf(this.#now());
    const last = this.#used.get(secret) ?? -Infinity;
    const step = [now - 1, now, now + 1].find((one) => one > last && isSame(codeOfStep(secret, one), given));
    if (step === undefined) return false;
    this.#used.set(secret, step);
    return true;
  }
}

const stepOf = (at: number): number => Math.floor(at / 1000 / PERIOD_SECONDS);

function codeOfStep(secret: string, step: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const digest = createHmac('sha1', secret).update(counter).digest();
  // RFC 4226, 5.3: the low four bits of the last byte say where to read 31 bits.
  const value = digest.readUInt32BE((digest[digest.length - 1] ?? 0) & 0xf) & 0x7fff_ffff;
  return String(value % 10 ** DIGITS).padStart(DIGITS, '0');
}

function isSame(expected: string, given: string): boolean {
  return given.length === expected.length && timingSafeEqual(Buffer.from(expected), Buffer.from(given));
}
