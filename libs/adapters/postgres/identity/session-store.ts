import pg from 'pg';
import { instant, type Instant } from '@concord/core/kernel';
import type { SessionRow, SessionStore } from '@concord/core/ports';
import { inTransactionOf } from '../in-transaction.ts';

const CONNECTIONS = 4;
const COLUMNS = 'key, sealed, subject, realm_session, born_at, used_at';

interface Row {
  readonly key: Buffer;
  readonly sealed: Buffer;
  readonly subject: string;
  readonly realm_session: string | null;
  readonly born_at: Date;
  readonly used_at: Date;
}

/** Sessions in the database, as role `app_rw`, on connections of their own: a request waits for none that reads patients. */
export function openSessionStore(url: string): SessionStore {
  const pool = new pg.Pool({ connectionString: url, max: CONNECTIONS, connectionTimeoutMillis: 10_000 });
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  const rows = async (name: string, text: string, values: readonly unknown[]): Promise<readonly SessionRow[]> =>
    (await pool.query<Row>({ name, text, values: [...values] })).rows.map(sessionRow);
  return {
    put: async (row) => {
      await rows('session-put', `INSERT INTO web_sessions (${COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6)`, [
        row.key,
        row.sealed,
        row.subject,
        row.realmSession,
        new Date(row.bornAt),
        new Date(row.usedAt),
      ]);
    },
    find: async (key) => (await rows('session-find', `SELECT ${COLUMNS} FROM web_sessions WHERE key = $1`, [key]))[0],
    touch: async (key, at) => {
      await rows('session-touch', 'UPDATE web_sessions SET used_at = greatest(used_at, $2) WHERE key = $1', [key, new Date(at)]);
    },
    ofPerson: (subject) => rows('session-of-person', `SELECT ${COLUMNS} FROM web_sessions WHERE subject = $1 ORDER BY born_at DESC`, [subject]),
    remove: async (key) => (await rows('session-remove', `DELETE FROM web_sessions WHERE key = $1 RETURNING ${COLUMNS}`, [key]))[0],
    renew: (key, work) => inTransactionOf(pool, (client) => renew(client, key, work)),
    end: (what, at) => inTransactionOf(pool, (client) => end(client, what, at)),
    isEnded: async ({ subject, realmSession, issuedAt }) => {
      const text = `SELECT EXISTS (SELECT 1 FROM ended_sessions
        WHERE ((kind = 'session' AND name = $1) OR (kind = 'person' AND name = $2)) AND ended_at >= $3) AS ended`;
      const answer = await pool.query<{ ended: boolean }>({ name: 'session-ended', text, values: [realmSession, subject, new Date(issuedAt)] });
      return answer.rows[0]?.ended !== false;
    },
    sweep: async ({ idleSince, bornSince, endedSince }) => {
      await pool.query('DELETE FROM web_sessions WHERE used_at < $1 OR born_at < $2', [new Date(idleSince), new Date(bornSince)]);
      await pool.query('DELETE FROM ended_sessions WHERE ended_at < $1', [new Date(endedSince)]);
    },
    close: () => pool.end(),
  };
}

async function renew(client: pg.ClientBase, key: Uint8Array, work: Parameters<SessionStore['renew']>[1]): Promise<Uint8Array | undefined> {
  const [row] = (await client.query<Pick<Row, 'sealed'>>('SELECT sealed FROM web_sessions WHERE key = $1 FOR UPDATE', [key])).rows;
  if (row === undefined) return undefined;
  const next = await work(row.sealed);
  if (next === 'keep') return row.sealed;
  if (next === 'end') {
    await client.query('DELETE FROM web_sessions WHERE key = $1', [key]);
    return undefined;
  }
  await client.query('UPDATE web_sessions SET sealed = $2 WHERE key = $1', [key, next]);
  return next;
}

async function end(client: pg.ClientBase, { kind, name }: Parameters<SessionStore['end']>[0], at: Instant): Promise<readonly SessionRow[]> {
  await client.query(
    `INSERT INTO ended_sessions (kind, name, ended_at) VALUES ($1, $2, $3)
     ON CONFLICT (kind, name) DO UPDATE SET ended_at = greatest(ended_sessions.ended_at, excluded.ended_at)`,
    [kind, name, new Date(at)],
  );
  const column = kind === 'session' ? 'realm_session' : 'subject';
  const removed = await client.query<Row>(`DELETE FROM web_sessions WHERE ${column} = $1 RETURNING ${COLUMNS}`, [name]);
  return removed.rows.map(sessionRow);
}

function sessionRow(row: Row): SessionRow {
  return {
    key: row.key,
    sealed: row.sealed,
    subject: row.subject,
    realmSession: row.realm_session ?? undefined,
    bornAt: instant(row.born_at.getTime()),
    usedAt: instant(row.used_at.getTime()),
  };
}
