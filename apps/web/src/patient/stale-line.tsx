import type { PatientPage, WireAssessment } from '@concord/contracts';
import { WarnLine, age, when } from '@concord/ui';

/** Admitted patients are scored again every hour; a score older than this says that something stands still. */
const OLD_SCORE_MS = 90 * 60_000;

interface Props {
  readonly page: PatientPage;
  readonly assessment: WireAssessment | undefined;
  readonly nowMs: number;
  readonly zone: string;
}

/** An old number that looks new is the worst fault here: what is old is said across the page. */
export function StaleLine({ page, assessment, nowMs, zone }: Props) {
  const vitals = page.inputs.find((input) => input.modality === 'vitals');
  if (vitals?.state === 'stale' && vitals.newestAt !== null) {
    const at = Date.parse(vitals.newestAt);
    return (
      <WarnLine glyph="i-stale">
        <b>{`No vitals since ${when(at, nowMs, zone)}`}</b>, {age(at, nowMs)}. Look at the patient and the monitor.
      </WarnLine>
    );
  }
  if (assessment && page.banner.dischargedAt === null && nowMs - Date.parse(assessment.asOf) > OLD_SCORE_MS) {
    const at = Date.parse(assessment.asOf);
    return (
      <WarnLine glyph="i-stale">
        <b>{`The score is from ${when(at, nowMs, zone)}`}</b>, {age(at, nowMs)} ago. It does not know anything newer.
      </WarnLine>
    );
  }
  return null;
}
