import type { PatientPage, Question } from '@concord/contracts';
import { TIERS, bandWord, percent } from '@concord/ui';
import { assessmentFor } from './choose.ts';

/** What a screen reader is told of a patient page: a new tier, a new band, a score that came or went, of any question. */
export function pageNews(before: PatientPage, after: PatientPage): readonly string[] {
  const main = words(before) === words(after) ? [] : [said(after)];
  const others = after.questions.filter((question) => tierOf(question) !== tierOf(before.questions.find(({ task }) => task === question.task)));
  return [...main, ...others.map(saidOf)];
}

function tierOf(question: Question | undefined): string {
  return question?.assessment?.tier ?? 'none';
}

function saidOf({ title, assessment }: Question): string {
  return `${title} now ${assessment?.tier && assessment.probability !== null ? `${percent(assessment.probability)}, ${TIERS[assessment.tier].word}` : 'without a score'}`;
}

function words(page: PatientPage): string {
  const main = assessmentFor(page, '24h');
  return `${main?.tier ?? 'none'} ${page.news2.total === null ? 'incomplete' : bandWord(page.news2)}`;
}

function said(page: PatientPage): string {
  const main = assessmentFor(page, '24h');
  const score = main?.tier && main.probability !== null ? `${percent(main.probability)}, ${TIERS[main.tier].word}` : 'no score';
  return `chance of decline within 24 h now ${score}; NEWS2 ${page.news2.total === null ? `at least ${String(page.news2.atLeast)}` : `${String(page.news2.total)}, ${bandWord(page.news2)}`}`;
}
