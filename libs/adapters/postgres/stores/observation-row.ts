import type { ObservationRecord } from '@concord/core/ports';
import { observationIdentifierPlace, textPlace } from '../places.ts';
import { asEncounterId, asModality, asOneOf, asPatientKey, asSha256, asSourceId, at, given } from '../rows.ts';
import type { Transaction } from '../transaction.ts';
import { openIdentifier } from './identifiers.ts';
import { openText } from './sealed-json.ts';

export interface ObservationRow {
  readonly id: string;
  readonly patient_key: string;
  readonly version: number;
  readonly modality: string | null;
  readonly code: string;
  readonly code_system: string;
  readonly number: number | null;
  readonly unit: string | null;
  readonly text: string | null;
  readonly text_sealed: Buffer | null;
  readonly sent_number: number | null;
  readonly sent_unit: string | null;
  readonly status: string;
  readonly effective_at: Date;
  readonly available_at: Date;
  readonly superseded_at: Date | null;
  readonly retracted_at: Date | null;
  readonly sent_at: Date | null;
  readonly sent_effective_at: Date | null;
  readonly device: string | null;
  readonly encounter_id: string | null;
  readonly identifier_sealed: Buffer | null;
  readonly source_id: string;
  readonly blob_sha256: Buffer;
}

export const OBSERVATION_COLUMNS = `o.id, o.patient_key, o.version, o.modality, o.code, o.code_system, o.number, o.unit, o.text, o.text_sealed, o.sent_number, o.sent_unit,
  o.status, o.effective_at, o.available_at, o.superseded_at, o.retracted_at, o.sent_at, o.sent_effective_at, o.device, o.encounter_id, o.identifier_sealed, o.source_id, o.blob_sha256`;

/** Reads the rows' patients once and counts each as handed out. */
export async function toObservations(tx: Transaction, rows: readonly ObservationRow[]): Promise<readonly ObservationRecord[]> {
  await tx.meet(rows.map(({ patient_key }) => patient_key));
  const records = [];
  for (const row of rows) records.push(await toObservation(tx, row));
  return records;
}

async function toObservation(tx: Transaction, row: ObservationRow): Promise<ObservationRecord> {
  const patientId = tx.handOut(asPatientKey(row.patient_key));
  const identifier = await openIdentifier(tx, patientId, { place: observationIdentifierPlace(row.id, row.version), sealed: row.identifier_sealed });
  const words = await openText(tx, patientId, { place: textPlace(row.id, row.version), sealed: row.text_sealed });
  return {
    id: row.id,
    patientId,
    version: row.version,
    code: row.code,
    codeSystem: row.code_system,
    status: asOneOf<ObservationRecord['status']>(row.status),
    effectiveAt: at(row.effective_at),
    availableAt: at(row.available_at),
    sourceId: asSourceId(row.source_id),
    blob: asSha256(row.blob_sha256),
    ...given({
      number: row.number,
      unit: row.unit,
      text: row.text ?? words,
      sentNumber: row.sent_number,
      sentUnit: row.sent_unit,
      device: row.device,
      identifier,
    }),
    ...given({
      modality: row.modality === null ? null : asModality(row.modality),
      supersededAt: row.superseded_at === null ? null : at(row.superseded_at),
      retractedAt: row.retracted_at === null ? null : at(row.retracted_at),
      sentAt: row.sent_at === null ? null : at(row.sent_at),
      sentEffectiveAt: row.sent_effective_at === null ? null : at(row.sent_effective_at),
      encounterId: row.encounter_id === null ? null : asEncounterId(row.encounter_id),
    }),
  };
}
