import { SHARED_FINDINGS, type FindingAgreement, type FindingStatement, type Verdict } from '@concord/core/clinical';
import { hours, type Milliseconds } from '@concord/core/kernel';

/** Further apart two looks are not compared: a lung changes within a day, and a difference would be the patient's, not the sources'. */
export const COMPARABLE_WITHIN: Milliseconds = hours(24);

/** Where sources agree, finding by finding, in the order of `SHARED_FINDINGS`; a finding of which nobody speaks is left out. */
export function agreements(statements: readonly FindingStatement[]): readonly FindingAgreement[] {
  return SHARED_FINDINGS.flatMap((finding) => {
    const mine = statements.filter((statement) => statement.finding === finding);
    return mine.some(isLook) ? [{ finding, verdict: verdictOf(mine), statements: mine }] : [];
  });
}

/** Two contradictions and not one agreement: what a source of another person looks like from here. */
export function mislinkSuspected(findings: readonly FindingAgreement[]): boolean {
  const count = (verdict: Verdict): number => findings.filter((each) => each.verdict === verdict).length;
  return count('disagree') >= 2 && count('agree') === 0;
}

function verdictOf(statements: readonly FindingStatement[]): Verdict {
  const looks = statements.filter(isLook);
  if (new Set(looks.map(({ modality }) => modality)).size < 2) return 'one-source';
  const times = looks.map(({ effectiveAt }) => effectiveAt);
  if (Math.max(...times) - Math.min(...times) > COMPARABLE_WITHIN) return 'apart';
  if (looks.some(({ stance }) => stance === 'uncertain')) return 'undecided';
  return new Set(looks.map(({ stance }) => stance)).size === 1 ? 'agree' : 'disagree';
}

/** A source that only fits a finding has not looked. */
function isLook({ stance }: FindingStatement): boolean {
  return stance !== 'suggested';
}
