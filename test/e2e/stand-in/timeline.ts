import type { Lane, PatientPage, ReportView, Timeline } from '@concord/contracts';
import { hasModality } from './patients.ts';
import { REPORT_ID, REPORT_TEXT, SOP, placeInReport } from './reasons.ts';

const HOUR = 3_600_000;
const MINUTE = 60_000;
const iso = (at: number) => new Date(at).toISOString();

interface Signal {
  readonly code: string;
  readonly label: string;
  readonly unit: string;
  readonly range: readonly [number, number];
  readonly threshold: number;
  readonly base: number;
  readonly end: number;
  readonly noise: number;
  readonly everyMin: number;
  readonly points: number;
}

const SIGNALS: readonly Signal[] = [
  { code: '9279-1', label: 'Respiration', unit: '/min', range: [8, 30], threshold: 20, base: 17, end: 22, noise: 1, everyMin: 5, points: 2 },
  { code: '2708-6', label: 'SpO₂', unit: '%', range: [86, 100], threshold: 96, base: 97, end: 95, noise: 0.6, everyMin: 5, points: 1 },
  { code: '8867-4', label: 'Heart rate', unit: '/min', range: [40, 140], threshold: 90, base: 80, end: 98, noise: 3, everyMin: 5, points: 1 },
  { code: '8480-6', label: 'Systolic', unit: 'mm[Hg]', range: [80, 180], threshold: 110, base: 124, end: 118, noise: 3, everyMin: 30, points: 0 },
  { code: '8310-5', label: 'Temp.', unit: 'Cel', range: [35, 40], threshold: 38, base: 37.2, end: 37.8, noise: 0.1, everyMin: 240, points: 0 },
];

function lane(signal: Signal, now: number, newestMin: number): Lane {
  const points: Lane['points'] = [];
  for (let minutes = 24 * 60; minutes >= newestMin; minutes -= signal.everyMin) {
    const dense = signal.everyMin === 5;
    if (dense && minutes > 810 && minutes < 870) continue;
    const rise = Math.max(0, 1 - minutes / 360);
    const wave = Math.sin(minutes * 0.11) + Math.sin(minutes * 0.37 + signal.base);
    const mean = signal.base + (signal.end - signal.base) * rise + wave * 0.5 * signal.noise;
    points.push({ at: iso(now - minutes * MINUTE), mean, min: mean, max: mean, text: null, device: null });
  }
  const last = points.at(-1);
  const latest = last ? { value: last.mean, text: null, at: last.at, points: signal.points, stale: newestMin > 240 } : null;
  return { code: signal.code, label: signal.label, unit: signal.unit, latest, threshold: signal.threshold, range: [...signal.range], points };
}

function coded(now: number): Lane[] {
  const at = (hours: number) => iso(now - hours * HOUR);
  const point = (hours: number, mean: number | null, text: string | null) => ({ at: at(hours), mean, min: mean, max: mean, text, device: null });
  return [
    {
      code: '3151-8',
      label: 'Oxygen',
      unit: 'L/min',
      threshold: null,
      range: [0, 15],
      latest: { value: 2, text: null, at: at(0.1), points: 2, stale: false },
      points: [24, 20, 16, 12, 8].map((hours) => point(hours, 0, null)).concat([4.8, 2, 0.1].map((hours) => point(hours, 2, null))),
    },
    {
      code: '80288-4',
      label: 'ACVPU',
      unit: '1',
      threshold: null,
      range: [0, 1],
      latest: { value: null, text: 'A', at: at(0.9), points: 0, stale: false },
      points: [23, 19, 15, 11, 7, 3.4, 0.9].map((hours) => point(hours, null, 'A')),
    },
  ];
}

export function timelineAt(page: PatientPage, now: number): Timeline {
  const vitals = page.inputs.find((input) => input.modality === 'vitals');
  const newestMin = vitals?.newestAt ? (now - Date.parse(vitals.newestAt)) / MINUTE : 1;
  return {
    patientId: page.banner.patientId,
    from: iso(now - 24 * HOUR),
    to: iso(now),
    stepMs: 5 * MINUTE,
    lanes: [...SIGNALS.map((signal) => lane(signal, now, Math.max(newestMin, signal.everyMin === 240 ? 200 : 1))), ...coded(now)],
    reports: hasModality(page, 'radiology-report')
      ? [{ reportId: REPORT_ID, version: 1, status: 'final', title: 'Chest AP', issued: iso(now - 4.4 * HOUR), availableAt: iso(now - 4.4 * HOUR), used: true }]
      : [],
    images: hasModality(page, 'chest-imaging')
      ? [
          {
            studyInstanceUid: '1.2.3',
            seriesInstanceUid: '1.2.3.4',
            sopInstanceUid: SOP,
            modality: 'DX',
            viewPosition: 'AP',
            at: iso(now - 4.7 * HOUR),
            rows: 480,
            columns: 512,
            unusedReason: null,
            caution: null,
          },
        ]
      : [],
    clocks: [
      { device: 'monitor-2', state: 'right', aheadSeconds: 1, uncertaintySeconds: 10 },
      { device: 'band-7', state: 'corrected', aheadSeconds: -3600, uncertaintySeconds: 14 },
    ],
    scores: page.trend.points.map((point, index) => ({
      id: `s${String(index)}`,
      asOf: point.asOf,
      probability: point.probability,
      reason: point.probability === null ? 'stale-inputs' : null,
    })),
  };
}

export function reportAt(now: number): ReportView {
  const heads = REPORT_TEXT.indexOf('IMPRESSION');
  const says = (part: string, finding: string, assertion: ReportView['assertions'][number]['assertion']) => ({ ...placeInReport(part), finding, assertion });
  return {
    reportId: REPORT_ID,
    version: 1,
    status: 'final',
    title: 'Chest AP',
    issued: iso(now - 4.4 * HOUR),
    text: REPORT_TEXT,
    sections: [
      { name: 'FINDINGS', start: 'FINDINGS: '.length, end: heads },
      { name: 'IMPRESSION', start: heads + 'IMPRESSION: '.length, end: REPORT_TEXT.length },
    ],
    sentences: [],
    assertions: [
      says('New patchy airspace opacity in the right lower zone.', 'opacity', 'present'),
      says('No pleural effusion.', 'effusion', 'absent'),
      says('No pneumothorax.', 'pneumothorax', 'absent'),
      says('Healed fracture of the left sixth rib.', 'fracture', 'historical'),
      says('infection not excluded', 'infection', 'possible'),
    ],
    versions: [{ version: 1, status: 'final', availableAt: iso(now - 4.4 * HOUR) }],
  };
}
