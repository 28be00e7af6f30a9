import type { PatientPage, Question, Timeline, WireAssessment, WireEvidence, WirePiece } from '@concord/contracts';

export const HORIZONS = ['6h', '12h', '24h'] as const;
export type Horizon = (typeof HORIZONS)[number];

export function assessmentFor(page: Pick<PatientPage, 'assessments'>, horizon: Horizon): WireAssessment | undefined {
  return page.assessments.find((assessment) => assessment.task.endsWith(`-${horizon}`));
}

/** The score of a question whose reasons can be read: the newest answer, or the last score of the stay where that is none. */
export function whyOf({ assessment, lastScored }: Question): WireAssessment | undefined {
  return [assessment, lastScored].find((one) => one?.outcome === 'scored') ?? undefined;
}

const STATES = ['used', 'stale', 'absent', 'withheld', 'unused'] as const;

/** What this answer made of each modality it names, with the age of the patient's newest sample. */
export function inputsOf({ modalities }: Pick<WireAssessment, 'modalities'>, newest: PatientPage['inputs']): PatientPage['inputs'] {
  const at = new Map(newest.map(({ modality, newestAt }) => [modality, newestAt]));
  return STATES.flatMap((state) => modalities[state].map((modality) => ({ modality, state, newestAt: at.get(modality) ?? null })));
}

export interface ReportKey {
  readonly reportId: string;
  readonly version: number;
}

/** The report to open with: the one that the reasons cite, else the newest. */
export function firstReport(timeline: Timeline, page: PatientPage): ReportKey | null {
  const cited = assessmentFor(page, '24h')?.evidence.find((item) => item.kind === 'report-span');
  if (cited?.kind === 'report-span') return { reportId: cited.pointer.reportId, version: cited.pointer.version };
  const newest = [...timeline.reports].sort((a, b) => Date.parse(b.issued) - Date.parse(a.issued))[0];
  return newest ? { reportId: newest.reportId, version: newest.version } : null;
}

export type ImageItem = Timeline['images'][number];

/** The image to open with: the one that the reasons point into, else the newest. */
export function firstImage(timeline: Timeline, evidence: readonly WireEvidence[]): ImageItem | null {
  const cited = evidence.find((item) => item.kind === 'image-region');
  const uid = cited?.kind === 'image-region' ? cited.pointer.sopInstanceUid : null;
  const byAge = [...timeline.images].sort((a, b) => Date.parse(b.at) - Date.parse(a.at));
  return byAge.find((image) => image.sopInstanceUid === uid) ?? byAge[0] ?? null;
}

/** Which of the films that were read as one this is, numbered as the reasons number them; that it was not read; nothing where a study holds one. */
export function partOfStudy({ sopInstanceUid }: Pick<ImageItem, 'sopInstanceUid'>, pieces: readonly WirePiece[]): string | undefined {
  const films = pieces.flatMap(({ place, unusedReason }) => (place.kind === 'image-region' ? [{ uid: place.pointer.sopInstanceUid, unusedReason }] : []));
  const read = films.filter(({ unusedReason }) => unusedReason === null);
  const at = read.findIndex(({ uid }) => uid === sopInstanceUid);
  if (at >= 0) return read.length < 2 ? undefined : `film ${String(at + 1)} of ${String(read.length)}, read as one`;
  return films.some(({ uid }) => uid === sopInstanceUid) ? 'not read' : undefined;
}
