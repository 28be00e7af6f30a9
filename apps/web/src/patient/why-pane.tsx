'use client';

import type { Timeline } from '@concord/contracts';
import { WhyList, hoursWords, modalityWords, relatedTo, signed, when, type Waterfall, type WhyStep } from '@concord/ui';
import { BehindScore } from './behind-score.tsx';
import type { PaneContext } from './score-pane.tsx';

interface Props extends PaneContext {
  /** Title of the question beside decline whose reasons these are. */
  readonly question: string | undefined;
  readonly onBack: () => void;
  readonly fall: Waterfall | null;
  readonly timeline: Timeline | null;
  readonly selected: string | null;
  readonly onSelect: (id: string) => void;
  readonly onUnfold: () => void;
}

/** Why, as bars that add up. */
export function WhyPane({ assessment, question, onBack, fall, timeline, selected, onSelect, onUnfold, nowMs, zone }: Props) {
  const chosen = assessment?.evidence.find((item) => item.id === selected);
  return (
    <section className="pane" aria-labelledby="h-why" data-testid="why">
      <header>
        <h2 id="h-why">{question === undefined ? 'Why' : `Why: ${question}`}</h2>
        <span className="end">
          {question === undefined ? (
            'log-odds; bars add up'
          ) : (
            <button type="button" className="btn-plain" onClick={onBack}>
              Back to decline
            </button>
          )}
        </span>
      </header>
      {assessment && fall && assessment.probability !== null ? (
        <>
          <WhyList
            waterfall={fall}
            probability={assessment.probability}
            selected={selected}
            related={chosen ? relatedTo(chosen, assessment.evidence) : NONE}
            onSelect={onSelect}
            onUnfold={onUnfold}
            place={(step) => placeWords(step, timeline, nowMs, zone)}
          />
          {assessment.shapley.length > 1 && (
            <p className="shares">
              <span>By source:</span>
              {assessment.shapley.map((share) => (
                <span key={share.modality}>
                  {modalityWords(share.modality).word.toLowerCase()} <b>{signed(share.value)}</b>
                </span>
              ))}
            </p>
          )}
          {assessment.explanation !== null && <BehindScore explanation={assessment.explanation} />}
        </>
      ) : (
        <p className="small two">Without a score there are no reasons to add up. The vitals, reports and images beside are complete.</p>
      )}
    </section>
  );
}

const NONE: ReadonlySet<string> = new Set();

function placeWords({ item }: WhyStep, timeline: Timeline | null, nowMs: number, zone: string): string {
  switch (item?.kind) {
    case undefined:
      return '';
    case 'signal-window':
      return hoursWords(item.pointer, nowMs, zone);
    case 'report-span':
      return issuedWords(
        timeline?.reports.find((one) => one.reportId === item.pointer.reportId),
        nowMs,
        zone,
      );
    case 'image-region':
      return takenWords(
        timeline?.images.find((one) => one.sopInstanceUid === item.pointer.sopInstanceUid),
        nowMs,
        zone,
      );
    case 'joint':
      return 'no one place';
  }
}

function issuedWords(report: Timeline['reports'][number] | undefined, nowMs: number, zone: string): string {
  return report ? `report ${when(Date.parse(report.issued), nowMs, zone)}` : 'report';
}

function takenWords(image: Timeline['images'][number] | undefined, nowMs: number, zone: string): string {
  return image ? `chest ${image.viewPosition ?? 'image'} ${when(Date.parse(image.at), nowMs, zone)}` : 'image';
}
