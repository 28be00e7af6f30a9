import { createPrivateKey } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { emptyBackend, startEdge, type RunningEdge } from '../edge.ts';
import type { TokenWorld } from '../token-attacks.ts';
import { storm, worldOf } from '../token-suite.ts';

const COUNT = Number(process.env['CONCORD_CAMPAIGN_COUNT'] ?? 100_000);
const SEED = Number(process.env['CONCORD_CAMPAIGN_SEED'] ?? 7);

describe('a storm of changed tokens', () => {
  let edge: RunningEdge;
  let world: TokenWorld;
  beforeAll(async () => {
    edge = await startEdge({ backend: emptyBackend() });
    world = worldOf(await edge.token('physician'), createPrivateKey({ key: edge.secrets.signingKey, format: 'jwk' }), edge.issuer);
  });
  afterAll(() => edge.close());

  it(`of ${COUNT}, seed ${SEED}: none is believed, and nothing breaks`, async () => {
    const began = performance.now();
    const { accepted, broken, tried } = await storm({ url: edge.url, world: () => world }, COUNT, SEED);
    console.log(`${tried} tried in ${((performance.now() - began) / 1000).toFixed(0)} s, seed ${SEED}: ${accepted.length} accepted, ${broken.length} broken`);
    expect({ accepted, broken: broken.slice(0, 5), tried }).toEqual({ accepted: [], broken: [], tried: COUNT });
  });
});
