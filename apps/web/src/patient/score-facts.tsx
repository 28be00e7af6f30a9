import type { WireAssessment, WorklistRow } from '@concord/contracts';
import {
  Glyph,
  LEVELS,
  News2Words,
  STATE_WORDS,
  age,
  calibrationSentence,
  clockSeconds,
  day,
  inputsInOrder,
  interval,
  modalityWords,
  news2Gaps,
  signed,
  storedPercent,
} from '@concord/ui';
import { inputsOf } from './choose.ts';
import type { PaneContext } from './score-pane.tsx';

interface Props extends Omit<PaneContext, 'assessment'> {
  readonly assessment: WireAssessment;
}

/** What the number is worth: its interval, how it was tested, what it was made from. */
export function ScoreFacts({ page, assessment, nowMs, zone }: Props) {
  const gaps = news2Gaps(page.news2);
  return (
    <dl className="facts">
      <dt>Interval</dt>
      <dd>{assessment.interval ? `${interval(assessment.interval)}, made to hold 9 times in 10` : 'none'}</dd>
      <TestedFacts assessment={assessment} />
      <dt>Inputs</dt>
      <dd className="inp">
        <Inputs assessment={assessment} newest={page.inputs} nowMs={nowMs} />
      </dd>
      <dt>NEWS2 now</dt>
      <dd>
        <News2Words news2={page.news2} /> {gaps}
      </dd>
      <dt>Stored</dt>
      <dd>
        <Stored assessment={assessment} zone={zone} />
      </dd>
    </dl>
  );
}

/** On whom the model was tested, and for what the number was made. */
export function TestedFacts({ assessment }: { readonly assessment: WireAssessment }) {
  const level = assessment.evidenceLevel ? LEVELS[assessment.evidenceLevel] : null;
  return (
    <>
      <dt>Evidence</dt>
      <dd>
        {level ? (
          <>
            <b>{level.word}.</b> {level.sentence}
          </>
        ) : (
          'not stated'
        )}
      </dd>
      <dt>Calibration</dt>
      <dd>{calibrationSentence(assessment)}</dd>
    </>
  );
}

interface InputsProps {
  readonly assessment: WireAssessment;
  /** Newest sample of each modality of the patient. */
  readonly newest: WorklistRow['inputs'];
  readonly nowMs: number;
}

/** Every modality that this answer names: used with its age, or why not. */
export function Inputs({ assessment, newest, nowMs }: InputsProps) {
  return inputsInOrder(inputsOf(assessment, newest)).map((input) => (
    <Input key={input.modality} input={input} nowMs={nowMs} reason={assessment.unusedReasons.find((one) => one.modality === input.modality)?.reason} />
  ));
}

interface InputProps {
  readonly input: WorklistRow['inputs'][number];
  readonly nowMs: number;
  readonly reason: string | undefined;
}

function Input({ input, nowMs, reason }: InputProps) {
  const words = modalityWords(input.modality);
  const old = input.newestAt === null ? '' : ` ${age(Date.parse(input.newestAt), nowMs)}`;
  if (input.state === 'used') {
    return (
      <span>
        <span className={words.hue}>
          <Glyph name={words.glyph} />
        </span>
        {` ${words.word.toLowerCase()}${old}`}
      </span>
    );
  }
  const glyph = { stale: 'i-stale', absent: 'i-dash', withheld: 'i-lock', unused: 'i-note' } as const;
  return (
    <span className="three reason-note">
      <Glyph name={glyph[input.state]} />
      {input.state === 'absent' ? ` no ${words.word.toLowerCase()}` : ` ${words.word.toLowerCase()}${old}, ${STATE_WORDS[input.state]}`}
      {reason && `: ${reason}`}
    </span>
  );
}

/** One step away: the figure as it was stored, and what made it. */
export function Stored({ assessment, zone }: { readonly assessment: WireAssessment; readonly zone: string }) {
  const at = Date.parse(assessment.asOf);
  return (
    <details>
      <summary>{assessment.probability === null ? 'the record' : `${storedPercent(assessment.probability)}, and where it comes from`}</summary>
      <dl>
        <dt>Log-odds</dt>
        <dd>{assessment.logit === null ? '–' : signed(assessment.logit, 4)}</dd>
        <dt>Scored</dt>
        <dd>{`${day(at, zone)} ${clockSeconds(at, zone)}`}</dd>
        <dt>Model</dt>
        <dd>{assessment.bundle}</dd>
        <dt>Calibration</dt>
        <dd>{assessment.calibrationId ?? '–'}</dd>
        <dt>Reviewed</dt>
        <dd>{assessment.status === 'preliminary' ? 'not yet by a clinician' : assessment.status}</dd>
        <dt>Record</dt>
        <dd className="hash">{assessment.id}</dd>
      </dl>
    </details>
  );
}
