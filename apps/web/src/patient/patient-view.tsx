'use client';

import { useMemo } from 'react';
import { patientPageSchema, timelineSchema, type PatientPage, type ReportView, type Timeline } from '@concord/contracts';
import { FailedPlate, PatientBanner, Plate } from '@concord/ui';
import { shortReference, type Answer } from '../api/answer.ts';
import { paths } from '../api/paths.ts';
import { useFollowing } from '../api/use-following.ts';
import { useNow, usePolled } from '../api/use-polled.ts';
import { LiveNews } from '../frame/live.tsx';
import { LostLine } from '../frame/lost-line.tsx';
import { useChange } from '../worklist/use-change.ts';
import { AxisPane } from './axis-pane.tsx';
import { DevicesLine, DevicesPane } from './devices-pane.tsx';
import { FindingsPane } from './findings-pane.tsx';
import { ImagePane } from './image-pane.tsx';
import { MislinkLine } from './mislink-line.tsx';
import { pageNews } from './news.ts';
import { QuestionsPane } from './questions-pane.tsx';
import { ReportPane } from './report-pane.tsx';
import { ScorePane, type PaneContext } from './score-pane.tsx';
import { StaleLine } from './stale-line.tsx';
import { usePatientFocus, type PatientFocus } from './use-focus.ts';
import { WhyPane } from './why-pane.tsx';

interface Props {
  readonly initial: PatientPage;
  /** Null when it could not be read: the rest of the page stands without it. */
  readonly initialTimeline: Timeline | null;
  readonly timelineReference: string | null;
  readonly initialReport: Answer<ReportView> | null;
  readonly zone: string;
  /** Whoever reads works at beds. */
  readonly tends: boolean;
}

const NOBODY: ReadonlySet<string> = new Set();
const noRows = () => NOBODY;

/** One patient: score beside why, one time axis, report and image, tied by number tags. */
export function PatientView({ initial, initialTimeline, timelineReference, initialReport, zone, tends }: Props) {
  const id = initial.banner.patientId;
  const { value: page, receivedAt, lost, recalled, refresh } = usePolled(paths.patient(id), patientPageSchema, initial);
  const timeline = useFollowing(paths.timeline(id), timelineSchema, initialTimeline, signatureOf(page));
  const nowMs = useNow(page.generatedAt, receivedAt);
  const { news } = useChange(page, pageNews, noRows);
  const focus = usePatientFocus(page, timeline);
  const { assessment, explained, tags, selected, select } = focus;
  const evidence = useMemo(() => explained?.evidence ?? [], [explained]);
  if (recalled) return <Recalled />;
  const context = { page, assessment, nowMs, zone };
  return (
    <>
      <PatientBanner banner={page.banner} zone={zone} />
      <main className="cols" id="main">
        <div className="across">
          <LostLine lost={lost} shownMs={Date.parse(page.generatedAt)} nowMs={nowMs} zone={zone} onRetry={refresh} />
          <Across {...context} />
        </div>
        <LeftColumn {...context} focus={focus} timeline={timeline} />
        <div className="rest">
          {timeline ? (
            <AxisPane {...context} assessment={explained} timeline={timeline} focus={focus} tags={tags} />
          ) : (
            <section className="pane">
              <FailedPlate
                what="The time axis"
                reference={shortReference(timelineReference)}
                at={null}
                rest="The score beside it is complete and used these readings. It is tried again by itself."
              />
            </section>
          )}
          <div className="pair">
            <div>
              {timeline && (
                <ReportPane {...context} timeline={timeline} initial={initialReport} evidence={evidence} tags={tags} selected={selected} onSelect={select} />
              )}
              <FindingsPane {...context} />
              <DevicesPane {...context} tends={tends} onDone={refresh} />
            </div>
            {timeline && (
              <ImagePane
                timeline={timeline}
                evidence={evidence}
                version={explained?.evidenceVersion ?? 1}
                pieces={explained?.explanation?.pieces ?? []}
                tags={tags}
                selected={selected}
                nowMs={nowMs}
                zone={zone}
              />
            )}
          </div>
        </div>
      </main>
      <LiveNews news={news} />
    </>
  );
}

/** What puts the score itself in doubt. */
function Across({ page, assessment, nowMs, zone }: PaneContext) {
  return (
    <>
      <StaleLine page={page} assessment={assessment} nowMs={nowMs} zone={zone} />
      <MislinkLine page={page} assessment={assessment} />
      <DevicesLine page={page} />
    </>
  );
}

interface LeftProps extends PaneContext {
  readonly focus: PatientFocus;
  readonly timeline: Timeline | null;
}

/** Decline, the other questions, and the reasons of the one that is chosen. */
function LeftColumn({ focus, timeline, ...context }: LeftProps) {
  const { page, nowMs, zone } = context;
  return (
    <div className="left">
      <div className="asked">
        <ScorePane {...context} horizon={focus.horizon} onHorizon={focus.setHorizon} />
        <QuestionsPane page={page} chosen={focus.question} onChoose={focus.setQuestion} nowMs={nowMs} zone={zone} />
      </div>
      <WhyPane
        {...context}
        assessment={focus.explained}
        question={page.questions.find(({ task }) => task === focus.question)?.title}
        onBack={() => {
          focus.setQuestion(null);
        }}
        fall={focus.fall}
        timeline={timeline}
        selected={focus.selected?.id ?? null}
        onSelect={focus.select}
        onUnfold={focus.unfold}
      />
    </div>
  );
}

/** Changes when something arrived or was scored; the time axis is then asked for again. */
function signatureOf(page: PatientPage): string {
  return [
    ...page.inputs.map(({ newestAt }) => newestAt),
    ...page.assessments.map(({ id }) => id),
    ...page.questions.map(({ assessment }) => assessment?.id),
  ].join(' ');
}

/** A right that ended takes with it what was on the screen. */
function Recalled() {
  return (
    <main className="page" id="main">
      <Plate
        level={1}
        title="Nothing here that you can open"
        actions={
          <a className="btn" href="/">
            Back to the list
          </a>
        }
      >
        <p>This patient was open to you until now and is not any more. What was on the screen is cleared.</p>
      </Plate>
    </main>
  );
}
