import pg from 'pg';
import type { Visit, World } from './canary-world.ts';

/** A way in which the record cannot be written, and how it is undone. */
interface Fault {
  readonly name: string;
  readonly on: readonly string[];
  readonly off: readonly string[];
}

const RAISE = (code: string): string =>
  `CREATE OR REPLACE FUNCTION app.break_audit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'planted fault' USING ERRCODE = '${code}'; END $$`;
const UNDO = ['DROP TRIGGER IF EXISTS break_audit ON audit_events', 'DROP FUNCTION IF EXISTS app.break_audit()'];

const FAULTS: readonly Fault[] = [
  {
    name: 'constraint',
    on: ['ALTER TABLE audit_events ADD CONSTRAINT planted CHECK (false) NOT VALID'],
    off: ['ALTER TABLE audit_events DROP CONSTRAINT planted'],
  },
  { name: 'revoked grant', on: ['REVOKE INSERT ON audit_events FROM app_rw'], off: ['GRANT INSERT ON audit_events TO app_rw'] },
  {
    name: 'disk full',
    on: [RAISE('53100'), 'CREATE TRIGGER break_audit BEFORE INSERT ON audit_events FOR EACH ROW EXECUTE FUNCTION app.break_audit()'],
    off: UNDO,
  },
  {
    name: 'at commit',
    on: [
      RAISE('53100'),
      'CREATE CONSTRAINT TRIGGER break_audit AFTER INSERT ON audit_events DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION app.break_audit()',
    ],
    off: UNDO,
  },
  { name: 'lock timeout', on: ['BEGIN', 'LOCK TABLE audit_events IN ACCESS EXCLUSIVE MODE'], off: ['ROLLBACK'] },
];

export interface FailClosedReport {
  readonly attempts: number;
  /** Answers that held a canary's value though the record could not be written. */
  readonly leaks: readonly string[];
  /** Answers that claimed success. */
  readonly successes: readonly string[];
  readonly byFault: Readonly<Record<string, number>>;
}

/** At most as many at once as the edge has connections: each waits for the lock once. */
const AT_ONCE = 10;

/** Plants each fault in turn and asks for patients meanwhile. */
export async function proveFailClosed(
  world: World,
  visits: readonly Visit[],
  { attempts, ofLock }: { readonly attempts: number; readonly ofLock: number },
): Promise<FailClosedReport> {
  const report = { attempts: 0, leaks: [] as string[], successes: [] as string[], byFault: {} as Record<string, number> };
  // A worklist or study unit that is already open owes no further event, and so needs no record: the run begins with none open.
  const owner = new pg.Client({ connectionString: world.database.url('postgres') });
  await owner.connect();
  const others = Math.ceil((attempts - ofLock) / (FAULTS.length - 1));
  let next = 0;
  for (const fault of FAULTS) {
    const count = fault.name === 'lock timeout' ? ofLock : others;
    for (const sql of fault.on) await owner.query(sql);
    try {
      for (let done = 0; done < count; done += AT_ONCE) {
        const batch = Array.from({ length: Math.min(AT_ONCE, count - done) }, () => visits[next++ % visits.length]).filter((visit) => visit !== undefined);
        await Promise.all(batch.map((visit) => attempt(world, { visit, fault: fault.name }, report)));
      }
    } finally {
      for (const sql of fault.off) await owner.query(sql);
    }
    report.byFault[fault.name] = count;
  }
  await owner.end();
  return report;
}

interface Attempt {
  readonly visit: Visit;
  readonly fault: string;
}

type Growing = { attempts: number; leaks: string[]; successes: string[] };

async function attempt({ edge, canaries }: World, { visit, fault }: Attempt, report: Growing): Promise<void> {
  const headers = { ...visit.headers, ...(visit.as === undefined ? {} : { authorization: `Bearer ${await edge.token(visit.as)}` }) };
  const answer = await fetch(`${edge.url}${visit.path}`, {
    method: visit.method,
    headers,
    redirect: 'manual',
    ...(visit.body === undefined ? {} : { body: visit.body }),
  });
  const text = `${[...answer.headers].join('\n')}\n${Buffer.from(await answer.arrayBuffer()).toString('latin1')}`;
  const where = `${fault}: ${visit.method} ${visit.path} as ${visit.as ?? 'nobody'} (${answer.status})`;
  report.attempts += 1;
  if (canaries.some(({ values }) => values.some((value) => !visit.path.includes(value) && text.includes(value)))) report.leaks.push(where);
  if (answer.status < 400) report.successes.push(where);
}

/** Point reads, searches, pictures, files and lists that show a patient when all is well. */
export async function showing({ edge, canaries }: World, all: readonly Visit[]): Promise<readonly Visit[]> {
  const shown: Visit[] = [];
  for (const visit of all) {
    if (visit.method === 'POST' && !visit.path.endsWith('/_search')) continue;
    if (visit.path.startsWith('/dicom-web/studies/') || visit.path.startsWith('/api/v1/worklist')) continue;
    const headers = { ...visit.headers, ...(visit.as === undefined ? {} : { authorization: `Bearer ${await edge.token(visit.as)}` }) };
    const answer = await fetch(`${edge.url}${visit.path}`, {
      method: visit.method,
      headers,
      redirect: 'manual',
      ...(visit.body === undefined ? {} : { body: visit.body }),
    });
    const text = Buffer.from(await answer.arrayBuffer()).toString('latin1');
    if (answer.ok && canaries.some(({ values }) => values.some((value) => text.includes(value)))) shown.push(visit);
  }
  return shown;
}
