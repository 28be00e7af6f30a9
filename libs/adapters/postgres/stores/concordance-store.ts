import { randomUUID } from 'node:crypto';
import type { Concordance, PatientId, SignAgreement } from '@concord/core/clinical';
import { invariant } from '@concord/core/kernel';
import type { ConcordanceStore, ReviewOutcome, StoredConcordance } from '@concord/core/ports';
import { concordancePlace } from '../places.ts';
import { asOneOf, asPatientKey, at, date } from '../rows.ts';
import { reachableCare, type Transaction } from '../transaction.ts';
import { patientsByKey } from './patient-row.ts';
import { contentMac, openJson, sealJson } from './sealed-json.ts';

export function concordanceStore(tx: Transaction): ConcordanceStore {
  return {
    save: (concordance) => save(tx, concordance),
    newest: (patientId) => newest(tx, patientId),
    queue: (count) => queue(tx, count),
    review: (id, outcome) => review(tx, id, outcome),
  };
}

async function save(tx: Transaction, concordance: Concordance): Promise<string | undefined> {
  const { patientId, asOf, revision, bundle, findings, mislinkSuspected, signs = [] } = concordance;
  const key = await tx.keyOf(patientId);
  invariant(key !== undefined, 'a concordance is stored for the patient of its job');
  tx.touched.add(key);
  const mac = await contentMac(tx, patientId, { bundle, findings, mislinkSuspected, signs: signs.map(toldAnew) });
  const same = 'SELECT content_mac FROM concordances WHERE patient_key = $1 ORDER BY as_of DESC, stored_at DESC, id LIMIT 1';
  const [last] = await tx.rows<{ content_mac: Buffer }>('concordance-last', same, [key]);
  if (last?.content_mac.equals(mac) === true) return undefined;
  const id = randomUUID();
  const sealed = await sealJson(tx, patientId, { place: concordancePlace(id), content: concordance });
  const disagreements = findings.filter(({ verdict }) => verdict === 'disagree').length;
  const text = `INSERT INTO concordances (id, patient_key, as_of, stored_at, revision, bundle, content_mac, disagreements, mislink_suspected, sealed)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`;
  await tx.rows('concordance-insert', text, [id, key, date(asOf), date(tx.now), revision, bundle, mac, disagreements, mislinkSuspected, sealed]);
  return id;
}

/** Two devices that differ are told with every new number; that they agree, once. */
function toldAnew(sign: SignAgreement): unknown {
  const { code, verdict, used, other } = sign;
  return verdict === 'disagree' ? sign : { code, verdict, devices: [used.device, other.device].sort() };
}

interface ConcordanceRow {
  readonly id: string;
  readonly patient_key: string;
  readonly stored_at: Date;
  readonly sealed: Buffer;
  readonly outcome: string | null;
  readonly login: string | null;
  readonly reviewed_at: Date | null;
}

const COLUMNS = 'o.id, o.patient_key, o.stored_at, o.sealed, v.outcome, v.login, v.reviewed_at';
const FROM = 'concordances o LEFT JOIN concordance_reviews v ON v.concordance_id = o.id';

async function newest(tx: Transaction, patientId: PatientId): Promise<StoredConcordance | undefined> {
  const key = await tx.keyOf(patientId);
  if (key === undefined) return undefined;
  const text = `SELECT ${COLUMNS} FROM ${FROM} WHERE ${reachableCare('o')} AND o.patient_key = $4 ORDER BY o.as_of DESC, o.stored_at DESC, o.id LIMIT 1`;
  const [row] = await tx.rows<ConcordanceRow>('concordance-newest', text, [...tx.reachValues, key]);
  return row === undefined ? undefined : toStored(tx, row, (await tx.withheldOf([key])).get(key) ?? []);
}

/** Only the newest of a patient counts: a contradiction that was resolved by new data leaves the queue by itself. */
const QUEUE = `SELECT n.* FROM (SELECT DISTINCT ON (o.patient_key) ${COLUMNS}, o.disagreements, o.as_of FROM ${FROM} WHERE ${reachableCare('o')}
    ORDER BY o.patient_key, o.as_of DESC, o.stored_at DESC, o.id) n WHERE n.disagreements > 0 ORDER BY n.stored_at DESC, n.id LIMIT $4`;

async function queue(tx: Transaction, count: number): ReturnType<ConcordanceStore['queue']> {
  const rows = await tx.rows<ConcordanceRow>('concordance-queue', QUEUE, [...tx.reachValues, count]);
  const keys = rows.map(({ patient_key }) => patient_key);
  await tx.meet(keys);
  const patients = await patientsByKey(tx, keys);
  const withheld = await tx.withheldOf(keys);
  const found = [];
  for (const row of rows) {
    const patient = patients.get(row.patient_key);
    if (patient !== undefined) found.push({ stored: await toStored(tx, row, withheld.get(row.patient_key) ?? []), patient });
  }
  return found;
}

async function review(tx: Transaction, id: string, outcome: ReviewOutcome): Promise<boolean> {
  const find = `SELECT o.patient_key FROM ${FROM} WHERE ${reachableCare('o')} AND o.id = $4 AND v.id IS NULL`;
  const [row] = await tx.rows<{ patient_key: string }>('concordance-open', find, [...tx.reachValues, id]);
  if (row === undefined || (await withholdsALook(tx, row.patient_key))) return false;
  await tx.meet([row.patient_key]);
  tx.handOut(asPatientKey(row.patient_key));
  const { issuer, subject, login } = tx.request.actor;
  const text = `INSERT INTO concordance_reviews (id, concordance_id, patient_key, outcome, issuer, subject, login, reviewed_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (concordance_id) DO NOTHING RETURNING id`;
  const values = [randomUUID(), id, row.patient_key, outcome, issuer, subject, login, date(tx.now)];
  return (await tx.rows('concordance-review', text, values)).length === 1;
}

/** Report or film are withheld from this reader: their contradiction is on no list of theirs, and not theirs to close. */
async function withholdsALook(tx: Transaction, key: string): Promise<boolean> {
  const classes = (await tx.withheldOf([key])).get(key) ?? [];
  return classes.includes('radiology-report') || classes.includes('chest-imaging');
}

async function toStored(tx: Transaction, row: ConcordanceRow, withheld: readonly string[]): Promise<StoredConcordance> {
  await tx.meet([row.patient_key]);
  const patientId = tx.handOut(asPatientKey(row.patient_key));
  const concordance = await openJson<Concordance>(tx, patientId, { place: concordancePlace(row.id), sealed: row.sealed });
  const { outcome, login, reviewed_at } = row;
  const reviewed =
    outcome === null || login === null || reviewed_at === null ? {} : { review: { outcome: asOneOf<ReviewOutcome>(outcome), by: login, at: at(reviewed_at) } };
  return { id: row.id, concordance, storedAt: at(row.stored_at), withheld, ...reviewed };
}
