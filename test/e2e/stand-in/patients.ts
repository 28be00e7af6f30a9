import { NO_NUMBERS, type PatientPage, type WireAssessment, type WireEvidence, type WireNews2, type Worklist } from '@concord/contracts';
import { BED_OF_DEVICES, concordanceAt, devicesAt } from './devices.ts';
import { questionsAt } from './questions.ts';
import { evidenceAt } from './reasons.ts';
import { SKETCHES, type Sketch } from './sketches.ts';

/** Answers as the contracts have them, for pages whose state the running system cannot be asked to show. All invented. */
const HOUR = 3_600_000;
const MINUTE = 60_000;
export const TASK = 'physiological-decline-24h';
type Row = Worklist['rows'][number];
type Banner = Row['banner'];

const iso = (at: number) => new Date(at).toISOString();
export const idOf = (bed: string) => `00000000-0000-4000-9000-0000000000${bed.slice(2)}`;

function banner(sketch: Sketch, now: number): Banner {
  return {
    patientId: idOf(sketch.bed),
    family: sketch.family,
    given: [sketch.given],
    birthDate: sketch.born,
    ageYears: sketch.age,
    sex: sketch.sex,
    recordNumber: sketch.record,
    wardId: 'ward-a',
    wardName: 'Ward A',
    bed: sketch.bed,
    admittedAt: iso(now - 70 * HOUR),
    dischargedAt: null,
    // One bed as on a real ward: what was not checked there stays out of sight.
    demoKind: sketch.bed === 'A-08' ? null : sketch.level === 'assembled' ? 'assembled' : 'synthetic',
  };
}

const PARAMETERS = ['respiration', 'spo2', 'oxygen', 'systolic', 'pulse', 'consciousness', 'temperature'] as const;

const AGE_MIN: Readonly<Record<string, number>> = { temperature: 200, systolic: 12 };

function bandOf(total: number | null): WireNews2['band'] {
  if (total === null) return null;
  return total >= 7 ? 'emergency' : total >= 5 ? 'urgent' : 'low';
}

function news2(sketch: Sketch, now: number): WireNews2 {
  let left = sketch.news2;
  const parts = PARAMETERS.map((parameter, index) => {
    const fresh = index < sketch.measured;
    const points = fresh ? Math.min(left, index === 0 || index === 1 ? 3 : 2) : 0;
    left -= points;
    const age = AGE_MIN[parameter] ?? sketch.vitalsMin;
    return {
      parameter,
      state: fresh ? ('fresh' as const) : sketch.vitalsMin > 240 ? ('stale' as const) : ('missing' as const),
      points: fresh ? points : null,
      effectiveAt: fresh || sketch.vitalsMin > 240 ? iso(now - age * MINUTE) : null,
    };
  });
  const complete = sketch.measured === 7;
  const total = complete ? sketch.news2 : null;
  const band = bandOf(total);
  return { total, atLeast: sketch.news2, measured: sketch.measured, of: 7, band, singleThree: parts.some((part) => part.points === 3), applies: true, parts };
}

function trend(sketch: Sketch, now: number): Row['trend'] {
  const end = sketch.chance ?? 0.18;
  const change = sketch.change ?? 0.03;
  const silent = sketch.chance === null ? (sketch.reason === 'outside-population' && sketch.age >= 18 ? 3 : sketch.reason === 'stale-inputs' ? 5 : 25) : 0;
  const points = Array.from({ length: 25 }, (_, i) => 24 - i).map((hoursAgo) => {
    const lift = change * Math.max(0, 1 - hoursAgo / 9);
    const wave = 0.006 * Math.sin(hoursAgo * 1.7);
    return { asOf: iso(now - hoursAgo * HOUR), probability: hoursAgo <= silent ? null : Math.max(0.002, Math.round((end - change + lift + wave) * 1e4) / 1e4) };
  });
  return {
    change6h: sketch.change,
    points: sketch.chance === null ? points : [...points.slice(0, -1), { asOf: iso(now - MINUTE), probability: sketch.chance }],
  };
}

/** As the pipeline makes it: what each pair says together, where the doubt comes from, what is awaited, in sentences. */
function explanation(absent: readonly string[], probability: number, reasons: readonly WireEvidence[]): WireAssessment['explanation'] {
  const [first] = reasons;
  const percent = Math.round(probability * 100);
  return {
    interactions: absent.length === 0 ? [{ modalities: ['vitals', 'chest-imaging'], value: 0.21 }] : [],
    uncertainty: { data: 0.42, model: 0.011, conflict: 0.034, missing: absent.length === 0 ? null : 0.028 },
    awaited: absent.map((modality) => ({ modality, state: 'absent' as const, expectedChange: 0.062, widerBy: 0.018 })),
    rationale: `The score is ${percent} % (interval ${Math.max(0, percent - 10)} % to ${percent + 11} %).${first === undefined ? '' : ` It is raised most by: ${first.text} (${first.modality.replaceAll('-', ' ')}).`}`,
  };
}

function assessment(sketch: Sketch, now: number, task: string, share: number): WireAssessment {
  const asOf = sketch.reason === 'stale-inputs' ? now - 20 * MINUTE : now - MINUTE;
  const by = (state: Sketch['inputs'][number]) => ['vitals', 'radiology-report', 'chest-imaging'].filter((_, index) => sketch.inputs[index] === state);
  const modalities = { used: by('used'), stale: by('stale'), absent: by('absent'), withheld: by('withheld'), unused: by('unused') };
  const common = {
    id: `${idOf(sketch.bed)}-${task}`,
    patientId: idOf(sketch.bed),
    task,
    asOf: iso(asOf),
    bundle: '2026.11-b1',
    status: 'preliminary' as const,
    modalities,
    unusedReasons: [],
    news2: news2(sketch, now),
  };
  if (sketch.chance === null) {
    return {
      ...common,
      ...NO_NUMBERS,
      reason: sketch.reason ?? null,
      reasonText: sketch.reasonText ?? null,
    };
  }
  const probability = Math.round(sketch.chance * share * 1e4) / 1e4;
  const full = sketch.inputs.every((state) => state === 'used');
  const reasons = full
    ? evidenceAt(now)
    : evidenceAt(now)
        .filter((item) => item.modality === 'vitals')
        .slice(sketch.chance > 0.15 ? 0 : 2);
  const sum = reasons.reduce((total, item) => total + item.contribution, 0);
  const share3 = (modality: string) => reasons.filter((item) => item.modality === modality).reduce((total, item) => total + item.contribution, 0);
  return {
    ...common,
    outcome: 'scored',
    reason: null,
    reasonText: null,
    probability,
    explanation: explanation(modalities.absent, probability, reasons),
    interval: [Math.max(0.001, probability - 0.1), Math.min(0.99, probability + 0.11)],
    baselineLogit: -2.71,
    logit: -2.71 + sum,
    calibrationId: `cal-${task}-${modalities.used.join('+')}`,
    pattern: modalities.used,
    evidenceLevel: sketch.level,
    tier: probability >= 0.3 ? 'high' : probability >= 0.12 ? 'raised' : 'usual',
    shapley: modalities.used.map((modality) => ({ modality, value: share3(modality) })),
    evidence: reasons,
    evidenceVersion: full ? 2 : 1,
  };
}

function inputs(sketch: Sketch, now: number): Row['inputs'] {
  const ages = [sketch.vitalsMin * MINUTE, 4.4 * HOUR, 4.7 * HOUR];
  return ['vitals', 'radiology-report', 'chest-imaging'].map((modality, index) => {
    const state = sketch.inputs[index] ?? 'absent';
    const old = state === 'stale' && index > 0 ? 31 * HOUR : (ages[index] ?? 0);
    return { modality, state, newestAt: state === 'absent' || state === 'withheld' ? null : iso(now - old) };
  });
}

export function rowsAt(now: number): Worklist['rows'] {
  return SKETCHES.map((sketch) => ({
    banner: banner(sketch, now),
    news2: news2(sketch, now),
    assessments: [
      assessment(sketch, now, 'physiological-decline-6h', 0.35),
      assessment(sketch, now, 'physiological-decline-12h', 0.6),
      assessment(sketch, now, TASK, 1),
    ],
    trend: trend(sketch, now),
    inputs: inputs(sketch, now),
    needsSomeoneNow: sketch.news2 >= 7 || (sketch.chance ?? 0) >= 0.3,
  }));
}

export function pageAt(id: string, now: number, ended = false): PatientPage | null {
  const row = rowsAt(now).find((one) => one.banner.patientId === id);
  if (!row) return null;
  const { banner, news2, assessments, trend, inputs } = row;
  const hasDevices = banner.bed === BED_OF_DEVICES;
  const beside = hasDevices ? { concordance: concordanceAt(now), devices: devicesAt(now, ended) } : { concordance: null, devices: [] };
  const page: PatientPage = { generatedAt: iso(now), banner, news2, assessments, questions: [], trend, inputs, ...beside };
  return { ...page, questions: questionsAt(banner.bed ?? '', page, now) };
}

export function hasModality(page: PatientPage, modality: string): boolean {
  return page.inputs.some((input) => input.modality === modality && input.state !== 'absent' && input.state !== 'withheld');
}
