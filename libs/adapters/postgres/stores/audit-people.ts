import type { AuditPerson } from '@concord/core/ports';
import { at } from '../rows.ts';
import { nameOf, type Filter } from './filter.ts';
import type { Transaction } from '../transaction.ts';

/** The events of the filter, each read once. */
const chosen = (filter: Filter): string =>
  `WITH e AS MATERIALIZED (SELECT o.issuer, o.subject, o.login, o.recorded_at, o.outcome, convert_from(o.bytes, 'UTF8')::jsonb AS said FROM audit_events o WHERE ${filter.sql})`;

interface GroundRow {
  readonly issuer: string;
  readonly subject: string;
  readonly login: string;
  readonly name: string | null;
  readonly role: string | null;
  readonly relationship: string | null;
  readonly rule: string;
  readonly outcome: AuditPerson['grounds'][number]['outcome'];
  readonly times: number;
  readonly last_at: Date;
}

const GROUNDS = `SELECT issuer, subject, login, said->'actor'->>'name' AS name, said->'actor'->'roles'->>0 AS role, said->>'relationship' AS relationship,
    CASE WHEN outcome = 0 THEN said->>'legalBasis' ELSE coalesce(said->>'outcomeText', said->>'legalBasis') END AS rule,
    outcome, count(*)::int AS times, max(recorded_at) AS last_at
  FROM e GROUP BY 1, 2, 3, 4, 5, 6, 7, 8 ORDER BY last_at DESC`;

interface ScoreRow {
  readonly issuer: string;
  readonly subject: string;
  readonly task: string;
  readonly bundle: string | null;
}

const SCORES = `SELECT DISTINCT issuer, subject, s->>'task' AS task, said->'scores'->'models'->((s->>'model')::int)->>'bundle' AS bundle
  FROM e, jsonb_array_elements(said->'scores'->'shown') s ORDER BY 4, 3`;

/** Everybody whom the chosen events name, counted by the database: however many events there are, nobody is left out. */
export async function peopleOf(tx: Transaction, filter: Filter): Promise<readonly AuditPerson[]> {
  const asked = async <R extends object>(question: string): Promise<readonly R[]> => {
    const text = `${chosen(filter)} ${question}`;
    return tx.rows<R & { readonly [column: string]: unknown }>(nameOf(text), text, filter.values);
  };
  const grounds = await asked<GroundRow>(GROUNDS);
  const scores = await asked<ScoreRow>(SCORES);
  const keys = [...new Set(grounds.map(keyOf))];
  const people = keys.map((key) =>
    personOf(
      grounds.filter((row) => keyOf(row) === key),
      scores.filter((row) => keyOf(row) === key),
    ),
  );
  return people.sort((a, b) => b.times - a.times);
}

const keyOf = ({ issuer, subject }: { readonly issuer: string; readonly subject: string }): string => JSON.stringify([issuer, subject]);

/** @param rows of one person, the newest first: a name may have changed. */
function personOf(rows: readonly GroundRow[], scores: readonly ScoreRow[]): AuditPerson {
  const [newest] = rows;
  const timesOf = (some: readonly GroundRow[]): number => some.reduce((sum, { times }) => sum + times, 0);
  return {
    login: newest?.login ?? '',
    name: newest?.name ?? '',
    role: newest?.role ?? undefined,
    times: timesOf(rows),
    refused: timesOf(rows.filter(({ outcome }) => outcome === 4)),
    lastAt: at(newest?.last_at ?? new Date(0)),
    grounds: rows.map(({ relationship, rule, outcome }) => ({ relationship: relationship ?? undefined, rule, outcome })),
    scores: scores.map(({ task, bundle }) => ({ task, bundle: bundle ?? undefined })),
  };
}
