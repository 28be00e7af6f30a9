import type { Banner } from '@concord/contracts';
import { ageYears } from '@concord/core/clinical';
import { toIso, type Instant } from '@concord/core/kernel';
import type { AccessScope, EncounterRecord, PatientRecord } from '@concord/core/ports';

export type WardNames = ReadonlyMap<string, string>;

const HERE = ['arrived', 'triaged', 'in-progress', 'onleave'];

/** Names of the wards by their ids. */
export async function wardNames(scope: AccessScope): Promise<WardNames> {
  return new Map((await scope.worklist.wards()).map(({ id, name }) => [id, name] as const));
}

/** The banner of one patient of a list after the other; the wards are asked for once. */
export async function bannersOf(scope: AccessScope): Promise<(patient: PatientRecord) => Promise<Banner>> {
  const wards = await wardNames(scope);
  return async (patient) => {
    const encounters = await scope.encounters.search({ patientId: patient.id }, { count: 20 });
    return bannerOf(patient, currentStay(encounters.items), wards, scope.now);
  };
}

/** The stay that the banner shows: the one that runs, else the newest. */
export function currentStay(encounters: readonly EncounterRecord[]): EncounterRecord | undefined {
  const newestFirst = [...encounters].filter(({ stay }) => stay.status !== 'entered-in-error').sort((a, b) => b.stay.start - a.stay.start);
  return newestFirst.find(({ stay }) => HERE.includes(stay.status)) ?? newestFirst[0];
}

/** Who the patient is and where they lie; names and numbers stand here and nowhere else on a page. */
export function bannerOf(patient: PatientRecord, encounter: EncounterRecord | undefined, wards: WardNames, now: Instant): Banner {
  return {
    patientId: patient.id,
    family: patient.family,
    given: [...patient.given],
    birthDate: patient.demographics.birthDate ?? null,
    ageYears: ageYears(patient.demographics, now) ?? null,
    sex: patient.demographics.sex,
    recordNumber: patient.identifiers[0]?.value ?? null,
    ...(encounter === undefined ? NOWHERE : placeOf(encounter, wards, now)),
    demoKind: patient.demoKind ?? null,
  };
}

type Place = Pick<Banner, 'wardId' | 'wardName' | 'bed' | 'admittedAt' | 'dischargedAt'>;

const NOWHERE: Place = { wardId: null, wardName: null, bed: null, admittedAt: null, dischargedAt: null };

function placeOf({ stay, locations }: EncounterRecord, wards: WardNames, now: Instant): Place {
  const here = locations.find(({ status, end }) => (status ?? 'active') === 'active' && (end === undefined || end > now));
  const wardId = here?.wardId ?? stay.wardId ?? null;
  return {
    wardId,
    wardName: wardId === null ? null : (wards.get(wardId) ?? wardId),
    bed: here?.bed ?? null,
    admittedAt: toIso(stay.start),
    dischargedAt: stay.end === undefined ? null : toIso(stay.end),
  };
}
