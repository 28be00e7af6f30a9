import type { PatientPage, WireAssessment } from '@concord/contracts';
import { WarnLine } from '@concord/ui';

interface Props {
  readonly page: PatientPage;
  readonly assessment: WireAssessment | undefined;
}

const BOTH = ['radiology-report', 'chest-imaging'];

/** A score may rest on somebody else's report or film: said across the page, until a second look says otherwise. */
export function MislinkLine({ page: { concordance }, assessment }: Props) {
  if (concordance === null) return null;
  const { mislinkSuspected, review } = concordance;
  const isFound = review?.outcome === 'not-this-patient';
  if (!isFound && (!mislinkSuspected || review !== null)) return null;
  const used = assessment?.modalities.used ?? [];
  return (
    <WarnLine glyph="i-note" action={<a href="#h-findings">What they say</a>}>
      <b>{isFound ? 'A second look found that report or film is of another patient.' : 'Report and film may be of two people.'}</b>
      {BOTH.every((source) => used.includes(source)) && ' The score uses both.'}
    </WarnLine>
  );
}
