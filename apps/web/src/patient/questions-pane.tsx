'use client';

import type { PatientPage, Question, WireAssessment } from '@concord/contracts';
import { EvidenceMark, Glyph, REASON_HELP, TIERS, abstentionTitle, age, interval, percent, when } from '@concord/ui';
import { whyOf } from './choose.ts';
import { Inputs, Stored, TestedFacts } from './score-facts.tsx';

interface Props {
  readonly page: PatientPage;
  /** Task whose reasons stand under Why; null for decline. */
  readonly chosen: string | null;
  readonly onChoose: (task: string | null) => void;
  readonly nowMs: number;
  readonly zone: string;
}

/** What is asked beside decline: one quiet answer each, its reasons on demand. */
export function QuestionsPane({ page, chosen, onChoose, nowMs, zone }: Props) {
  if (page.questions.length === 0) return null;
  return (
    <section className="pane" aria-labelledby="h-questions" data-testid="questions">
      <header>
        <h2 id="h-questions">Other questions</h2>
        <span className="end">each answered for itself</span>
      </header>
      <ul className="asks">
        {page.questions.map((question) => (
          <Asked key={question.task} question={question} page={page} chosen={chosen === question.task} onChoose={onChoose} nowMs={nowMs} zone={zone} />
        ))}
      </ul>
    </section>
  );
}

interface AskedProps extends Omit<Props, 'chosen'> {
  readonly question: Question;
  readonly chosen: boolean;
}

function Asked({ question, chosen, onChoose, ...context }: AskedProps) {
  const { task, title, assessment } = question;
  const explained = whyOf(question);
  return (
    <li className={chosen ? 'on' : undefined} data-testid={`question-${task}`}>
      <div className="ask">
        <h3>{title}</h3>
        <Answer assessment={assessment} />
      </div>
      {assessment?.outcome === 'scored' ? <Made assessment={assessment} {...context} /> : <Silent question={question} {...context} />}
      {explained && (
        <div className="ask-acts">
          <button
            type="button"
            aria-pressed={chosen}
            aria-label={`Why: ${title}`}
            onClick={() => {
              onChoose(chosen ? null : task);
            }}
          >
            Why
          </button>
          <details>
            <summary>How it was tested</summary>
            <dl className="facts">
              <dt>Asked</dt>
              <dd>{question.definition}</dd>
              <TestedFacts assessment={explained} />
              <dt>Stored</dt>
              <dd>
                <Stored assessment={explained} zone={context.zone} />
              </dd>
            </dl>
          </details>
        </div>
      )}
    </li>
  );
}

/** Shape, percent and word; no score stands in the same place. */
function Answer({ assessment }: { readonly assessment: WireAssessment | null }) {
  if (assessment?.outcome !== 'scored' || assessment.probability === null) {
    return (
      <p className="ans t-none">
        <Glyph name="t-none" />
        No score
      </p>
    );
  }
  const tier = assessment.tier ?? 'usual';
  return (
    <p className={`ans t-${tier}`}>
      <Glyph name={TIERS[tier].glyph} />
      <b className="num">{percent(assessment.probability)}</b>
      {TIERS[tier].word}
    </p>
  );
}

type Context = Pick<Props, 'page' | 'nowMs' | 'zone'>;

/** How sure, from what, how old, and how the model was tested. */
function Made({ assessment, page, nowMs }: Context & { readonly assessment: WireAssessment }) {
  return (
    <>
      <p className="small two">
        {assessment.interval && `Interval ${interval(assessment.interval)}, made to hold 9 times in 10. `}
        {`${age(Date.parse(assessment.asOf), nowMs)} ago.`}
        {assessment.status === 'entered-in-error' && <b className="t-raised"> Withdrawn: an input proved wrong.</b>}
      </p>
      <p className="small inp">
        <Inputs assessment={assessment} newest={page.inputs} nowMs={nowMs} />
        <EvidenceMark level={assessment.evidenceLevel} />
      </p>
    </>
  );
}

/** Why there is none, and what was last known: never in the place of an answer. */
function Silent({ question: { assessment, lastScored }, page, nowMs, zone }: Context & { readonly question: Question }) {
  return (
    <>
      <p className="small two">{assessment ? silentWords(assessment) : page.banner.demoKind === null ? NOT_YET.ward : NOT_YET.demo}</p>
      {assessment !== null && assessment.reason !== 'outside-population' && (
        <p className="small inp">
          <Inputs assessment={assessment} newest={page.inputs} nowMs={nowMs} />
        </p>
      )}
      {lastScored?.probability != null && (
        <p className="small two">
          {`Last score ${percent(lastScored.probability)}`}
          {lastScored.interval && ` (${interval(lastScored.interval)})`}
          {`, ${TIERS[lastScored.tier ?? 'usual'].word.toLowerCase()}, at ${when(Date.parse(lastScored.asOf), nowMs, zone)}, `}
          <b>{`${age(Date.parse(lastScored.asOf), nowMs)} ago`}</b>: it does not know anything newer.
        </p>
      )}
    </>
  );
}

const NOT_YET = {
  demo: 'None yet: the first comes within an hour of admission, if vitals arrive.',
  ward: 'None yet, or not checked on this ward: until a model steward has recorded a check it stays out of sight.',
} as const;

/** Outside its population the sentence of the question says it all; elsewhere what would bring a score back helps. */
function silentWords(assessment: WireAssessment): string {
  const said = abstentionTitle(assessment).replace(/^No score: /, '');
  const sentence = `${said.charAt(0).toUpperCase()}${said.slice(1)}.`;
  const help = assessment.reason === 'outside-population' ? undefined : REASON_HELP[assessment.reason ?? ''];
  return help === undefined ? sentence : `${sentence} ${help}`;
}
