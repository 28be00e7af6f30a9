import type { Instant } from '@concord/core/kernel';
import type { AuditRow } from '@concord/core/ports';
import { deedWords, PURPOSE_WORDS, relationWords, ruleWords } from './words.ts';

/** One line of the report that answers: who saw this patient, and why were they allowed. */
export interface AccessLine {
  readonly at: Instant;
  readonly who: string;
  readonly role: string;
  readonly what: string;
  /** `allowed`, `emergency`, `refused`, `failed` */
  readonly outcome: 'allowed' | 'emergency' | 'refused' | 'failed';
  readonly relation: string;
  /** The rule of the access table, in its own words. */
  readonly why: string;
  readonly purpose: string;
  /** Scores that were shown and the model behind them: `physiological-decline-24h by decline-1`. */
  readonly scores: readonly string[];
}

/** An event as a person reads it; no login, address or id of staff stands in it. */
export function accessLine(row: AuditRow): AccessLine {
  return {
    at: row.recordedAt,
    who: row.actor.name,
    role: row.actor.roles.join(', ') || (row.unitKind === 'job' ? 'machine' : ''),
    what: deedWords(row),
    outcome: outcomeOf(row),
    relation: relationWords(row.relationship),
    why: ruleWords(row.outcome === 0 ? row.legalBasis : (row.outcomeText ?? row.legalBasis)),
    purpose: PURPOSE_WORDS[row.purpose] ?? row.purpose,
    scores: scoresOf(row),
  };
}

function outcomeOf({ outcome, purpose, relationship }: AuditRow): AccessLine['outcome'] {
  if (outcome === 4) return 'refused';
  if (outcome !== 0) return 'failed';
  return purpose === 'BTG' || purpose === 'ETREAT' || relationship === 'break-glass' ? 'emergency' : 'allowed';
}

function scoresOf({ scores }: AuditRow): readonly string[] {
  const named = (scores?.shown ?? []).map(({ task, model }) => `${task} by ${scores?.models[model]?.bundle ?? 'unknown'}`);
  const past = scores?.trend === undefined ? [] : [`${scores.trend.count} earlier scores as a curve`];
  return [...new Set(named), ...past];
}
