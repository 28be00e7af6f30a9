import { createPrivateKey } from 'node:crypto';
import { afterAll, beforeAll, describe } from 'vitest';
import { emptyBackend, startEdge, type RunningEdge } from '../edge.ts';
import type { TokenWorld } from '../token-attacks.ts';
import { tokenSuite, worldOf } from '../token-suite.ts';

let edge: RunningEdge;
let world: TokenWorld;
beforeAll(async () => {
  edge = await startEdge({ backend: emptyBackend() });
  world = worldOf(await edge.token('physician'), createPrivateKey({ key: edge.secrets.signingKey, format: 'jwk' }), edge.issuer);
});
afterAll(() => edge.close());

describe('the edge, in front of the demo identity,', () => {
  tokenSuite(() => ({ url: edge.url, world: () => world }), 10_000);
});
