import type { AccessScope } from '@concord/core/ports';
import { writeConsent, writeEncounter, writeImagingStudy, writeObservation, writePatient, writeReport, type ServedType } from '@concord/interop/fhir';
import type { Shown } from './answers.ts';
import { asAssessmentId, asEncounterId, asPatientId, asReportId, uuidOf } from './ids.ts';
import { writeRisks } from './risk.ts';

/** One resource as it reads now, or as it read in a version. Undefined when it is not there, or not for this reader. */
export async function readOne(scope: AccessScope, type: ServedType, id: string, version?: number): Promise<Shown | undefined> {
  switch (type) {
    case 'Patient':
      return map(await scope.patients.read(asPatientId(id), version), writePatient);
    case 'Encounter':
      return map(await scope.encounters.read(asEncounterId(id), version), writeEncounter);
    case 'Observation':
      return map(await scope.observations.read(uuidOf(id), version), writeObservation);
    case 'DiagnosticReport':
      return map(await scope.reports.read(asReportId(id), version), writeReport);
    case 'ImagingStudy':
      return map((await scope.imaging.studies({ ids: [uuidOf(id)] }, { count: 1 })).items[0], writeImagingStudy);
    case 'Consent':
      return map(await scope.consents.read(uuidOf(id), version), writeConsent);
    case 'RiskAssessment': {
      const stored = await scope.assessments.read(asAssessmentId(id));
      return stored === undefined ? undefined : (await writeRisks(scope, [stored]))[0];
    }
  }
}

function map<R>(record: R | undefined, write: (record: R) => Shown): Shown | undefined {
  return record === undefined ? undefined : write(record);
}
