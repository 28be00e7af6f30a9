import type { Brand } from '../kernel/index.ts';

/** The FHIR logical id of a Patient here: a random UUID, never an identifier of the hospital. */
export type PatientId = Brand<string, 'PatientId'>;
export type EncounterId = Brand<string, 'EncounterId'>;
export type ReportId = Brand<string, 'ReportId'>;
export type AssessmentId = Brand<string, 'AssessmentId'>;
/** Who sent it: an OAuth client, an AE title, an MLLP peer. */
export type SourceId = Brand<string, 'SourceId'>;
/** `Location` id of a ward, for example `ward-a`. */
export type WardId = Brand<string, 'WardId'>;
/** A folder name under `infra/models/`. */
export type BundleId = Brand<string, 'BundleId'>;
/** Open on purpose: core lists no modality. `vitals`, `labs`, `radiology-report`, `chest-imaging` are registered elsewhere. */
export type ModalityKind = Brand<string, 'ModalityKind'>;
/** `physiological-decline-24h` and its like; the registry of tasks lists them. */
export type RiskTaskId = Brand<string, 'RiskTaskId'>;
/** Lower-case hex SHA-256 of bytes kept as a blob. */
export type Sha256 = Brand<string, 'Sha256'>;

/** A value issued by an authority. Two patients are never one because their names agree. */
export interface Identifier {
  /** The assigning authority, a URI: `urn:concord:demo:mrn`. */
  readonly system: string;
  readonly value: string;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export function isUuid(text: string): boolean {
  return UUID.test(text);
}
