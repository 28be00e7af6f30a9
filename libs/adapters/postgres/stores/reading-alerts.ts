import type { ReadingAlert } from '@concord/core/ports';
import { at, date } from '../rows.ts';
import type { Transaction } from '../transaction.ts';

interface AlertRow {
  readonly id: string;
  readonly issuer: string;
  readonly subject: string;
  readonly login: string;
  readonly patients: number;
  readonly from_at: Date;
  readonly to_at: Date;
  readonly seen_at: Date | null;
}

const ALERTS = `SELECT id, issuer, subject, login, patients, from_at, to_at, seen_at FROM reading_alerts
  ORDER BY seen_at IS NOT NULL, to_at DESC LIMIT 100`;

/** Those that nobody looked at first, the newest of each on top. */
export async function readingAlerts(tx: Transaction): Promise<readonly ReadingAlert[]> {
  const { issuer, subject } = tx.request.actor;
  return (await tx.rows<AlertRow>('reading-alerts', ALERTS, [])).map((row) => ({
    id: row.id,
    login: row.login,
    patients: row.patients,
    from: at(row.from_at),
    to: at(row.to_at),
    isSeen: row.seen_at !== null,
    isOwn: row.issuer === issuer && row.subject === subject,
  }));
}

/** @returns false when there is no such alert, it was looked at before, or it is about who asks. */
export async function seeReadingAlert(tx: Transaction, id: string): Promise<boolean> {
  const text =
    "UPDATE reading_alerts SET seen_by = app.me(), seen_at = $2 WHERE id = $1 AND seen_by IS NULL AND issuer || '|' || subject <> app.me() RETURNING id";
  return (await tx.rows('reading-alert-seen', text, [id, date(tx.now)])).length === 1;
}
