import type { AuditTally } from '@concord/core/ports';
import type { Transaction } from '../transaction.ts';
import { nameOf, type Filter } from './filter.ts';

interface TallyRow {
  readonly [column: string]: unknown;
  readonly kind: NonNullable<AuditTally['kind']> | null;
  readonly action: AuditTally['action'];
  readonly part: AuditTally['unitPart'];
  readonly outcome: AuditTally['outcome'];
  readonly purpose: string;
  readonly times: number;
}

/** The chosen events counted by the database, by what they are and what for: a stay of months is as few rows as one of a day. */
export async function tallyOf(tx: Transaction, filter: Filter): Promise<readonly AuditTally[]> {
  const text = `SELECT said->>'kind' AS kind, said->>'action' AS action, said->>'unitPart' AS part, outcome, purpose, count(*)::int AS times
    FROM (SELECT o.outcome, o.purpose, convert_from(o.bytes, 'UTF8')::jsonb AS said FROM audit_events o WHERE ${filter.sql} OFFSET 0) e GROUP BY 1, 2, 3, 4, 5`;
  const rows = await tx.rows<TallyRow>(nameOf(text), text, filter.values);
  return rows.map(({ kind, action, part, outcome, purpose, times }) => ({
    ...(kind === null ? {} : { kind }),
    action,
    unitPart: part,
    outcome,
    purpose,
    times,
  }));
}
