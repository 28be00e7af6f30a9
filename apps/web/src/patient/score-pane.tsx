'use client';

import type { PatientPage, WireAssessment } from '@concord/contracts';
import { AbstainedPlate, Glyph, News2Words, REASON_HELP, TIERS, abstentionTitle, age, news2Gaps, percent, points, when, wholePercent } from '@concord/ui';
import { HORIZONS, type Horizon } from './choose.ts';
import { ScoreFacts } from './score-facts.tsx';

export interface PaneContext {
  readonly page: PatientPage;
  readonly assessment: WireAssessment | undefined;
  readonly nowMs: number;
  readonly zone: string;
}

interface Props extends PaneContext {
  readonly horizon: Horizon;
  readonly onHorizon: (horizon: Horizon) => void;
}

/** The one number of the page, or why there is none; the same place and the same size. */
export function ScorePane({ horizon, onHorizon, ...context }: Props) {
  const { assessment } = context;
  return (
    <section className="pane" aria-labelledby="h-score" data-testid="score">
      <header>
        <h2 id="h-score">{`Decline within ${horizon.replace('h', '\u00a0h')}`}</h2>
        <span className="end">
          <span className="seg" role="group" aria-label="Horizon">
            {HORIZONS.map((one) => (
              <button
                key={one}
                type="button"
                aria-pressed={one === horizon}
                onClick={() => {
                  onHorizon(one);
                }}
              >
                {one.replace('h', '\u00a0h')}
              </button>
            ))}
          </span>
        </span>
      </header>
      {assessment?.outcome === 'scored' && assessment.probability !== null ? (
        <Scored {...context} assessment={assessment} probability={assessment.probability} horizon={horizon} />
      ) : (
        <Abstained {...context} />
      )}
    </section>
  );
}

interface ScoredProps extends PaneContext {
  readonly assessment: WireAssessment;
  readonly probability: number;
  readonly horizon: Horizon;
}

function Scored({ assessment, probability, horizon, ...context }: ScoredProps) {
  const tier = assessment.tier ?? 'usual';
  const change = context.page.trend.change6h;
  const asOf = Date.parse(assessment.asOf);
  return (
    <>
      <div className="score">
        <p className="big" data-testid="chance">
          {wholePercent(probability)}
          <i>&nbsp;%</i>
        </p>
        <div>
          <p className={`tier t-${tier}`}>
            <Glyph name={TIERS[tier].glyph} />
            {TIERS[tier].word}
          </p>
          <p className="two">
            {horizon === '24h' && change !== null && (
              <>
                <b>{`${points(change)} points`}</b>
                {' in 6\u00a0h. '}
              </>
            )}
            {`Scored ${when(asOf, context.nowMs, context.zone)}, ${age(asOf, context.nowMs)} ago.`}
          </p>
          {assessment.status === 'entered-in-error' && (
            <p className="t-raised">
              <b>This score was withdrawn.</b> An input proved wrong.
            </p>
          )}
        </div>
      </div>
      <ScoreFacts assessment={assessment} {...context} />
    </>
  );
}

/** A page does not know whether a score that it was not given exists: it says both reasons. */
const FIRST_SCORE = {
  demo: 'The first score comes within an hour of admission, if vitals arrive.',
  ward: 'Either none was made yet: the first comes within an hour of admission, if vitals arrive. Or this score was not checked on this ward, and stays out of sight until a model steward has recorded a check.',
} as const;

/** No score is an answer: why, since when, what still holds. */
function Abstained({ page, assessment, nowMs, zone }: PaneContext) {
  const last = [...page.trend.points].reverse().find((point) => point.probability !== null);
  const gaps = news2Gaps(page.news2);
  return (
    <>
      <AbstainedPlate title={assessment ? abstentionTitle(assessment) : 'No score yet'}>
        <p>{assessment ? (REASON_HELP[assessment.reason ?? ''] ?? assessment.reasonText) : FIRST_SCORE[page.banner.demoKind === null ? 'ward' : 'demo']}</p>
        {last && last.probability !== null && (
          <p className="two">
            {`Last score ${percent(last.probability)} at ${when(Date.parse(last.asOf), nowMs, zone)}, `}
            <b>{`${age(Date.parse(last.asOf), nowMs)} ago`}</b>: it does not know anything newer.
          </p>
        )}
      </AbstainedPlate>
      <dl className="facts">
        <dt>NEWS2 now</dt>
        <dd>
          <News2Words news2={page.news2} /> {gaps}
        </dd>
        {assessment && (
          <>
            <dt>Asked</dt>
            <dd>{`${when(Date.parse(assessment.asOf), nowMs, zone)}, ${age(Date.parse(assessment.asOf), nowMs)} ago`}</dd>
          </>
        )}
      </dl>
    </>
  );
}
