import type { Metadata } from 'next';
import { patientPageSchema, reportViewSchema, timelineSchema, type PatientPage, type ReportView, type Session, type Timeline } from '@concord/contracts';
import { ask } from '../../../api/server.ts';
import type { Answer } from '../../../api/answer.ts';
import { paths } from '../../../api/paths.ts';
import { Frame } from '../../../frame/frame.tsx';
import { openPage } from '../../../frame/open-page.tsx';
import { PATIENT_KEYS } from '../../../frame/key-lines.ts';
import { tendsBeds } from '../../../frame/roles.ts';
import { firstReport } from '../../../patient/choose.ts';
import { PatientView } from '../../../patient/patient-view.tsx';

/** No name in a title: it would stand in the browser's history. */
export const metadata: Metadata = { title: 'Patient, Concord' };

interface Props {
  readonly params: Promise<{ readonly id: string }>;
}

/** One patient. Nothing is sent before all of it was decided: a refusal is a 404 from its first byte. */
export default async function Patient({ params }: Props) {
  const { id } = await params;
  const opened = await openPage('This patient', () => ask(paths.patient(id), patientPageSchema));
  if (opened.instead !== null) return opened.instead;
  const { session, value: page } = opened;
  const timeline = await ask(paths.timeline(id), timelineSchema);
  const report = timeline.kind === 'ok' ? await newestReport(id, page, timeline.value) : null;
  return <Whole session={session} page={page} timeline={timeline} report={report} />;
}

async function newestReport(id: string, page: PatientPage, timeline: Timeline): Promise<Answer<ReportView> | null> {
  const first = firstReport(timeline, page);
  return first ? ask(paths.report(id, first.reportId, first.version), reportViewSchema) : null;
}

interface WholeProps {
  readonly session: Session;
  readonly page: PatientPage;
  readonly timeline: Answer<Timeline>;
  readonly report: Answer<ReportView> | null;
}

function Whole({ session, page, timeline, report }: WholeProps) {
  return (
    <Frame session={session} nowMs={Date.parse(page.generatedAt)} current={null} keys={PATIENT_KEYS} foot={<Hint />}>
      <PatientView
        initial={page}
        initialTimeline={timeline.kind === 'ok' ? timeline.value : null}
        timelineReference={timeline.kind === 'failed' ? timeline.reference : null}
        initialReport={report}
        zone={session.timeZone}
        tends={tendsBeds(session.roles)}
      />
    </Frame>
  );
}

function Hint() {
  return (
    <>
      <kbd>1</kbd> to <kbd>8</kbd> reason, <kbd>←</kbd> <kbd>→</kbd> cursor, <kbd>Esc</kbd> clear, <kbd>U</kbd> back to the list
    </>
  );
}
