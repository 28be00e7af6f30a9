import type { WireEvidence } from '@concord/contracts';

/** What was found when a region was covered, in one or two sentences; null for a reason that was never verified so. */
export function regionWords({ faithfulness }: Pick<WireEvidence, 'faithfulness'>): string | null {
  if (faithfulness === undefined) return null;
  const { change, elsewhere, holds } = faithfulness;
  const moved = `Covering it ${change < 0 ? 'raises' : 'lowers'} the risk by ${pointWords(change)}; a region of its size elsewhere moves it by ${tenths(elsewhere)}.`;
  return holds ? moved : `Not borne out: ${moved.charAt(0).toLowerCase()}${moved.slice(1)} Look at the whole film.`;
}

/** Percentage points with one decimal: whole points would call most regions nothing. */
function pointWords(change: number): string {
  const said = tenths(change);
  return `${said} point${said === '1.0' ? '' : 's'}`;
}

function tenths(change: number): string {
  const rounded = (Math.abs(change) * 100).toFixed(1);
  return rounded === '0.0' ? 'under 0.1' : rounded;
}
