import { FindingsList, WarnLine, when } from '@concord/ui';
import type { PaneContext } from './score-pane.tsx';

/** Where report, image and signals agree, where they and their devices contradict each other, and which device may speak for somebody else. */
export function FindingsPane({ page, nowMs, zone }: PaneContext) {
  const { concordance, contested } = page;
  const isSaid = concordance !== null && concordance.findings.length + concordance.signs.length > 0;
  if (!isSaid && contested.length === 0) return null;
  return (
    <section className="pane" aria-labelledby="h-findings" data-testid="findings">
      <header>
        <h2 id="h-findings">Findings, and who says so</h2>
        <span className="end">beside the score</span>
      </header>
      {contested.map(({ device, at }) => (
        <WarnLine key={device} glyph="i-note">
          <b>{`${device} spoke for another patient too`}</b>
          {` at ${when(Date.parse(at), nowMs, zone)}. Look whom it is on: what it measured then may be somebody else’s.`}
        </WarnLine>
      ))}
      {isSaid && <FindingsList concordance={concordance} nowMs={nowMs} zone={zone} />}
    </section>
  );
}
