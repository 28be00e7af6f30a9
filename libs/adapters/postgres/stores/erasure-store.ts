import { randomUUID } from 'node:crypto';
import type { AssessmentId, Identifier, PatientId } from '@concord/core/clinical';
import type { ErasureReason, ErasureRefusal, ErasureRequest, ErasureStore, HoldBasis, LegalHold, RemainingScore } from '@concord/core/ports';
import { patientPlace, waitingSealPlace, waitingWrapPlace } from '../places.ts';
import { asOneOf, asPatientId, asPatientKey, asWritten, at, date, given } from '../rows.ts';
import type { Transaction } from '../transaction.ts';
import { type PatientContent } from './patient-row.ts';
import { openJson } from './sealed-json.ts';

export function erasureStore(tx: Transaction): ErasureStore {
  return {
    request: (patientId, reason) => request(tx, patientId, reason),
    confirm: (id) => confirm(tx, id),
    list: async () =>
      (await tx.rows<RequestRow>('erasures', `SELECT ${REQUEST} FROM erasure_requests ORDER BY requested_at DESC LIMIT 500`, [])).map(toRequest),
    hold: (patientId, basis) => hold(tx, patientId, basis),
    lift: (id) => lift(tx, id),
    holds: async () => (await tx.rows<HoldRow>('holds', `SELECT ${HOLD} FROM legal_holds ORDER BY placed_at DESC LIMIT 500`, [])).map(toHold),
    pending: (patientId) => pending(tx, patientId),
    execute: (patientId) => execute(tx, patientId),
    finish: async () => {
      await tx.rows('erase-done', 'SELECT app.erase_done()', []);
    },
    remaining: (id) => remaining(tx, id),
  };
}

interface RequestRow {
  readonly id: string;
  readonly patient_id: string | null;
  readonly reason: string;
  readonly state: string;
  readonly requested_by: string;
  readonly requested_at: Date;
  readonly confirmed_by: string | null;
  readonly executed_at: Date | null;
}

const REQUEST = 'id, patient_id, reason, state, requested_by, requested_at, confirmed_by, executed_at';

function toRequest(row: RequestRow): ErasureRequest {
  return {
    id: row.id,
    reason: asOneOf<ErasureReason>(row.reason),
    state: asOneOf<ErasureRequest['state']>(row.state),
    requestedBy: row.requested_by,
    requestedAt: at(row.requested_at),
    ...given({
      patientId: row.patient_id === null ? null : asPatientId(row.patient_id),
      confirmedBy: row.confirmed_by,
      executedAt: row.executed_at === null ? null : at(row.executed_at),
    }),
  };
}

function me({ request: { actor } }: Transaction): string {
  return `${actor.issuer}|${actor.subject}`;
}

/** The officer and the administrator, and nobody else, are shown the link of exactly this patient, which names them in the record of accesses. */
async function isThere(tx: Transaction, patientId: PatientId): Promise<boolean> {
  await tx.rows('erased-id', "SELECT set_config('app.reach_id', $1, true)", [patientId]);
  const key = await tx.keyOf(patientId);
  if (key !== undefined) tx.touched.add(key);
  return key !== undefined;
}

async function isHeld(tx: Transaction, patientId: PatientId): Promise<boolean> {
  return (await tx.rows('held', 'SELECT 1 FROM legal_holds WHERE patient_id = $1 AND lifted_at IS NULL LIMIT 1', [patientId])).length > 0;
}

async function request(tx: Transaction, patientId: PatientId, reason: ErasureReason): Promise<ErasureRequest | ErasureRefusal> {
  if (!(await isThere(tx, patientId))) return 'absent';
  if (await isHeld(tx, patientId)) return 'held';
  const text = `INSERT INTO erasure_requests (id, patient_id, reason, state, requested_by, requested_at) VALUES ($1, $2, $3, 'requested', $4, $5) RETURNING ${REQUEST}`;
  const rows = await tx.rows<RequestRow>('erasure-request', text, [randomUUID(), patientId, reason, me(tx), date(tx.now)]);
  return rows[0] === undefined ? 'absent' : toRequest(rows[0]);
}

async function confirm(tx: Transaction, id: string): Promise<ErasureRequest | ErasureRefusal> {
  const [open] = await tx.rows<RequestRow>('erasure-open', `SELECT ${REQUEST} FROM erasure_requests WHERE id = $1`, [id]);
  if (open?.patient_id == null || !(await isThere(tx, asPatientId(open.patient_id)))) return 'absent';
  if (open.state !== 'requested') return 'not-open';
  if (open.requested_by === me(tx)) return 'same-person';
  const patientId = asPatientId(open.patient_id);
  if (await isHeld(tx, patientId)) return 'held';
  const text = `UPDATE erasure_requests SET state = 'confirmed', confirmed_by = $2, confirmed_at = $3 WHERE id = $1 AND state = 'requested' RETURNING ${REQUEST}`;
  const [row] = await tx.rows<RequestRow>('erasure-confirm', text, [id, me(tx), date(tx.now)]);
  if (row === undefined) return 'not-open';
  await tx.rows('enqueue-erase', "SELECT jobs.enqueue('erase', '{}'::uuid[], $1::uuid, $2)", [patientId, `erase:${patientId}`]);
  return toRequest(row);
}

interface HoldRow {
  readonly id: string;
  readonly patient_id: string;
  readonly basis: string;
  readonly placed_at: Date;
  readonly lifted_at: Date | null;
}

const HOLD = 'id, patient_id, basis, placed_at, lifted_at';

function toHold(row: HoldRow): LegalHold {
  return {
    id: row.id,
    patientId: asPatientId(row.patient_id),
    basis: asOneOf<HoldBasis>(row.basis),
    placedAt: at(row.placed_at),
    ...given({ liftedAt: row.lifted_at === null ? null : at(row.lifted_at) }),
  };
}

async function hold(tx: Transaction, patientId: PatientId, basis: HoldBasis): Promise<LegalHold | 'absent'> {
  if (!(await isThere(tx, patientId))) return 'absent';
  const text = `INSERT INTO legal_holds (id, patient_id, basis, placed_by, placed_at) VALUES ($1, $2, $3, $4, $5) RETURNING ${HOLD}`;
  const [row] = await tx.rows<HoldRow>('hold-place', text, [randomUUID(), patientId, basis, me(tx), date(tx.now)]);
  return row === undefined ? 'absent' : toHold(row);
}

async function lift(tx: Transaction, id: string): Promise<LegalHold | 'absent'> {
  const text = `UPDATE legal_holds SET lifted_by = $2, lifted_at = $3 WHERE id = $1 AND lifted_at IS NULL RETURNING ${HOLD}`;
  const [row] = await tx.rows<HoldRow>('hold-lift', text, [id, me(tx), date(tx.now)]);
  if (row === undefined) return 'absent';
  await isThere(tx, asPatientId(row.patient_id));
  return toHold(row);
}

async function pending(tx: Transaction, patientId: PatientId): Promise<string | undefined> {
  const text = "SELECT id FROM erasure_requests WHERE patient_id = $1 AND state = 'confirmed' ORDER BY confirmed_at LIMIT 1";
  const [row] = await tx.rows<{ id: string }>('erasure-pending', text, [patientId]);
  return row?.id;
}

async function execute(tx: Transaction, patientId: PatientId): Promise<readonly string[]> {
  const key = await tx.keyOf(patientId);
  if (key !== undefined) tx.touched.add(key);
  const items = await waitingFor(tx, patientId);
  return (await tx.rows<{ name: string }>('erase', 'SELECT name FROM app.erase($1::uuid[]) AS name', [items])).map(({ name }) => name.replaceAll('-', ''));
}

interface WaitingRow {
  readonly id: string;
  readonly wrapped: Buffer;
  readonly sealed: Buffer;
}

/** Arrivals that nobody could match and that name this patient: each is opened and compared. */
async function waitingFor(tx: Transaction, patientId: PatientId): Promise<readonly string[]> {
  const own = new Set((await identifiersOf(tx, patientId)).map(({ system, value }) => `${system}|${value}`));
  if (own.size === 0) return [];
  const rows = await tx.rows<WaitingRow>('erase-waiting', 'SELECT id, wrapped, sealed FROM reconcile_items', []);
  return rows.filter((row) => identifiersIn(tx, row).some(({ system, value }) => own.has(`${system}|${value}`))).map(({ id }) => id);
}

function identifiersIn(tx: Transaction, { id, wrapped, sealed }: WaitingRow): readonly Identifier[] {
  const key = tx.keyring.unwrap(wrapped, waitingWrapPlace(id));
  const plain = tx.keyring.open(key, sealed, waitingSealPlace(id));
  return asWritten<readonly Identifier[]>(JSON.parse(Buffer.from(plain).toString('utf8')));
}

async function identifiersOf(tx: Transaction, patientId: PatientId): Promise<readonly Identifier[]> {
  const rows = await tx.rows<{ version: number; sealed: Buffer }>('erase-names', 'SELECT version, sealed FROM patient_versions WHERE patient_id = $1', [
    patientId,
  ]);
  const found = [];
  for (const { version, sealed } of rows) {
    const content = await openJson<PatientContent>(tx, patientId, { place: patientPlace(patientId, version), sealed });
    found.push(...content.identifiers);
  }
  return found;
}

interface RemainingRow {
  readonly patient_key: string;
  readonly task: string;
  readonly as_of: Date;
  readonly bundle: string;
  readonly probability: number | null;
  readonly logit: number | null;
}

async function remaining(tx: Transaction, id: AssessmentId): Promise<RemainingScore | undefined> {
  await tx.rows('erased-assessment', "SELECT set_config('app.erased_assessment', $1, true)", [id]);
  const text = 'SELECT patient_key, task, as_of, bundle, probability, logit FROM assessments WHERE id = $1';
  const [row] = await tx.rows<RemainingRow>('erased-score', text, [id]);
  if (row === undefined) return undefined;
  tx.touched.add(asPatientKey(row.patient_key));
  return { task: row.task, asOf: at(row.as_of), bundle: row.bundle, probability: row.probability, logit: row.logit };
}
