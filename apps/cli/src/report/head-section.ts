import type { HeadDetail, Subgroup } from '@concord/pipeline/evaluate';
import { decisionChart, reliabilityChart } from './charts.ts';
import { keyFigures, type FigureTree } from './key-figures.ts';
import { table } from './table.ts';
import { escaped, judged, percent, plain } from './words.ts';

export interface HeadFigures {
  readonly figures: FigureTree;
  /** 95 % intervals by name of the figure. */
  readonly ci: Readonly<Record<string, readonly [number, number]>>;
}

/** Everything about one question, in the order in which a clinician would ask. */
export function headSection(head: HeadDetail, figures: HeadFigures, split: string): string {
  return [
    `<section aria-labelledby="${head.task}"><h2 id="${head.task}">${escaped(head.title)}</h2><p class="quiet">${escaped(split)}.</p>`,
    keyFigures(head, figures),
    '<h3>Can its number be taken at its word, and is acting on it of use?</h3><div class="pair">',
    `<figure>${reliabilityChart(head.reliability, `${head.task}-reliability`)}<figcaption>Each point is a tenth of the questions. On the dashed line as many fall ill as was said; above it more. The bars are 95 % intervals over patients.</figcaption></figure>`,
    head.decision.length === 0
      ? ''
      : `<figure>${decisionChart(head.decision, `${head.task}-decision`)}<figcaption>Solid: acting on the score. Dashed: acting on everybody. Thin line: on nobody. Where the solid line is not the highest, the score is of no use to somebody who would act at that chance.</figcaption></figure>`,
    '</div>',
    groups(head),
    overTime(head),
    disturbed(head),
    sets(head),
    '</section>',
  ].join('\n');
}

function groups({ subgroups, thresholds }: HeadDetail): string {
  const name = ({ sex, age }: Subgroup): string =>
    sex === 'all' && age === 'all' ? 'everybody' : [sex === 'all' ? '' : sex, age === 'all' ? '' : age].filter((part) => part !== '').join(', ');
  const rows = subgroups.map((group) => [
    group.pattern,
    name(group),
    plain(group.patients),
    group.events === null ? 'fewer than ten patients' : plain(group.events),
    judged(group.observedExpected, (value) => value.toFixed(2)),
    judged(group.missed, percent),
    group.isJudged ? verdict(group) : 'too few to judge',
  ]);
  return `<h3>Does it serve every group alike?</h3>
<p>Observed over expected: 1 means that as many fell ill as was said; above 1 the group was sicker than the score said. Missed: events to come while the score was below its raised tier (${percent(thresholds.raised)}). Judged from 200 patients and 20 with the event.</p>
${table({ caption: 'By inputs, sex and age', head: ['Inputs', 'Group', 'Patients', 'with the event', 'Observed / expected', 'Missed', 'Calibration'], rows })}`;
}

function verdict({ observedExpected: { value, interval } }: Subgroup): string {
  if (value === null || interval === null) return 'no event';
  if (value >= 0.9 && value <= 1.1) return 'holds';
  return interval[0] <= 1.1 && interval[1] >= 0.9 ? 'its interval holds' : 'off';
}

function overTime({ temporal }: HeadDetail): string {
  if (temporal === undefined || temporal.meanAbsoluteChange === null) return '';
  const rows = [
    [
      'Mean change of the chance in an hour',
      `${plain(100 * temporal.meanAbsoluteChange, 2)} points`,
      'at most 1 point',
      temporal.meanAbsoluteChange <= 0.01 ? 'holds' : 'missed',
    ],
    ['Largest change in half an hour', `${plain(100 * (temporal.largest ?? 0), 1)} points`, 'none set', ''],
    ['Changes of tier by the thresholds alone, per 1,000 hours', plain(temporal.crossings ?? 0, 1), 'none set', ''],
    ['The same as served: a tier is held until the chance is below four fifths of its threshold', plain(temporal.flips ?? 0, 1), 'reported', ''],
  ];
  return `<h3>Does it flicker when nothing new is known?</h3>
<p>${plain(temporal.pairs)} half hours in which nothing was measured and the question could still be asked: only the age of what is known grew.</p>
${table({ caption: 'Without news', head: ['What', 'Seen', 'Goal', 'Verdict'], rows })}`;
}

function disturbed({ robustness }: HeadDetail): string {
  if (robustness === undefined || robustness.length === 0) return '';
  const figure = (value: number | null): string => (value === null ? 'none' : plain(value, 3));
  const rows = robustness.map(({ sentence, n, scored, refused, aurocBefore, auroc, meanAbsoluteChange }) => [
    sentence,
    `${plain(scored)} of ${plain(n)}`,
    refused === null ? '' : percent(refused),
    figure(aurocBefore),
    figure(auroc),
    meanAbsoluteChange === null ? 'none' : `${plain(100 * meanAbsoluteChange, 1)} points`,
  ]);
  return `<h3>What if the record is worse than it should be?</h3>
<p>A sample of the questions asked again: with readings hidden, noisy, sent in a wrong unit, or a whole source missing. A question that can no longer be answered abstains. The AUROCs are of this sample, which holds more events than the ward, so they compare with each other alone.</p>
${table({ caption: 'Disturbances', head: ['What happened', 'Still scored', 'Refused at the door', 'AUROC before', 'AUROC then', 'Mean change'], rows })}`;
}

function sets({ conformal }: HeadDetail): string {
  if (conformal.length === 0) return '';
  const rows = conformal.map(({ pattern, class: which, patients, coverage, holds }) => [
    pattern,
    which,
    plain(patients),
    judged(coverage, percent),
    holds === null ? 'too few to show' : holds ? 'holds' : (coverage.value ?? 0) > 0.9 ? 'wider than promised' : 'narrower than promised',
  ]);
  return `<h3>Do the sets at 90 % hold the outcome nine times in ten?</h3>
<p>Every patient counts once. A cell holds when its 95 % interval contains 90 %.</p>
${table({ caption: 'By inputs and outcome', head: ['Inputs', 'Patients', 'How many', 'Coverage', 'Verdict'], rows })}`;
}
