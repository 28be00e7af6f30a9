import { isUuid, type AssessmentId, type EncounterId, type PatientId, type ReportId, type RiskTaskId, type BundleId } from '@concord/core/clinical';

/** An id that no row has: what cannot be one of ours finds nothing, like any other id that is not there. */
export const NOBODY = '00000000-0000-0000-0000-000000000000';

export function uuidOf(text: string): string {
  return isUuid(text) ? text : NOBODY;
}

export const asPatientId = (text: string): PatientId => uuidOf(text) as PatientId;
export const asEncounterId = (text: string): EncounterId => uuidOf(text) as EncounterId;
export const asReportId = (text: string): ReportId => uuidOf(text) as ReportId;
export const asAssessmentId = (text: string): AssessmentId => uuidOf(text) as AssessmentId;
export const asTaskId = (text: string): RiskTaskId => text as RiskTaskId;
export const asBundleId = (text: string): BundleId => text as BundleId;
