import { afterAll, beforeAll, describe } from 'vitest';
import type { AccessRequest } from '@concord/core/ports';
import { emptyBackend, startEdge, type RunningEdge } from '../edge.ts';
import { serviceAccountSuite } from '../service-account-suite.ts';

let edge: RunningEdge;
const seen: AccessRequest[] = [];
beforeAll(async () => {
  edge = await startEdge({ backend: emptyBackend(seen) });
});
afterAll(() => edge.close());

describe('a service account of the demo identity', () => {
  serviceAccountSuite(() => ({ url: edge.url, issuer: edge.issuer, key: edge.secrets.integratorKey, seen }));
});
