import { randomBytes } from 'node:crypto';
import path from 'node:path';
import type { AssessmentId, Identifier, PatientId, SourceId, WardId } from '@concord/core/clinical';
import type { NewObservation } from '@concord/core/ports';
import { createFileBlobs } from '@concord/adapters/blobs';
import { openLedger } from '@concord/adapters/ledger';
import { erasePatient } from '@concord/pipeline/erase';
import { asks, person, WORKER } from './people.ts';
import { assessment, image, report } from './records.ts';
import { ago, allowed, MRN, newPatient, pulse, writes, type TestStores } from './stores.ts';

/** A patient whose every text is a value that stands nowhere else, so that it can be looked for byte by byte. */
export interface Planted {
  readonly patientId: PatientId;
  readonly assessmentId: AssessmentId;
  readonly family: string;
  readonly given: string;
  readonly identifier: Identifier;
  readonly visit: string;
  readonly accession: string;
  readonly words: readonly string[];
}

/** What must be found nowhere, before an erasure as little as after it. */
export function plantedValues({ family, given, identifier, visit, accession, words }: Planted): readonly string[] {
  return [family, given, identifier.value, visit, accession, ...words];
}

const LARGE = 100_000;
/** What free text a patient brings, by where it goes. */
const KINDS = ['report', 'title', 'display', 'note', 'study', 'series', 'dicom', 'blob', 'waiting'] as const;

export async function fillPatient({ api, worker }: TestStores, n: number): Promise<Planted> {
  const mark = `${n}x${randomBytes(5).toString('hex')}`;
  const planted = {
    family: `Kanarienfrau${mark}`,
    given: `Vorname${mark}`,
    identifier: { system: MRN, value: `MRN${mark}` },
    visit: `VISIT${mark}`,
    accession: `ACC${mark}`,
    words: KINDS.map((kind) => `${kind}${mark}`),
  };
  const word = (kind: (typeof KINDS)[number]): string => `${kind}${mark}`;
  const patientId = await writes(api, async (scope) => {
    const made = await scope.patients.create(newPatient(planted.identifier.value, { family: planted.family, given: [planted.given] }));
    await scope.encounters.put({
      patientId: made.id,
      identifiers: [{ system: 'urn:visit', value: planted.visit }],
      stay: { status: 'in-progress', class: 'IMP', start: ago(120) },
      locations: [{ wardId: 'ward-a' as WardId, start: ago(120), status: 'active' }],
      sourceId: 'integrator' as SourceId,
    });
    return made.id;
  });
  await writes(api, async (scope) => {
    await scope.patients.matchId(patientId);
    await scope.observations.putAll([pulse(patientId, 88, ago(10)), noteOf(patientId, word('note'))]);
    await scope.reports.put(
      report(patientId, word('report'), { title: word('title'), code: { system: 'http://loinc.org', code: '36643-5', display: word('display') } }),
    );
    const bytes = Buffer.concat([Buffer.from(word('blob')), randomBytes(LARGE)]);
    await scope.blobs.put(bytes, patientId);
    await scope.imaging.put(
      image(patientId, mark.replaceAll(/[^0-9]/g, ''), {
        accession: planted.accession,
        studyDescription: word('study'),
        seriesDescription: word('series'),
        dicomJson: { '00100010': { vr: 'PN', Value: [{ Alphabetic: word('dicom') }] } },
      }),
    );
    const lost = await scope.blobs.put(Buffer.from(word('waiting')), undefined);
    await scope.reconcile.add({
      sourceId: 'integrator' as SourceId,
      reason: 'unknown-identifier',
      door: 'fhir',
      blob: lost,
      identifiers: [planted.identifier],
    });
  });
  const assessmentId = await worker
    .withAccess(asks(WORKER, { action: 'execute', resource: 'RiskAssessment', patientId, unit: 'job' }), (scope) =>
      scope.assessments.save(assessment(patientId, 99)),
    )
    .then(allowed);
  if (assessmentId === undefined) throw new Error('the assessment was not stored');
  return { patientId, assessmentId, ...planted };
}

/** An answer in words that no modality knows. */
function noteOf(patientId: PatientId, text: string): NewObservation {
  const { modality: _modality, number: _number, unit: _unit, ...rest } = pulse(patientId, 0, ago(9));
  return { ...rest, code: '8251-1', text };
}

/** The worker's job, with the parts of this test. */
export function eraseJob({ worker, keyring, folder }: TestStores, patientId: PatientId): Promise<'erased' | 'nothing'> {
  return erasePatient(patientId, 'job-test', {
    withAccess: worker.withAccess,
    nameOf: (id) => keyring.nameOf(id),
    destroyKeys: (name) => keyring.store.destroy(name),
    removeFile: (name) => createFileBlobs(path.join(folder, 'blobs')).remove(name),
    ledger: openLedger(path.join(folder, 'erasures.jsonl')),
    rewrite: () => worker.rewriteErased(),
  });
}

/** Asked for by the officer, confirmed by an administrator, done by the worker. */
export async function eraseAs(stores: TestStores, patientId: PatientId): Promise<'erased' | 'nothing'> {
  const nobody = { kind: 'none' } as const;
  const ask = asks(person('privacy'), { action: 'create', resource: 'Erasure', subject: nobody });
  const asked = await stores.api.withAccess(ask, (scope) => scope.erasures.request(patientId, 'consent-withdrawn')).then(allowed);
  if (typeof asked === 'string') throw new Error(asked);
  const confirm = asks(person('administrator'), { action: 'update', resource: 'Erasure', purpose: 'HSYSADMIN', subject: nobody });
  const confirmed = await stores.api.withAccess(confirm, (scope) => scope.erasures.confirm(asked.id)).then(allowed);
  if (typeof confirmed === 'string') throw new Error(confirmed);
  return eraseJob(stores, patientId);
}
