import { instant, seededRng, type Instant } from '@concord/core/kernel';
import { chestSample, type ChestSample } from './chest-sample.ts';
import type { CastLine } from './demo-line.ts';
import { WARD_A } from './demo-ward-a.ts';
import { WARD_B } from './demo-ward-b.ts';
import { severityAt, USUAL_TURN, type LatentPlan } from './latent-state.ts';
import type { PhantomFinding } from './phantom-findings.ts';
import { readingsBetween, type GeneratedReading, type MonitoredPatient, type Monitoring } from './vitals-readings.ts';

/** Assigning authority of the demo's record numbers. */
export const DEMO_AUTHORITY = 'urn:concord:demo:mrn';

export interface DemoReport {
  /** Natural key under `urn:concord:demo:report`. */
  readonly identifier: string;
  readonly issuedAt: Instant;
  readonly status: 'final' | 'preliminary';
  readonly text: string;
}

export interface DemoImage {
  readonly accession: string;
  readonly studyInstanceUid: string;
  readonly seriesInstanceUid: string;
  readonly sopInstanceUid: string;
  readonly takenAt: Instant;
  /** Seed of the phantom's anatomy and noise. */
  readonly seed: number;
  /** Seed that the films of one study share; its own where it stands alone. */
  readonly studySeed?: number;
  readonly findings: readonly PhantomFinding[];
}

/** A synthetic patient with a known hidden state. */
export interface DemoPatient extends MonitoredPatient {
  /** Stable name of the line in the cast: `a-01`. */
  readonly key: string;
  /** Record number under `DEMO_AUTHORITY`. */
  readonly mrn: string;
  readonly family: string;
  readonly given: readonly string[];
  readonly sex: 'female' | 'male';
  readonly birthDate: string;
  readonly wardId: 'ward-a' | 'ward-b';
  readonly bed: string;
  readonly special: CastLine['special'];
  readonly reports: readonly DemoReport[];
  readonly images: readonly DemoImage[];
}

export interface CastWish {
  readonly seed: number;
  /** When the demo begins. Keep it and pass it again after a restart: every course hangs on it. */
  readonly anchor: Instant;
}

/** The patients of the demo, in order of bed. The same wish gives the same patients, to the byte. */
export function demoCast({ seed, anchor }: CastWish): readonly DemoPatient[] {
  return [...WARD_A, ...WARD_B].map((line, index) => patientOf(line, { seed: seed * 1000 + index, anchor, number: index }));
}

/** Signs of a patient with `from` < time ≤ `to`: what a seed writes of the past, and what a living demo adds. */
export function demoReadings(patient: DemoPatient, from: Instant, to: Instant): readonly GeneratedReading[] {
  return readingsBetween(patient, from, to);
}

interface Place {
  readonly seed: number;
  readonly anchor: Instant;
  readonly number: number;
}

function patientOf(line: CastLine, place: Place): DemoPatient {
  const plan: LatentPlan = {
    seed: place.seed,
    condition: line.condition,
    course: line.course,
    rest: line.severity[0],
    peak: line.severity[1],
    turn: line.turn ?? USUAL_TURN[line.course],
    anchor: place.anchor,
  };
  return {
    key: line.bed.toLowerCase(),
    mrn: `CD-${String(410_207 + place.number * 137)}`,
    family: line.family,
    given: [line.given],
    sex: line.sex,
    birthDate: line.special === 'under-age' ? fifteenYearsBefore(place.anchor) : line.birthDate,
    wardId: line.bed.startsWith('A') ? 'ward-a' : 'ward-b',
    bed: line.bed,
    special: line.special,
    admittedAt: hoursAfter(place.anchor, line.admittedHours),
    plan,
    monitoring: monitoringOf(line, place.anchor),
    ...chestOf(line, plan, place),
  };
}

function fifteenYearsBefore(anchor: Instant): string {
  return `${String(new Date(anchor).getUTCFullYear() - 15)}-01-19`;
}

/** Too little: one round of signs before the demo begins. */
const FEW_ROUNDS_FROM_HOURS = -5;
/** Stale: nothing is measured in the last hours, and nothing comes. */
const SILENT_SINCE_HOURS = -9;

function monitoringOf(line: CastLine, anchor: Instant): Monitoring {
  const everyMinutes = line.everyMinutes ?? 5;
  const has = (kind: 'monitor' | 'wearable'): boolean => line.measuredBy === kind || line.measuredBy === 'both';
  return {
    ...(has('monitor') ? { monitor: { device: `monitor-${line.bed.toLowerCase()}`, everyMinutes } } : {}),
    ...(has('wearable') ? { wearable: { device: `wearable-${line.bed.toLowerCase()}`, everyMinutes: 5 } } : {}),
    rounds: line.rounds,
    roundHours: line.roundHours ?? 4,
    ...(line.special === 'stale' ? { until: hoursAfter(anchor, SILENT_SINCE_HOURS) } : {}),
    ...(line.special === 'too-little' ? { from: hoursAfter(anchor, FEW_ROUNDS_FROM_HOURS) } : {}),
    ...(line.special === 'scale-2' ? { scale2: true } : {}),
  };
}

function chestOf(line: CastLine, plan: LatentPlan, { seed, anchor, number }: Place): Pick<DemoPatient, 'reports' | 'images'> {
  if (line.filmHours === undefined) return { reports: [], images: [] };
  const takenAt = hoursAfter(anchor, line.filmHours);
  const shown = filmOf(line, severityAt(plan, takenAt), seed);
  const written = line.special === 'conflict' ? clearReport(seed) : shown;
  const image: DemoImage = { accession: `ACC${String(52_310 + number * 41)}`, ...uidsOf(seed), takenAt, seed, findings: shown.findings };
  const report: DemoReport = {
    identifier: `R${String(88_120 + number * 53)}`,
    issuedAt: hoursAfter(takenAt, 0.6),
    status: line.reported ?? 'final',
    text: written.text,
  };
  return { reports: line.only === 'film' ? [] : [report], images: line.only === 'report' ? [] : [image] };
}

/** The conflict needs a film with something plain to see; others show what their severity brings. */
function filmOf(line: CastLine, severity: number, seed: number): ChestSample {
  const rng = seededRng(`film ${String(seed)}`);
  const sample = chestSample({ severity: line.special === 'conflict' ? 0.9 : severity, condition: line.condition, view: 'AP', rng });
  if (line.special !== 'conflict') return sample;
  const plain: readonly PhantomFinding[] = [
    { kind: 'opacity', side: 'right', zone: 'lower', size: 0.12, density: 0.85 },
    { kind: 'effusion', side: 'right', volume: 0.5 },
  ];
  return { ...sample, findings: plain };
}

/** A report that sees nothing: the other half of the conflict. */
function clearReport(seed: number): ChestSample {
  const text = [
    'CHEST RADIOGRAPH, PORTABLE AP.',
    'Indication: Fever and productive cough.',
    'Comparison: None available.',
    'Findings: Both lungs are clear. No pleural effusion is seen. No pneumothorax. The heart size is within normal limits.',
    'Impression: No acute cardiopulmonary abnormality.',
  ].join('\n');
  return { ...chestSample({ severity: 0, condition: 'pneumonia', rng: seededRng(`clear ${String(seed)}`) }), text };
}

/** UIDs under 2.25 (a UUID as a number), from the seed alone. */
function uidsOf(seed: number): Pick<DemoImage, 'studyInstanceUid' | 'seriesInstanceUid' | 'sopInstanceUid'> {
  const rng = seededRng(`uid ${String(seed)}`);
  const uid = (): string => `2.25.1${Array.from({ length: 36 }, () => Math.floor(rng.next() * 10)).join('')}`;
  return { studyInstanceUid: uid(), seriesInstanceUid: uid(), sopInstanceUid: uid() };
}

function hoursAfter(moment: Instant, hours: number): Instant {
  return instant(moment + Math.round(hours * 3_600_000));
}
