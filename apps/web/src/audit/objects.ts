/** Kinds of resources in the officer's words: one, several. A kind that is not here stands as the record names it. */
const WORDS: Readonly<Record<string, readonly [one: string, several: string]>> = {
  Timeline: ['the timeline', 'timelines'],
  Worklist: ['the worklist', 'worklists'],
  RiskAssessment: ['score', 'scores'],
  DiagnosticReport: ['report', 'reports'],
  ImagingStudy: ['imaging study', 'imaging studies'],
  Observation: ['measurement', 'measurements'],
  Encounter: ['stay', 'stays'],
  Consent: ['consent', 'consents'],
  Session: ['', 'sessions'],
};
/** More than these are counted: the export names each. */
const NAMED = 3;

/** What an event was about, by kind and number: `the timeline, 3 scores`. */
export function objectsIn(references: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const reference of references) {
    const kind = /^([A-Z][A-Za-z]+)(?:\/|$)/.exec(reference)?.[1];
    const key = kind !== undefined && kind in WORDS ? kind : reference;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const said = [...counts].map(([key, count]) => wordOf(key, count)).filter((word) => word !== '');
  const more = said.length - NAMED;
  return `${said.slice(0, NAMED).join(', ')}${more > 0 ? ` and ${String(more)} more` : ''}`;
}

function wordOf(key: string, count: number): string {
  const [one, several] = WORDS[key] ?? [key, key];
  if (count > 1) return `${String(count)} ${several}`;
  return one === '' || one.startsWith('the ') || !(key in WORDS) ? one : `1 ${one}`;
}
