import type { BreakGlassStore, EmergencyGrant, EmergencyReview, Purpose } from '@concord/core/ports';
import { notePlace, reasonPlace } from '../places.ts';
import { asOneOf, asPatientKey, at, date } from '../rows.ts';
import type { Transaction } from '../transaction.ts';
import { openJson, sealJson } from './sealed-json.ts';

export interface GrantRow {
  readonly id: string;
  readonly patient_key: string;
  readonly issuer: string;
  readonly subject: string;
  readonly login: string;
  readonly purpose: string;
  readonly reason_code: string;
  readonly reason_sealed: Buffer;
  readonly starts_at: Date;
  readonly ends_at: Date;
  readonly reviewer: string | null;
  readonly finding: string | null;
  readonly closed_at: Date | null;
}

export const GRANT_COLUMNS = `SELECT g.id, g.patient_key, g.issuer, g.subject, g.login, g.purpose, g.reason_code, g.reason_sealed, g.starts_at,
    coalesce(e.ended_at, g.ends_at) AS ends_at, r.login AS reviewer, r.finding, r.closed_at
  FROM emergency_grants g LEFT JOIN emergency_ends e ON e.grant_id = g.id LEFT JOIN emergency_reviews r ON r.grant_id = g.id`;

/** Each names its patient as far as this reader is shown the pair of id and pseudonym. */
export async function toGrants(tx: Transaction, rows: readonly GrantRow[]): Promise<readonly EmergencyGrant[]> {
  await tx.meet(rows.map(({ patient_key }) => patient_key));
  return rows.map((row) => toGrant(tx, row));
}

function toGrant(tx: Transaction, row: GrantRow): EmergencyGrant {
  const key = asPatientKey(row.patient_key);
  const review =
    row.finding === null || row.closed_at === null
      ? {}
      : { review: { login: row.reviewer ?? '', finding: asOneOf<'justified' | 'not-justified'>(row.finding), closedAt: at(row.closed_at) } };
  return {
    id: row.id,
    patientId: tx.isKnown(key) ? tx.handOut(key) : undefined,
    login: row.login,
    purpose: asOneOf<Purpose>(row.purpose),
    reasonCode: row.reason_code,
    startsAt: at(row.starts_at),
    endsAt: at(row.ends_at),
    ...review,
  };
}

/** Open ones first, the oldest of them on top: what waits longest is reviewed next. */
const REVIEWS = `${GRANT_COLUMNS} ORDER BY r.grant_id IS NOT NULL, CASE WHEN r.grant_id IS NULL THEN g.starts_at END, g.starts_at DESC LIMIT 200`;

export async function reviewsOf(tx: Transaction): Promise<readonly EmergencyReview[]> {
  const rows = await tx.rows<GrantRow>('glass-reviews', REVIEWS, []);
  const grants = await toGrants(tx, rows);
  const { issuer, subject } = tx.request.actor;
  const reviews = [];
  for (const [i, grant] of grants.entries()) {
    const row = rows[i];
    if (row === undefined) continue;
    const { patientId } = grant;
    const reason = patientId === undefined ? undefined : await openJson<string>(tx, patientId, { place: reasonPlace(row.id), sealed: row.reason_sealed });
    reviews.push({ ...grant, reason, isOwn: row.issuer === issuer && row.subject === subject });
  }
  return reviews;
}

export async function openReviews(tx: Transaction): Promise<number> {
  const text =
    'SELECT (SELECT count(*) FROM emergency_grants g WHERE NOT EXISTS (SELECT FROM emergency_reviews r WHERE r.grant_id = g.id))::int + (SELECT count(*) FROM reading_alerts a WHERE a.seen_by IS NULL)::int AS n';
  return (await tx.rows<{ n: number }>('glass-open-reviews', text, []))[0]?.n ?? 0;
}

export async function closeReview(tx: Transaction, grantId: string, { finding, note }: Parameters<BreakGlassStore['close']>[1]): Promise<boolean> {
  const { issuer, subject, login } = tx.request.actor;
  const open = `SELECT g.patient_key FROM emergency_grants g WHERE g.id = $1 AND NOT (g.issuer = $2 AND g.subject = $3)
    AND NOT EXISTS (SELECT FROM emergency_reviews r WHERE r.grant_id = g.id)`;
  const [row] = await tx.rows<{ patient_key: string }>('glass-unclosed', open, [grantId, issuer, subject]);
  if (row === undefined) return false;
  await tx.meet([row.patient_key]);
  const patientId = tx.handOut(asPatientKey(row.patient_key));
  const sealed = await sealJson(tx, patientId, { place: notePlace(grantId), content: note });
  const text = `INSERT INTO emergency_reviews (grant_id, patient_key, issuer, subject, login, finding, note_sealed, closed_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`;
  await tx.rows('glass-close', text, [grantId, row.patient_key, issuer, subject, login, finding, sealed, date(tx.now)]);
  return true;
}
