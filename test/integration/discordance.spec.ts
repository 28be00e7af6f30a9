import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BundleId, Concordance, FindingStatement, ModalityKind, PatientId, ReportId, Stance } from '@concord/core/clinical';
import { concordanceToWire } from '@concord/contracts';
import { probability } from '@concord/core/kernel';
import type { AccessScope } from '@concord/core/ports';
import { agreements } from '@concord/stages/agreement';
import { asks, person, WORKER } from '../people.ts';
import { image } from '../records.ts';
import { admit, ago, allowed, testStores, writes, type TestStores } from '../stores.ts';

let stores: TestStores;
let filmed: PatientId;
let unfilmed: PatientId;

beforeAll(async () => {
  stores = await testStores();
  filmed = (await admit(stores.api, { mrn: 'D-1' })).patientId;
  unfilmed = (await admit(stores.api, { mrn: 'D-2' })).patientId;
  await writes(stores.api, async (scope) => {
    await scope.patients.matchId(filmed);
    await scope.imaging.put(image(filmed, '9'));
  });
});
afterAll(() => stores.close());

const FILM: FindingStatement['pointer'] = { kind: 'image-region', pointer: { sopInstanceUid: '1.2.9.1.1', frame: 1, box: [0, 0, 2, 2] } };

/** When report and film were true of the patient: the same for every question. */
const LOOKED = ago(30);
let asked = 600;

function between(patientId: PatientId, report: Stance, film: Stance): Concordance {
  const said = { finding: 'pleural-effusion', effectiveAt: LOOKED } as const;
  const span = { kind: 'report-span', pointer: { reportId: 'r' as ReportId, version: 1, start: 0, end: 4 } } as const;
  const findings = agreements([
    { ...said, modality: 'radiology-report' as ModalityKind, stance: report, pointer: span, text: '“No effusion.”' },
    { ...said, modality: 'chest-imaging' as ModalityKind, stance: film, pointer: FILM, text: '84 % on the film', probability: probability(0.84) },
  ]);
  asked -= 1;
  return { patientId, asOf: ago(asked), revision: 3, bundle: 'b' as BundleId, findings, mislinkSuspected: false };
}

const keeps = (concordance: Concordance) =>
  stores.worker
    .withAccess(asks(WORKER, { action: 'execute', resource: 'RiskAssessment', patientId: concordance.patientId, unit: 'job' }), (scope) =>
      scope.concordances.save(concordance),
    )
    .then(allowed);

const radiologist = <T>(work: (scope: AccessScope) => Promise<T>) =>
  stores.api.withAccess(asks(person('radiologist'), { action: 'update', resource: 'Discordance' }), work).then(allowed);
const queue = () => radiologist((scope) => scope.concordances.queue(10));

describe('what the sources say of each other', () => {
  it('is stored when it changes, and not again while it stays the same', async () => {
    expect(await keeps(between(filmed, 'absent', 'absent'))).toBeDefined();
    expect(await keeps(between(filmed, 'absent', 'absent'))).toBeUndefined();
    expect(await keeps(between(filmed, 'absent', 'present'))).toBeDefined();
  });

  it('reaches the ward that cares for the patient, as the worker left it', async () => {
    const newest = await stores.api
      .withAccess(asks(person('physician'), { action: 'read', resource: 'Timeline', patientId: filmed }), (scope) => scope.concordances.newest(filmed))
      .then(allowed);
    expect(newest?.concordance.findings.map(({ finding, verdict }) => [finding, verdict])).toEqual([['pleural-effusion', 'disagree']]);
  });

  it('stays away from the patient’s own record and from the source that sent the film: it is a working aid, and may be wrong', async () => {
    for (const role of ['patient', 'integrator'] as const) {
      const asked = await stores.api.withAccess(asks(person(role), { action: 'read', resource: 'ImagingStudy', patientId: filmed }), (scope) =>
        scope.concordances.newest(filmed),
      );
      expect([role, asked.ok ? asked.value : undefined]).toEqual([role, undefined]);
    }
  });
});

describe('two devices that contradict each other on one sign', () => {
  const signs = (number: number, verdict: 'agree' | 'disagree'): NonNullable<Concordance['signs']> => [
    {
      code: '2708-6',
      name: 'SpO2',
      unit: '%',
      verdict,
      used: { device: 'monitor-7', number, effectiveAt: LOOKED },
      other: { device: 'watch-2', number: 97, effectiveAt: LOOKED },
    },
  ];
  const wireOf = (patientId: PatientId, withhold: readonly string[] = []) =>
    stores.api
      .withAccess(asks(person('physician'), { action: 'read', resource: 'Timeline', patientId }), (scope) => scope.concordances.newest(patientId))
      .then(allowed)
      .then((stored) => (stored === undefined ? undefined : concordanceToWire(stored, withhold).signs));

  it('stand on the page with both numbers, are told again with every new number, and once while they agree', async () => {
    const { patientId } = await admit(stores.api, { mrn: 'D-3' });
    const keepsSigns = (number: number, verdict: 'agree' | 'disagree') => keeps({ ...between(patientId, 'absent', 'absent'), signs: signs(number, verdict) });
    expect(await keepsSigns(96, 'agree')).toBeDefined();
    expect(await keepsSigns(95, 'agree')).toBeUndefined();
    expect(await keepsSigns(84, 'disagree')).toBeDefined();
    expect(await keepsSigns(82, 'disagree')).toBeDefined();
    expect(await wireOf(patientId)).toMatchObject([
      { verdict: 'disagree', used: { device: 'monitor-7', number: 82 }, other: { device: 'watch-2', number: 97 } },
    ]);
    expect(await wireOf(patientId, ['vitals'])).toEqual([]);
  });
});

describe('the radiologist’s queue', () => {
  it('holds a patient whose film they may see, and nobody else, however much their sources contradict each other', async () => {
    await keeps(between(unfilmed, 'absent', 'present'));
    expect((await queue()).map(({ patient }) => patient.id)).toEqual([filmed]);
  });

  it('keeps how a contradiction ended, once, with who said it', async () => {
    const [first] = await queue();
    const id = first?.stored.id ?? '';
    expect(await radiologist((scope) => scope.concordances.review(id, 'film-stands'))).toBe(true);
    expect(await radiologist((scope) => scope.concordances.review(id, 'report-stands'))).toBe(false);
    expect((await queue())[0]?.stored.review).toMatchObject({ outcome: 'film-stands', by: 'radiologist' });
  });

  it('lets nobody close a contradiction of a patient out of their reach', async () => {
    const stored = await stores.worker
      .withAccess(asks(WORKER, { action: 'read', resource: 'RiskAssessment', patientId: unfilmed, unit: 'job' }), (scope) =>
        scope.concordances.newest(unfilmed),
      )
      .then(allowed);
    expect(await radiologist((scope) => scope.concordances.review(stored?.id ?? '', 'film-stands'))).toBe(false);
  });

  it('drops a patient by itself once new data settles it', async () => {
    await keeps(between(filmed, 'present', 'present'));
    expect(await queue()).toEqual([]);
  });

  it('is a radiologist’s alone', async () => {
    for (const role of ['physician', 'nurse', 'integrator', 'privacy', 'steward', 'patient'] as const) {
      const asked = await stores.api.withAccess(asks(person(role), { action: 'search', resource: 'Discordance' }), (scope) => scope.concordances.queue(10));
      expect([role, asked.ok]).toEqual([role, false]);
    }
  });
});
