import { randomUUID } from 'node:crypto';
import type { Identifier, PatientId } from '@concord/core/clinical';
import { invariant } from '@concord/core/kernel';
import type { BreakGlassStore, EmergencyGrant, GrantFacts, LookUp } from '@concord/core/ports';
import { patientPlace, reasonPlace } from '../places.ts';
import { asPatientId, asPatientKey, at, date, type PatientKey } from '../rows.ts';
import type { Transaction } from '../transaction.ts';
import { readingAlerts, seeReadingAlert } from './reading-alerts.ts';
import { closeReview, GRANT_COLUMNS, openReviews, reviewsOf, toGrants, type GrantRow } from './break-glass-review.ts';
import { identifierIndex } from './identifiers.ts';
import { type PatientContent } from './patient-row.ts';
import { openJson, sealJson } from './sealed-json.ts';

/** Look-ups of one actor in a quarter of an hour, and of one identifier in an hour, whoever asks. */
const OF_ACTOR = 10;
const OF_PATIENT = 5;

export function breakGlassStore(tx: Transaction): BreakGlassStore {
  return {
    lookUp: (identifier, birthDate) => lookUp(tx, identifier, birthDate),
    factsOf: (id, patientId) => factsOf(tx, id, patientId),
    open: (grant) => open(tx, grant),
    mine: () => mine(tx),
    giveBack: (id) => giveBack(tx, id),
    reviews: () => reviewsOf(tx),
    openReviews: () => openReviews(tx),
    alerts: () => readingAlerts(tx),
    seeAlert: (id) => seeReadingAlert(tx, id),
    close: (id, review) => closeReview(tx, id, review),
  };
}

const TOO_MANY = `SELECT (SELECT count(*) FROM emergency_lookups WHERE issuer = $1 AND subject = $2 AND looked_at > now() - interval '15 minutes') >= ${OF_ACTOR}
  OR (SELECT count(*) FROM emergency_lookups WHERE value_index = $3 AND looked_at > now() - interval '1 hour') >= ${OF_PATIENT} AS too_many`;

async function lookUp(tx: Transaction, identifier: Identifier, birthDate: string | undefined): Promise<LookUp> {
  const index = identifierIndex(tx, identifier);
  await tx.rows('look-up', "SELECT set_config('app.lookup', $1, true)", [index.toString('hex')]);
  const { issuer, subject } = tx.request.actor;
  // Of one actor's look-ups at once each counts the ones before.
  await tx.rows('glass-lock', 'SELECT pg_advisory_xact_lock(hashtextextended($1, 3))', [`${issuer}|${subject}`]);
  const [limits] = await tx.rows<{ too_many: boolean }>('glass-limits', TOO_MANY, [issuer, subject, index]);
  if (limits?.too_many !== false) return { kind: 'too-many' };
  const patientId = await named(tx, index, birthDate);
  const key = patientId === undefined ? undefined : await tx.keyOf(patientId);
  const id = randomUUID();
  const insert = 'INSERT INTO emergency_lookups (id, issuer, subject, value_index, patient_key, looked_at) VALUES ($1, $2, $3, $4, $5, now())';
  await tx.rows('glass-look-up', insert, [id, issuer, subject, index, key ?? null]);
  if (patientId === undefined || key === undefined) return { kind: 'nobody' };
  tx.touched.add(key);
  return { kind: 'found', id, patientId };
}

/** The patient whom the identifier names and whose recorded birth date is this one. */
async function named(tx: Transaction, index: Buffer, birthDate: string | undefined): Promise<PatientId | undefined> {
  const [row] = await tx.rows<{ patient_id: string }>('match-identifier', 'SELECT patient_id FROM patient_identifiers WHERE value_index = $1', [index]);
  if (row === undefined) return undefined;
  const id = asPatientId(row.patient_id);
  await seek(tx, id);
  const newest = 'SELECT version, sealed FROM patient_versions WHERE patient_id = $1 AND superseded_at IS NULL AND retracted_at IS NULL';
  const [version] = await tx.rows<{ version: number; sealed: Buffer }>('glass-version', newest, [id]);
  if (version === undefined) return undefined;
  const { demographics } = await openJson<PatientContent>(tx, id, { place: patientPlace(id, version.version), sealed: version.sealed });
  return demographics.birthDate === undefined || demographics.birthDate === birthDate ? id : undefined;
}

async function seek(tx: Transaction, id: PatientId): Promise<void> {
  await tx.rows('glass-seek', "SELECT set_config('app.sought_id', $1, true)", [id]);
}

const UNREVIEWED = `SELECT min(coalesce(e.ended_at, g.ends_at)) AS since FROM emergency_grants g LEFT JOIN emergency_ends e ON e.grant_id = g.id
  WHERE g.issuer = $1 AND g.subject = $2 AND coalesce(e.ended_at, g.ends_at) <= now() AND NOT EXISTS (SELECT FROM emergency_reviews r WHERE r.grant_id = g.id)`;

async function factsOf(tx: Transaction, lookUpId: string, patientId: PatientId): Promise<GrantFacts> {
  const { issuer, subject } = tx.request.actor;
  await seek(tx, patientId);
  const key = await tx.keyOf(patientId);
  const text = 'SELECT looked_at FROM emergency_lookups WHERE id = $1 AND issuer = $2 AND subject = $3 AND patient_key = $4';
  const [row] = await tx.rows<{ looked_at: Date }>('glass-looked-up', text, [lookUpId, issuer, subject, key ?? null]);
  const [open] = await tx.rows<{ since: Date | null }>('glass-unreviewed', UNREVIEWED, [issuer, subject]);
  const barred = await tx.rows('glass-barred', 'SELECT 1 FROM app.barred() b (patient_key) WHERE b.patient_key = $1', [key ?? null]);
  if (row !== undefined && key !== undefined) tx.touched.add(key);
  return {
    lookup: row === undefined ? undefined : { patientId, at: at(row.looked_at) },
    unreviewedSince: open?.since == null ? undefined : at(open.since),
    isBarred: barred.length > 0,
  };
}

/** Cut to the millisecond that is kept: rounded up, the beginning would lie ahead. */
const INSERT = `INSERT INTO emergency_grants (id, patient_key, issuer, subject, login, purpose, reason_code, reason_sealed, starts_at, ends_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, date_trunc('milliseconds', now()), date_trunc('milliseconds', now()) + $9 * interval '1 minute') RETURNING starts_at, ends_at`;

async function open(tx: Transaction, grant: Parameters<BreakGlassStore['open']>[0]): Promise<EmergencyGrant> {
  const { patientId, reasonCode } = grant;
  const { issuer, subject, login } = tx.request.actor;
  const key = await tx.keyOf(patientId);
  invariant(key !== undefined, 'a grant follows a look-up that found the patient');
  const id = randomUUID();
  const reason = await sealJson(tx, patientId, { place: reasonPlace(id), content: grant.reason });
  const values = [id, key, issuer, subject, login, tx.request.purpose, reasonCode, reason, grant.minutes];
  const [row] = await tx.rows<{ starts_at: Date; ends_at: Date }>('glass-open', INSERT, values);
  invariant(row !== undefined, 'a grant that was inserted comes back');
  await relate(tx, key, id, row);
  tx.touched.add(key);
  return { id, patientId, login, purpose: tx.request.purpose, reasonCode, startsAt: at(row.starts_at), endsAt: at(row.ends_at) };
}

async function relate(
  tx: Transaction,
  key: PatientKey,
  id: string,
  { starts_at, ends_at }: { readonly starts_at: Date; readonly ends_at: Date },
): Promise<void> {
  const { issuer, subject } = tx.request.actor;
  const text = `INSERT INTO access_grants (id, patient_key, relationship, holder, basis, starts_at, ends_at)
    VALUES ($1, $2, 'break-glass', 'glass:' || $3 || '|' || $4, $5, $6, $7)`;
  await tx.rows('glass-relation', text, [randomUUID(), key, issuer, subject, id, starts_at, ends_at]);
}

async function mine(tx: Transaction): Promise<readonly EmergencyGrant[]> {
  const { issuer, subject } = tx.request.actor;
  const text = `${GRANT_COLUMNS} WHERE g.issuer = $1 AND g.subject = $2 ORDER BY g.starts_at DESC LIMIT 50`;
  return toGrants(tx, await tx.rows<GrantRow>('glass-mine', text, [issuer, subject]));
}

async function giveBack(tx: Transaction, grantId: string): Promise<boolean> {
  const { issuer, subject } = tx.request.actor;
  const open = `SELECT g.patient_key FROM emergency_grants g WHERE g.id = $1 AND g.issuer = $2 AND g.subject = $3 AND g.ends_at > now()
    AND NOT EXISTS (SELECT FROM emergency_ends e WHERE e.grant_id = g.id)`;
  const [row] = await tx.rows<{ patient_key: string }>('glass-mine-open', open, [grantId, issuer, subject]);
  if (row === undefined) return false;
  const end = "INSERT INTO emergency_ends (grant_id, patient_key, how, ended_at) VALUES ($1, $2, 'returned', $3) ON CONFLICT DO NOTHING";
  await tx.rows('glass-return', end, [grantId, row.patient_key, date(tx.now)]);
  const drop = "DELETE FROM access_grants WHERE basis = $1 AND relationship = 'break-glass' AND holder = 'glass:' || $2 || '|' || $3";
  await tx.rows('glass-drop', drop, [grantId, issuer, subject]);
  tx.touched.add(asPatientKey(row.patient_key));
  return true;
}
