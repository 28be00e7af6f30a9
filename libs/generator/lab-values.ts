import type { Rng } from '@concord/core/ports';

/** One analyte of an invented patient, in the canonical unit of the labs modality. */
export interface LabValue {
  /** LOINC */
  readonly code: string;
  readonly value: number;
}

/** LOINC, centre and spread in the well, and what the very sick have on top; textbook reference ranges, no patient. */
const PANEL: readonly (readonly [code: string, centre: number, spread: number, sick: number, decimals: number])[] = [
  ['2524-7', 1.2, 0.35, 2.6, 2],
  ['2160-0', 0.9, 0.2, 1.1, 2],
  ['3094-0', 15, 4, 24, 1],
  ['6690-2', 7.5, 1.8, 7, 2],
  ['777-3', 240, 55, -90, 0],
  ['718-7', 13.2, 1.3, -2.4, 1],
  ['2951-2', 139, 2.5, -2, 0],
  ['2823-3', 4.1, 0.35, 0.4, 2],
  ['1963-8', 25, 2, -5, 1],
  ['2345-7', 110, 18, 45, 0],
  ['1975-2', 0.7, 0.25, 0.9, 2],
  ['2744-1', 7.4, 0.025, -0.08, 3],
];

/** One draw of a routine panel. @param severity 0 well to 1 very sick. */
export function labValues({ severity, rng }: { readonly severity: number; readonly rng: Rng }): readonly LabValue[] {
  return PANEL.map(([code, centre, spread, sick, decimals]) => {
    const drawn = centre + spread * (rng.next() + rng.next() + rng.next() - 1.5) * 2 + sick * severity;
    return { code, value: Math.max(0, Math.round(drawn * 10 ** decimals) / 10 ** decimals) };
  });
}
