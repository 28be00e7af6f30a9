import { NEWS2_CODES, news2At, type News2, type Observation, type PatientTimeline, type Reading } from '@concord/core/clinical';
import type { ModalityKind } from '@concord/core/clinical';
import { LOINC, type Instant } from '@concord/core/kernel';
import type { ObservationRecord, PatientRecord } from '@concord/core/ports';

/** Codes that the newest readings are asked for: the seven parameters, scale 2 and pregnancy. */
export const NEWEST_CODES: readonly string[] = Object.values(NEWS2_CODES);

const LOCAL_SYSTEM = 'https://concord.example/fhir/CodeSystem/';

/** The form that a timeline holds: LOINC alone, our own with its system. */
function canonicalCode({ code, codeSystem }: ObservationRecord): string {
  return codeSystem === LOINC || code.includes('#') || !codeSystem.startsWith(LOCAL_SYSTEM) ? code : `${codeSystem}#${code}`;
}

/** NEWS2 at `now`, from the newest reading of each code: fresh or stale is decided when it is read. */
export function news2Now(patient: PatientRecord, readings: readonly ObservationRecord[], now: Instant): News2 {
  const vitals = 'vitals' as ModalityKind;
  const known: PatientTimeline = {
    patientId: patient.id,
    revision: 0,
    demographics: [{ id: patient.id, effectiveAt: 0 as Instant, availableAt: 0 as Instant, value: patient.demographics, sourceId: patient.sourceId }],
    stays: [],
    streams: new Map([[vitals, { kind: vitals, observations: readings.filter((one) => one.effectiveAt <= now).map(observationOf) }]]),
    withheld: [],
  };
  return news2At(known, now);
}

function observationOf(record: ObservationRecord): Observation<Reading> {
  const value: Reading = {
    code: canonicalCode(record),
    device: record.device ?? null,
    ...(record.number === undefined ? {} : { number: record.number }),
    ...(record.unit === undefined ? {} : { unit: record.unit }),
    ...(record.text === undefined ? {} : { text: record.text }),
  };
  return { id: record.id, effectiveAt: record.effectiveAt, availableAt: record.availableAt, value, sourceId: record.sourceId };
}
