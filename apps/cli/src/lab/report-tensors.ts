import { chestSample } from '@concord/generator';
import { instant, seededRng } from '@concord/core/kernel';
import type { ReportId, ReportValue, SourceId } from '@concord/core/clinical';
import { radiologyReport, readReport, REPORT_FEATURES, REPORT_TOKENS } from '@concord/modalities/radiology-report';
import type { NpzArray } from './npz.ts';

/** Severity that counts as a sick chest, and below which it is a well one; between them a report is in neither group. */
const SICK_FROM = 0.55;
const WELL_BELOW = 0.3;

/**
 * Reports of the project's own grammar, read by the report modality.
 * @returns `features` [n, 16, F], `mask` [n, 16], `severity` [n]: 1 sick, 0 well.
 */
export function reportTensors(count: number, seed: number): readonly NpzArray[] {
  const rng = seededRng(seed);
  const width = REPORT_FEATURES.length;
  const [features, mask, severity] = [new Float32Array(count * REPORT_TOKENS * width), new Uint8Array(count * REPORT_TOKENS), new Uint8Array(count)];
  for (let index = 0; index < count; index += 1) {
    const sick = index % 2;
    const drawn = sick === 1 ? SICK_FROM + (1 - SICK_FROM) * rng.next() : WELL_BELOW * rng.next();
    const { tensor } = aligned(chestSample({ severity: drawn, rng }).text);
    features.set(tensor.data, index * REPORT_TOKENS * width);
    mask.set(tensor.tokenMask, index * REPORT_TOKENS);
    severity[index] = sick;
  }
  return [
    { name: 'features', shape: [count, REPORT_TOKENS, width], data: features },
    { name: 'mask', shape: [count, REPORT_TOKENS], data: mask },
    { name: 'severity', shape: [count], data: severity },
  ];
}

function aligned(text: string): { readonly tensor: ReturnType<typeof radiologyReport.align> } {
  const value: ReportValue = { reportId: 'report' as ReportId, version: 1, status: 'final', code: '30746-2', text, derived: readReport(text) };
  const at = instant(0);
  return {
    tensor: radiologyReport.align(
      { kind: radiologyReport.kind, observations: [{ id: 'report', effectiveAt: at, availableAt: at, value, sourceId: 'grammar' as SourceId }] },
      at,
    ),
  };
}
