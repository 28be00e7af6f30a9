import { createHash } from 'node:crypto';

/** RFC 6962 2.1 word for word, by recursion over the whole list: slow, and easy to believe. */
const sha256 = (...parts: readonly Uint8Array[]): Buffer => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();

const powerBelow = (n: number): number => (n <= 2 ? 1 : 2 * powerBelow(Math.ceil(n / 2)));

/** The oracle over one list of leaf data; results for ranges are remembered, or all sizes would take hours. */
export class NaiveTree {
  private readonly remembered = new Map<number, Buffer>();
  private readonly leaves: readonly Uint8Array[];

  constructor(leaves: readonly Uint8Array[]) {
    this.leaves = leaves;
  }

  /** MTH(D[start:end]). */
  hash(start: number, end: number): Buffer {
    const n = end - start;
    if (n === 0) return sha256();
    const key = start * 65_536 + end;
    const before = this.remembered.get(key);
    if (before !== undefined) return before;
    const k = powerBelow(n);
    const [leaf] = this.leaves.slice(start, start + 1);
    const hash = n === 1 && leaf !== undefined ? sha256(Buffer.of(0), leaf) : sha256(Buffer.of(1), this.hash(start, start + k), this.hash(start + k, end));
    this.remembered.set(key, hash);
    return hash;
  }

  /** PATH(m, D[start:end]). */
  path(m: number, start: number, end: number): readonly Buffer[] {
    const n = end - start;
    if (n === 1) return [];
    const k = powerBelow(n);
    return m < k ? [...this.path(m, start, start + k), this.hash(start + k, end)] : [...this.path(m - k, start + k, end), this.hash(start, start + k)];
  }

  /** PROOF(m, D[0:n]) = SUBPROOF(m, D[0:n], true). */
  proof(m: number, n: number): readonly Buffer[] {
    return this.subproof({ m, start: 0, end: n, known: true });
  }

  private subproof({ m, start, end, known }: { m: number; start: number; end: number; known: boolean }): readonly Buffer[] {
    const n = end - start;
    if (m === n) return known ? [] : [this.hash(start, end)];
    const k = powerBelow(n);
    return m <= k
      ? [...this.subproof({ m, start, end: start + k, known }), this.hash(start + k, end)]
      : [...this.subproof({ m: m - k, start: start + k, end, known: false }), this.hash(start, start + k)];
  }
}
