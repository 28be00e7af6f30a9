'use client';

import { useEffect, useState } from 'react';
import { reportViewSchema, type ReportView, type Timeline, type WireEvidence } from '@concord/contracts';
import { FailedPlate, ReportText, age, when, type TaggedSpan } from '@concord/ui';
import { shortReference, type Answer } from '../api/answer.ts';
import { askHere } from '../api/browser.ts';
import { paths } from '../api/paths.ts';
import { LoadingLate } from '../frame/loading-veil.tsx';
import { firstReport, type ReportKey } from './choose.ts';
import type { PaneContext } from './score-pane.tsx';

interface Props extends PaneContext {
  readonly timeline: Timeline;
  readonly initial: Answer<ReportView> | null;
  readonly evidence: readonly WireEvidence[];
  readonly tags: ReadonlyMap<string, number>;
  readonly selected: WireEvidence | null;
  readonly onSelect: (id: string) => void;
}

/** The report as it was written, with what was understood beside it. */
export function ReportPane({ page, timeline, initial, evidence, tags, selected, onSelect, nowMs, zone }: Props) {
  const [picked, setPicked] = useState<ReportKey | null>(null);
  const wanted = citedBy(selected) ?? picked ?? firstReport(timeline, page);
  const loaded = useReport(page.banner.patientId, wanted ?? NO_REPORT, initial);
  const others = timeline.reports.filter((one) => one.reportId !== wanted?.reportId);
  return (
    <section className="pane" aria-labelledby="h-report" data-testid="report">
      <header>
        <h2 id="h-report">Report</h2>
        {loaded.report && <ReportHead report={loaded.report} onPick={setPicked} nowMs={nowMs} zone={zone} />}
      </header>
      {wanted ? (
        <ReportBody loaded={loaded} evidence={evidence} tags={tags} selected={selected?.id ?? null} onSelect={onSelect} at={when(nowMs, nowMs, zone)} />
      ) : (
        <p className="two small">No report. The score does without it.</p>
      )}
      {others.length > 0 && <OtherReports reports={others} onPick={setPicked} nowMs={nowMs} zone={zone} />}
    </section>
  );
}

/** Stands for "none" where a key is needed; no report has it. */
const NO_REPORT: ReportKey = { reportId: '', version: 0 };

interface BodyProps {
  readonly loaded: Loaded;
  readonly evidence: readonly WireEvidence[];
  readonly tags: ReadonlyMap<string, number>;
  readonly selected: string | null;
  readonly onSelect: (id: string) => void;
  readonly at: string;
}

function ReportBody({ loaded, evidence, tags, selected, onSelect, at }: BodyProps) {
  const { report, failed, again } = loaded;
  if (report) return <ReportText report={report} spans={spansIn(report, evidence, tags)} selected={selected} onSelect={onSelect} />;
  return failed ? <ReportFailed reference={failed.reference} at={at} onRetry={again} /> : <LoadingLate what="the report" />;
}

function citedBy(selected: WireEvidence | null): ReportKey | null {
  return selected?.kind === 'report-span' ? { reportId: selected.pointer.reportId, version: selected.pointer.version } : null;
}

interface HeadProps {
  readonly report: ReportView;
  readonly onPick: (key: ReportKey) => void;
  readonly nowMs: number;
  readonly zone: string;
}

function ReportHead({ report, onPick, nowMs, zone }: HeadProps) {
  const issued = Date.parse(report.issued);
  return (
    <>
      <span className="small two">{`${report.title}, ${report.status} ${when(issued, nowMs, zone)}, ${age(issued, nowMs)}`}</span>
      {report.versions.length > 1 && <VersionPick report={report} onPick={onPick} />}
    </>
  );
}

function ReportFailed({ reference, at, onRetry }: { readonly reference: string | null; readonly at: string; readonly onRetry: () => void }) {
  return (
    <FailedPlate
      what="The report"
      reference={shortReference(reference)}
      at={at}
      rest="The rest of this page is complete. The score has not changed."
      actions={
        <button type="button" onClick={onRetry}>
          Try again
        </button>
      }
    />
  );
}

/** The tags that point into this version of this report. */
function spansIn(report: ReportView, evidence: readonly WireEvidence[], tags: ReadonlyMap<string, number>): readonly TaggedSpan[] {
  return evidence.flatMap((item) => {
    const tag = tags.get(item.id);
    if (item.kind !== 'report-span' || tag === undefined) return [];
    const { reportId, version, start, end } = item.pointer;
    return reportId === report.reportId && version === report.version ? [{ id: item.id, tag, start, end }] : [];
  });
}

interface Loaded {
  readonly report: ReportView | null;
  readonly failed: { readonly reference: string | null } | null;
  readonly again: () => void;
}

/** An answer, and the report that was asked for; `null` when no answer came at all. */
interface Held {
  readonly key: string;
  readonly answer: Answer<ReportView> | null;
}

/** Keeps the report that came with the page, and asks for another one when it is wanted. */
function useReport(patientId: string, { reportId, version }: ReportKey, initial: Answer<ReportView> | null): Loaded {
  const key = keyOf({ reportId, version });
  const [held, setHeld] = useState<Held | null>(initial ? { key, answer: initial } : null);
  const missing = reportId !== '' && held?.key !== key;
  useEffect(() => {
    if (!missing) return;
    let left = false;
    void askHere(paths.report(patientId, reportId, version), reportViewSchema).then((answer) => {
      if (!left) setHeld({ key: keyOf({ reportId, version }), answer });
    });
    return () => {
      left = true;
    };
  }, [missing, patientId, reportId, version]);
  const again = () => {
    setHeld(null);
  };
  return { ...shown(missing ? undefined : held?.answer), again };
}

function shown(answer: Answer<ReportView> | null | undefined): Pick<Loaded, 'report' | 'failed'> {
  if (answer === undefined) return { report: null, failed: null };
  if (answer?.kind === 'ok') return { report: answer.value, failed: null };
  return { report: null, failed: { reference: answer?.kind === 'failed' ? answer.reference : null } };
}

function keyOf({ reportId, version }: ReportKey): string {
  return `${reportId}/${String(version)}`;
}

function VersionPick({ report, onPick }: { readonly report: ReportView; readonly onPick: (key: ReportKey) => void }) {
  return (
    <span className="end">
      {report.versions
        .filter((one) => one.version !== report.version)
        .map((one) => (
          <button
            key={one.version}
            type="button"
            className="btn-plain"
            onClick={() => {
              onPick({ reportId: report.reportId, version: one.version });
            }}
          >
            {`Version ${String(one.version)}, ${one.status}`}
          </button>
        ))}
    </span>
  );
}

interface OthersProps {
  readonly reports: Timeline['reports'];
  readonly onPick: (key: ReportKey) => void;
  readonly nowMs: number;
  readonly zone: string;
}

function OtherReports({ reports, onPick, nowMs, zone }: OthersProps) {
  return (
    <p className="picks">
      Others:
      {reports.map((one) => (
        <button
          key={`${one.reportId}-${String(one.version)}`}
          type="button"
          onClick={() => {
            onPick({ reportId: one.reportId, version: one.version });
          }}
        >
          {`${one.title}, ${when(Date.parse(one.issued), nowMs, zone)}`}
        </button>
      ))}
    </p>
  );
}
