import { randomBytes } from 'node:crypto';
import { createSessionSeal, type SessionSeal } from '@concord/adapters/crypto';
import type { SessionRow, SessionStore } from '@concord/core/ports';

/** What the edge keeps sessions in when a test has no database; the same conformance tests hold for it and for Postgres. */
export function memorySessions(): SessionStore {
  const rows = new Map<string, SessionRow>();
  const ended = new Map<string, number>();
  const queue = new Map<string, Promise<unknown>>();
  const name = (key: Uint8Array): string => Buffer.from(key).toString('hex');
  const drop = (keep: (row: SessionRow) => boolean): SessionRow[] => {
    const gone = [...rows].filter(([, row]) => !keep(row));
    for (const [key] of gone) rows.delete(key);
    return gone.map(([, row]) => row);
  };
  const renew: SessionStore['renew'] = async (key, work) => {
    const row = rows.get(name(key));
    if (row === undefined) return undefined;
    const next = await work(row.sealed);
    if (next === 'keep') return row.sealed;
    if (next === 'end') rows.delete(name(key));
    else rows.set(name(key), { ...row, sealed: next });
    return next === 'end' ? undefined : next;
  };
  return {
    put: (row) => {
      rows.set(name(row.key), row);
      return Promise.resolve();
    },
    find: (key) => Promise.resolve(rows.get(name(key))),
    touch: (key, at) => {
      const row = rows.get(name(key));
      if (row !== undefined && at > row.usedAt) rows.set(name(key), { ...row, usedAt: at });
      return Promise.resolve();
    },
    ofPerson: (subject) => Promise.resolve([...rows.values()].filter((row) => row.subject === subject).sort((a, b) => b.bornAt - a.bornAt)),
    remove: (key) => {
      const row = rows.get(name(key));
      rows.delete(name(key));
      return Promise.resolve(row);
    },
    renew: (key, work) => {
      const turn = (queue.get(name(key)) ?? Promise.resolve()).then(() => renew(key, work));
      queue.set(
        name(key),
        turn.catch(() => undefined),
      );
      return turn;
    },
    end: ({ kind, name: who }, at) => {
      ended.set(`${kind} ${who}`, Math.max(at, ended.get(`${kind} ${who}`) ?? 0));
      return Promise.resolve(drop((row) => (kind === 'person' ? row.subject : row.realmSession) !== who));
    },
    isEnded: ({ subject, realmSession, issuedAt }) =>
      Promise.resolve((ended.get(`session ${realmSession ?? ''}`) ?? -1) >= issuedAt || (ended.get(`person ${subject}`) ?? -1) >= issuedAt),
    sweep: ({ idleSince, bornSince, endedSince }) => {
      drop((row) => row.usedAt >= idleSince && row.bornAt >= bornSince);
      for (const [key, at] of ended) if (at < endedSince) ended.delete(key);
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  };
}

/** Sessions and their seal, as a backend without a database has them. */
export const sessionParts = (): { readonly sessions: SessionStore; readonly sessionSeal: SessionSeal } => ({
  sessions: memorySessions(),
  sessionSeal: createSessionSeal(randomBytes(32)),
});
