import { err, ok, type Result } from '@concord/core/kernel';
import { encodeUtf8 } from './text.ts';

/** One part of a multipart body. */
export interface BodyPart {
  /** Content-Type of the part, as sent; empty when it names none. */
  readonly contentType: string;
  readonly bytes: Uint8Array;
}

export type MultipartError =
  /** The body ends before its closing delimiter: what came may be half of what was sent. */
  | { readonly kind: 'not-closed' }
  | { readonly kind: 'no-part' }
  | { readonly kind: 'bad-part-header' }
  | { readonly kind: 'over-limit'; readonly reason: string };

export interface MultipartLimits {
  readonly parts: number;
  readonly headerBytes: number;
  /** All parts together. */
  readonly bytes: number;
}

export const MULTIPART_LIMITS: MultipartLimits = { parts: 10_000, headerBytes: 16 * 1024, bytes: 256 * 1024 * 1024 };

/** A boundary that RFC 2046 5.1.1 allows. */
export function isBoundary(text: string): boolean {
  return /^[\w'()+,./:=? -]{0,69}[\w'()+,./:=?-]$/.test(text);
}

const CR = 0x0d;
const LF = 0x0a;
const DASH = 0x2d;

type State = 'preamble' | 'header' | 'body' | 'closed';

/**
 * Reads a multipart body as it arrives. A delimiter counts only at the start of a line (RFC 2046 5.1.1) and may be split over
 * chunks; nothing is handed out before the closing delimiter was seen, so a torn upload keeps nothing.
 */
export class MultipartReader {
  readonly #delimiter: Uint8Array;
  readonly #limits: MultipartLimits;
  // The body may open with the delimiter itself; a line end before it makes that the usual case.
  #pending: Uint8Array = Uint8Array.of(CR, LF);
  #state: State = 'preamble';
  #contentType = '';
  #chunks: Uint8Array[] = [];
  #held = 0;
  readonly #parts: BodyPart[] = [];

  constructor(boundary: string, limits: MultipartLimits = MULTIPART_LIMITS) {
    this.#delimiter = encodeUtf8(`\r\n--${boundary}`);
    this.#limits = limits;
  }

  /** @returns the first error; after it the reader must not be used. */
  push(chunk: Uint8Array): MultipartError | undefined {
    if (this.#state === 'closed') return undefined; // an epilogue is ignored
    this.#pending = joined([this.#pending, chunk]);
    for (;;) {
      const before = this.#pending.length;
      const state: State = this.#state;
      const error = this.#state === 'header' ? this.#readHeader() : this.#readBody();
      if (error !== undefined) return error;
      if (this.#pending.length === before && this.#state === state) return undefined;
    }
  }

  end(): Result<readonly BodyPart[], MultipartError> {
    if (this.#state !== 'closed') return err({ kind: this.#parts.length === 0 && this.#state === 'preamble' ? 'no-part' : 'not-closed' });
    return this.#parts.length === 0 ? err({ kind: 'no-part' }) : ok(this.#parts);
  }

  #readBody(): MultipartError | undefined {
    if (this.#state === 'closed') {
      this.#pending = new Uint8Array(0);
      return undefined;
    }
    const at = indexOf(this.#pending, this.#delimiter);
    if (at < 0) {
      // All but what could be the beginning of a delimiter belongs to the body.
      return this.#keep(Math.max(0, this.#pending.length - this.#delimiter.length));
    }
    // Behind the delimiter stands "--" or the end of the line; wait until both are there.
    const after = at + this.#delimiter.length;
    const end = this.#lineEnd(after);
    if (end === undefined) return undefined;
    if (end === 'other') return this.#keep(after);
    const error = this.#keep(at);
    if (error !== undefined) return error;
    if (this.#state === 'body') this.#finishPart();
    this.#pending = this.#pending.slice(end.next - at);
    this.#state = end.closes ? 'closed' : 'header';
    return this.#parts.length > this.#limits.parts ? { kind: 'over-limit', reason: `more than ${this.#limits.parts} parts` } : undefined;
  }

  /** undefined: more bytes are needed; `other`: no delimiter after all. */
  #lineEnd(after: number): { readonly closes: boolean; readonly next: number } | 'other' | undefined {
    const rest = this.#pending.subarray(after, after + 128);
    if (rest.length < 2) return undefined;
    if (rest[0] === DASH && rest[1] === DASH) return { closes: true, next: after + 2 };
    const text = rest.findIndex((byte) => byte !== 0x20 && byte !== 0x09);
    if (text < 0) return rest.length < 128 ? undefined : 'other';
    if (rest[text] !== CR) return 'other';
    if (text + 1 >= rest.length) return undefined;
    return rest[text + 1] === LF ? { closes: false, next: after + text + 2 } : 'other';
  }

  #readHeader(): MultipartError | undefined {
    const empty = this.#pending[0] === CR && this.#pending[1] === LF;
    const at = empty ? 0 : indexOf(this.#pending, Uint8Array.of(CR, LF, CR, LF));
    if (at < 0) return this.#pending.length > this.#limits.headerBytes ? { kind: 'bad-part-header' } : undefined;
    if (at > this.#limits.headerBytes) return { kind: 'bad-part-header' };
    const lines = String.fromCharCode(...this.#pending.subarray(0, at)).split('\r\n');
    this.#contentType = lines.map((line) => /^content-type\s*:\s*(.*)$/i.exec(line)?.[1]?.trim()).find((value) => value !== undefined) ?? '';
    // The line end stays: an empty body is followed by its delimiter at once.
    this.#pending = this.#pending.slice(empty ? 0 : at + 2);
    this.#chunks = [];
    this.#state = 'body';
    return undefined;
  }

  /** Moves `count` bytes of the pending ones into the part in hand. */
  #keep(count: number): MultipartError | undefined {
    if (count === 0) return undefined;
    const taken = this.#pending.slice(0, count);
    this.#pending = this.#pending.slice(count);
    if (this.#state !== 'body') return undefined;
    this.#held += taken.length;
    if (this.#held > this.#limits.bytes) return { kind: 'over-limit', reason: 'the body is larger than allowed' };
    this.#chunks.push(taken);
    return undefined;
  }

  #finishPart(): void {
    const whole = joined(this.#chunks);
    // The empty line that ends the header was left in front, so that a delimiter right behind it was seen.
    this.#parts.push({ contentType: this.#contentType, bytes: whole.subarray(Math.min(2, whole.length)) });
    this.#chunks = [];
  }
}

function indexOf(bytes: Uint8Array, wanted: Uint8Array): number {
  const [first = 0] = wanted;
  for (let at = bytes.indexOf(first); at >= 0 && at + wanted.length <= bytes.length; at = bytes.indexOf(first, at + 1)) {
    let same = 1;
    while (same < wanted.length && bytes[at + same] === wanted[same]) same += 1;
    if (same === wanted.length) return at;
  }
  return -1;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
