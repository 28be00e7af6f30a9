import { randomUUID } from 'node:crypto';
import type { ModalityKind, PatientId, SourceId, WardId } from '@concord/core/clinical';
import { hours, minus, probability, type Instant } from '@concord/core/kernel';
import type { AccessScope } from '@concord/core/ports';
import type { Database } from '@concord/adapters/postgres';
import { startEdge, type EdgeOptions, type RunningEdge } from './edge.ts';
import { sessionParts } from './memory-sessions.ts';
import { asks, person, WORKER } from './people.ts';
import { assessment, image, report } from './records.ts';
import { ago, allowed, newPatient, pulse, VITALS, writes, type TestStores } from './stores.ts';

/** One patient with one thing of every kind, each of whose texts holds the patient's own canary. */
export interface Person {
  readonly id: PatientId;
  readonly encounterId: string;
  readonly observationId: string;
  readonly reportId: string;
  readonly studyId: string;
  readonly studyUid: string;
  readonly seriesUid: string;
  readonly sopUid: string;
  readonly assessmentId: string;
  /** Stands in the name, the report, the evidence and the device; in nothing of another patient. */
  readonly canary: string;
}

/** Where the patient lies, or lay. */
export type Place =
  { readonly kind: 'nowhere' } | { readonly kind: 'ward'; readonly ward: string } | { readonly kind: 'left'; readonly ward: string; readonly hoursAgo: number };

const REPORT = 'radiology-report' as ModalityKind;

/** Makes a patient of the integration engine with a stay, a pulse, a report, a film of `studyHoursAgo`, and a score that rests on all. */
export async function makePerson(stores: TestStores, place: Place, studyHoursAgo = 24 * 40): Promise<Person> {
  const canary = `Zz${randomUUID().slice(0, 8)}`;
  const made = await writes(stores.api, (scope) => tell(scope, canary, place, minus(ago(0), hours(studyHoursAgo))));
  return { ...made, canary, assessmentId: await score(stores, made.id, made.reportId, canary) };
}

async function tell(scope: AccessScope, canary: string, place: Place, filmed: Instant): Promise<Omit<Person, 'canary' | 'assessmentId'>> {
  const { id } = await scope.patients.create(newPatient(canary, { family: canary }));
  const { id: encounterId } = await scope.encounters.put({
    patientId: id,
    identifiers: [{ system: 'urn:concord:demo:visit', value: `v-${canary}` }],
    ...stayOf(place),
    sourceId: 'integrator' as SourceId,
  });
  const [observation] = await scope.observations.putAll([pulse(id, 77, ago(5), { device: `dev-${canary}` })]);
  const { id: reportId } = await scope.reports.put(report(id, `Opacity ${canary}.`));
  const number = String(BigInt(`0x${canary.slice(2)}`));
  const film = image(id, number, { effectiveAt: filmed });
  await scope.imaging.put({ ...film, blob: await scope.blobs.put(Buffer.from(`film ${canary}`), id) });
  const { items } = await scope.imaging.studies({ patientId: id }, { count: 1 });
  const { studyInstanceUid: studyUid, seriesInstanceUid: seriesUid, sopInstanceUid: sopUid } = film.header;
  return { id, encounterId, observationId: observation?.id ?? '', reportId, studyId: items[0]?.id ?? '', studyUid, seriesUid, sopUid };
}

function stayOf(place: Place) {
  const start = ago(60 * 24 * 10);
  if (place.kind === 'nowhere') return { stay: { status: 'finished', class: 'AMB', start, end: start }, locations: [] } as const;
  const wardId = place.ward as WardId;
  if (place.kind === 'ward')
    return { stay: { status: 'in-progress', class: 'IMP', start }, locations: [{ wardId, bed: '1', start, status: 'active' }] } as const;
  const end = minus(ago(0), hours(place.hoursAgo));
  return { stay: { status: 'finished', class: 'IMP', start, end }, locations: [{ wardId, start, end, status: 'completed' }] } as const;
}

async function score(stores: TestStores, patientId: PatientId, reportId: string, canary: string): Promise<string> {
  const job = asks(WORKER, { action: 'execute', resource: 'RiskAssessment', patientId, unit: 'job' });
  const base = assessment(patientId, 1);
  const reasons = [
    {
      id: 'e1',
      modality: VITALS,
      kind: 'signal-window',
      contribution: 0.5,
      pointer: { code: '8867-4', device: null, from: ago(60), to: ago(0) },
      text: `Pulse ${canary}`,
    },
    { id: 'e2', modality: REPORT, kind: 'report-span', contribution: 0.25, pointer: { reportId, version: 1, start: 0, end: 7 }, text: `Opacity ${canary}` },
    { id: 'e3', modality: REPORT, kind: 'joint', contribution: 0.0154321, pointer: null, text: 'parts together' },
  ] as const;
  const outcome = {
    kind: 'scored',
    score: {
      probability: probability(0.1234),
      interval: [probability(0.05), probability(0.2)],
      logit: -1.2345679,
      baselineLogit: -2,
      calibrationId: 'cal-1',
      evidenceLevel: 'assembled',
      pattern: [VITALS, REPORT],
      shapley: [
        { modality: VITALS, value: 0.5 },
        { modality: REPORT, value: 0.2654321 },
      ],
    },
    evidence: reasons,
  } as unknown as typeof base.outcome;
  const whole = { ...base, outcome, modalities: { ...base.modalities, used: [VITALS, REPORT] } };
  return allowed(await stores.worker.withAccess(job, (scope) => scope.assessments.save(whole))) ?? '';
}

/** Links the demo's patient account to this patient, or names a member of staff in the patient's care team until `end`. */
export async function relate(
  stores: TestStores,
  patientId: PatientId,
  how: { readonly own?: true; readonly team?: string; readonly end?: Instant },
): Promise<void> {
  await writes(stores.api, async (scope) => {
    await scope.patients.matchId(patientId);
    if (how.own === true) await scope.care.linkAccount({ patientId, issuer: 'concord', subject: person('patient').subject });
    const members = [{ issuer: 'concord', subject: how.team ?? '' }];
    if (how.team !== undefined)
      await scope.care.setTeam({ patientId, name: 'team', members, start: ago(600), ...(how.end === undefined ? {} : { end: how.end }) });
  });
}

/** The real edge over one of these databases. */
export function edgeOver(database: Database, more: Pick<EdgeOptions, 'tokenLife'> = {}): Promise<RunningEdge> {
  return startEdge({
    ...more,
    backend: () =>
      Promise.resolve({
        ...sessionParts(),
        withAccess: database.withAccess,
        ready: () => database.ready(),
        record: database.record,
        close: () => Promise.resolve(),
      }),
  });
}

const ACT_REASON = 'http://terminology.hl7.org/CodeSystem/v3-ActReason';

/** A consent that permits all but what the exceptions refuse; with `base` `deny` the other way round. */
export function consentOf(
  patientId: string,
  exceptions: readonly { readonly classes?: readonly string[]; readonly uses?: readonly string[] }[],
  base: 'permit' | 'deny' = 'permit',
): object {
  return {
    resourceType: 'Consent',
    status: 'active',
    scope: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/consentscope', code: 'patient-privacy' }] },
    category: [{ coding: [{ system: 'http://loinc.org', code: '59284-0' }] }],
    patient: { reference: `Patient/${patientId}` },
    dateTime: new Date().toISOString(),
    provision: {
      type: base,
      provision: exceptions.map(({ classes = [], uses = [] }) => ({
        type: base === 'permit' ? 'deny' : 'permit',
        ...(classes.length === 0 ? {} : { class: classes.map((code) => ({ system: 'https://concord.example/fhir/CodeSystem/data-class', code })) }),
        ...(uses.length === 0
          ? {}
          : { purpose: uses.map((code) => ({ system: code === 'SCORE' ? 'https://concord.example/fhir/CodeSystem/use' : ACT_REASON, code })) }),
      })),
    },
  };
}
