import { describe, expect, it } from 'vitest';
import { Sessions, type Session } from './sessions.ts';

const minute = 60_000;
const session: Session = { accessToken: 'a', refreshToken: undefined, idToken: undefined, accessEndsAt: 0 };

function at() {
  const clock = { now: 0 };
  return { clock, live: new Sessions(() => clock.now).live };
}

describe('a session', () => {
  it('ends after 15 minutes without use', () => {
    const { clock, live } = at();
    const id = live.put(session);
    clock.now = 14 * minute;
    expect(live.use(id)).toBe(session);
    clock.now = 28 * minute;
    expect(live.use(id)).toBe(session);
    clock.now = 43 * minute;
    expect(live.use(id)).toBeUndefined();
  });

  it('is not kept alive by a page that asks again by itself', () => {
    const { clock, live } = at();
    const id = live.put(session);
    for (clock.now = 0; clock.now < 15 * minute; clock.now += minute) expect(live.use(id, false)).toBe(session);
    expect(live.use(id, false)).toBeUndefined();
  });

  it('ends after 12 hours however much it is used', () => {
    const { clock, live } = at();
    const id = live.put(session);
    for (; clock.now < 720 * minute; clock.now += 10 * minute) expect(live.use(id)).toBe(session);
    expect(live.use(id)).toBeUndefined();
  });

  it('is gone once it was taken', () => {
    const { live } = at();
    const id = live.put(session);
    expect(live.take(id)).toBe(session);
    expect(live.use(id)).toBeUndefined();
    expect(live.endsAt(id)).toBe(0);
  });

  it('leaves room when ten thousand sign-ins were begun and never ended', () => {
    const { live } = at();
    const first = live.put(session);
    for (let i = 0; i < 10_001; i += 1) live.put(session);
    expect(live.use(first)).toBeUndefined();
  });
});
