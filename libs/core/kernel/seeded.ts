/**
 * Numbers in [0, 1) that are the same for the same seed on every machine and version: what a bootstrap, a generated
 * patient and a test draw from. Not for secrets.
 * Source: sfc32, C. Doty-Humphrey, PractRand; the seed is spread by xmur3 (both public domain).
 */
export function seededRng(seed: string | number): { next(): number } {
  const spread = xmur3(String(seed));
  let [a, b, c, counter] = [spread(), spread(), spread(), 1];
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 4_294_967_296;
  };
  // Neighbouring seeds start alike; sfc32 has mixed them after a dozen rounds.
  for (let round = 0; round < 12; round += 1) next();
  return { next };
}

function xmur3(text: string): () => number {
  let state = 1_779_033_703 ^ text.length;
  for (let at = 0; at < text.length; at += 1) {
    state = Math.imul(state ^ text.charCodeAt(at), 3_432_918_353);
    state = (state << 13) | (state >>> 19);
  }
  return () => {
    state = Math.imul(state ^ (state >>> 16), 2_246_822_507);
    state = Math.imul(state ^ (state >>> 13), 3_266_489_909);
    state ^= state >>> 16;
    return state >>> 0;
  };
}
