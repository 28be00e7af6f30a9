import type { DiscordanceList } from '@concord/contracts';

const share = (part: number, whole: number): string => {
  const percent = (100 * part) / whole;
  return `${percent > 0 && percent < 1 ? percent.toFixed(1) : String(Math.round(percent))} %`;
};

/** How often this queue is wrong, as far as it was counted, and on what. */
export function queueFigures({ measured, bundle }: Pick<DiscordanceList, 'measured' | 'bundle'>): string {
  if (measured === null) return `How often this queue is wrong was not measured for ${bundle ?? 'what answers now'}.`;
  const { consistentPairs, falseAlarms, contraryPairs, found } = measured;
  return (
    `Measured on drawn films with ${measured.bundle}: ${String(falseAlarms)} of ${String(consistentPairs)} films were set against the report of the same chest ` +
    `(false alarms, ${share(falseAlarms, consistentPairs)}); of ${String(contraryPairs)} with the report of another chest ${String(found)} were found ` +
    `(${share(found, contraryPairs)}). No ward was measured.`
  );
}

/** Where that comes from, for who wants to count again. */
export function queueSource({ measured }: Pick<DiscordanceList, 'measured'>): string {
  return measured === null ? '' : `concord bench agreement, seeds ${measured.seeds.join(', ')}, ${measured.on}; docs/fusion.md`;
}

/** What the looks of this list say of it: of those that were closed, where the film's side was wrong. */
export function closedWords({ items }: Pick<DiscordanceList, 'items'>): string {
  const closed = items.flatMap(({ concordance }) => (concordance.review === null ? [] : [concordance.review.outcome]));
  if (closed.length === 0) return '';
  const wrong = closed.filter((outcome) => outcome === 'report-stands').length;
  return `Of ${String(closed.length)} closed here, the report stood in ${String(wrong)}.`;
}
