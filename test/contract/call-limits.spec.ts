import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SecurityEvent } from '@concord/core/ports';
import { emptyBackend, startEdge, type RunningEdge } from '../edge.ts';

let edge: RunningEdge;
const recorded: SecurityEvent[] = [];
beforeAll(async () => {
  const backend = emptyBackend();
  edge = await startEdge({
    backend: async (config) => ({ ...(await backend(config)), record: (event) => Promise.resolve(void recorded.push(event)) }),
    callsPerMinute: 30,
  });
});
afterAll(() => edge.close());

describe('somebody who asks for everything', () => {
  it('is told to wait, with nothing in the answer, and it is on the record once in a while and not each time', async () => {
    const answers = [];
    for (let i = 0; i < 120; i += 1) answers.push(await edge.get('/api/v1/session', 'nurse'));
    const held = answers.filter(({ status }) => status === 429);
    expect(held.length).toBeGreaterThanOrEqual(80);
    expect(answers.slice(0, 30).every(({ status }) => status === 200)).toBe(true);
    expect(Number(held[0]?.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect(await held[0]?.json()).toMatchObject({ status: 429 });
    const events = recorded.filter(({ outcomeText }) => outcomeText === 'too-many-calls');
    expect(events.length).toBeGreaterThanOrEqual(1);
    expect(events.length).toBeLessThanOrEqual(60);
    expect(events[0]?.actor?.login).toBe('nurse');
  });

  it('holds up nobody else, and no probe of the house', async () => {
    expect((await edge.get('/api/v1/session', 'physician')).status).toBe(200);
    for (let i = 0; i < 40; i += 1) expect((await edge.get('/healthz')).status).toBe(200);
  });
});
