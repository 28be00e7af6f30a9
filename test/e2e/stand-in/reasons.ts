import type { WireEvidence } from '@concord/contracts';

const HOUR = 3_600_000;
const iso = (at: number) => new Date(at).toISOString();

export const REPORT_ID = 'report-1';
export const SOP = '1.2.826.0.1.3680043.8.498.1';
export const REPORT_TEXT = [
  'FINDINGS: New patchy airspace opacity in the right lower zone. Heart size normal for projection. No pleural effusion. No pneumothorax. Healed fracture of the left sixth rib.',
  'IMPRESSION: Right lower zone opacity, infection not excluded. Suggest review with inflammatory markers.',
].join('\n\n');

export function placeInReport(part: string): { readonly start: number; readonly end: number } {
  const start = REPORT_TEXT.indexOf(part);
  return { start, end: start + part.length };
}

/** Eight reasons: signal, image, report and what they say only together. */
export function evidenceAt(now: number): WireEvidence[] {
  const signal = (id: string, [code, from, to]: readonly [string, number, number], text: string, contribution: number): WireEvidence => ({
    id,
    modality: 'vitals',
    kind: 'signal-window',
    contribution,
    text,
    pointer: { code, device: null, from: iso(now - from * HOUR), to: iso(now - to * HOUR) },
  });
  const span = (id: string, part: string, text: string, contribution: number): WireEvidence => ({
    id,
    modality: 'radiology-report',
    kind: 'report-span',
    contribution,
    text,
    pointer: { reportId: REPORT_ID, version: 1, ...placeInReport(part) },
  });
  const joint = (id: string, modality: string, text: string, contribution: number): WireEvidence => ({
    id,
    modality,
    kind: 'joint',
    contribution,
    text,
    pointer: null,
  });
  return [
    signal('e1', ['9279-1', 6, 0.05], 'Respiration rising, 17 to 22', 0.74),
    signal('e2', ['2708-6', 6, 4.9], 'SpO₂ falling on air, 97 to 94 %', 0.46),
    {
      id: 'e3',
      modality: 'chest-imaging',
      kind: 'image-region',
      contribution: 0.41,
      text: 'Opacity, right lower zone',
      pointer: { sopInstanceUid: SOP, frame: 1, box: [96, 284, 130, 102] },
      faithfulness: { change: 0.018, elsewhere: 0.001, regions: 40, holds: true },
    },
    span('e4', 'New patchy airspace opacity in the right lower zone.', '“New patchy airspace opacity”', 0.33),
    span('e5', 'No pleural effusion.', '“No pleural effusion”', -0.12),
    joint('e6', 'radiology-report', 'Report, parts together', 0.1),
    signal('e7', ['8480-6', 6, 0.2], 'Systolic steady, 118 mmHg', -0.09),
    joint('e8', 'vitals', 'Vitals, parts together', 0.08),
  ];
}
