import { expect, it } from 'vitest';
import { instant } from '@concord/core/kernel';
import type { SessionStore } from '@concord/core/ports';
import { createSessionSeal } from '@concord/adapters/crypto';
import { Sessions, type Session } from '../apps/api/src/identity/sessions.ts';

const minute = 60_000;
const BEGAN = Date.parse('2026-03-01T08:00:00Z');
const session: Session = { accessToken: 'a', accessEndsAt: 0, subject: 'person-1', realmSession: 'realm-1' };

/** What holds of sessions wherever they are kept. @param storeFor one store, opened as often as it is asked for */
export function sessionCases(storeFor: () => SessionStore): void {
  const at = (root = new Uint8Array(32).fill(3)) => {
    const clock = { now: BEGAN };
    const open = () => new Sessions({ store: storeFor(), seal: createSessionSeal(root), now: () => instant(clock.now) });
    return { clock, sessions: open(), other: open() };
  };

  it('ends after 15 minutes without use', async () => {
    const { clock, sessions } = at();
    const id = await sessions.begin(session);
    clock.now += 14 * minute;
    expect(await sessions.use(id)).toEqual(session);
    clock.now += 14 * minute;
    expect(await sessions.use(id)).toEqual(session);
    clock.now += 15 * minute;
    expect(await sessions.use(id)).toBeUndefined();
  });

  it('is not kept alive by a page that asks again by itself', async () => {
    const { clock, sessions } = at();
    const id = await sessions.begin(session);
    for (; clock.now < BEGAN + 15 * minute; clock.now += minute) expect(await sessions.use(id, false)).toEqual(session);
    expect(await sessions.use(id, false)).toBeUndefined();
  });

  it('ends after 12 hours however much it is used', async () => {
    const { clock, sessions } = at();
    const id = await sessions.begin(session);
    for (; clock.now < BEGAN + 720 * minute; clock.now += 10 * minute) expect(await sessions.use(id)).toEqual(session);
    expect(await sessions.use(id)).toBeUndefined();
  });

  it('is known to every process at once, and gone from all once one has ended it', async () => {
    const { sessions, other } = at();
    const id = await sessions.begin(session);
    expect(await other.use(id)).toEqual(session);
    expect(await other.end(id)).toEqual(session);
    expect([await sessions.use(id), await sessions.endsAt(id), await sessions.end(id)]).toEqual([undefined, 0, undefined]);
  });

  it('is renewed by one process only, however many try: a refresh token is used once', async () => {
    const { sessions, other } = at();
    const id = await sessions.begin(session);
    let renewals = 0;
    const renew = (one: Sessions) =>
      one.renew(id, async (now) => {
        if (now.accessToken === 'b') return 'keep';
        await new Promise((resolve) => setTimeout(resolve, 20));
        renewals += 1;
        return { ...now, accessToken: 'b' };
      });
    const all = await Promise.all([renew(sessions), renew(other), renew(sessions), renew(other)]);
    expect([renewals, ...all.map((one) => one?.accessToken)]).toEqual([1, 'b', 'b', 'b', 'b']);
  });

  it('ends with the realm’s session, and with everything its person had open; tokens of before are refused, later ones are not', async () => {
    const { clock, sessions, other } = at();
    const mine = await sessions.begin({ ...session, subject: 'person-2', realmSession: 'realm-2' });
    const elsewhere = await sessions.begin({ ...session, subject: 'person-2', realmSession: 'realm-3' });
    const theirs = await sessions.begin({ ...session, subject: 'person-3', realmSession: 'realm-4' });
    const origin = (realmSession: string, after = 0) => ({ subject: 'person-2', realmSession, issuedAt: instant(clock.now + after) });
    expect(await other.endAll({ kind: 'session', name: 'realm-2' })).toHaveLength(1);
    expect([await sessions.use(mine), await sessions.use(elsewhere)]).toEqual([undefined, expect.anything()]);
    expect([await sessions.isEnded(origin('realm-2')), await sessions.isEnded(origin('realm-2', 1000)), await sessions.isEnded(origin('realm-3'))]).toEqual([
      true,
      false,
      false,
    ]);
    await other.endAll({ kind: 'person', name: 'person-2' });
    expect([await sessions.use(elsewhere), await sessions.use(theirs)]).toEqual([undefined, expect.anything()]);
    expect([await sessions.isEnded(origin('realm-3')), await sessions.isEnded(origin('realm-9', 1000))]).toEqual([true, false]);
  });

  it('cannot be opened with another root key, and shows no token and no id where it is kept', async () => {
    const { sessions } = at();
    const secret = { ...session, accessToken: 'a-token-that-must-not-be-seen' };
    const id = await sessions.begin(secret);
    expect(await at(new Uint8Array(32).fill(4)).sessions.use(id)).toBeUndefined();
    const [row] = await storeFor().end({ kind: 'person', name: 'person-1' }, instant(BEGAN));
    const kept = Buffer.concat([row?.key ?? Buffer.of(), row?.sealed ?? Buffer.of()]).toString('latin1');
    expect(kept).not.toContain(secret.accessToken);
    expect(kept).not.toContain(id);
  });

  it('gives its page a word that no other session’s page has', async () => {
    const { sessions, other } = at();
    const [a, b] = [await sessions.begin(session), await sessions.begin(session)];
    expect([other.isProof(a, sessions.proofFor(a)), sessions.isProof(b, sessions.proofFor(a)), sessions.isProof(a, '')]).toEqual([true, false, false]);
  });
}
