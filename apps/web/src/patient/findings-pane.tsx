import { FindingsList } from '@concord/ui';
import type { PaneContext } from './score-pane.tsx';

/** Where report, image and signals agree, and where they and their devices contradict each other. */
export function FindingsPane({ page, nowMs, zone }: PaneContext) {
  const { concordance } = page;
  if (concordance === null || concordance.findings.length + concordance.signs.length === 0) return null;
  return (
    <section className="pane" aria-labelledby="h-findings" data-testid="findings">
      <header>
        <h2 id="h-findings">Findings, and who says so</h2>
        <span className="end">beside the score</span>
      </header>
      <FindingsList concordance={concordance} nowMs={nowMs} zone={zone} />
    </section>
  );
}
