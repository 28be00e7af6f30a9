import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ModalityKind, PatientId, Sha256, SourceId } from '@concord/core/clinical';
import type { Instant } from '@concord/core/kernel';
import type { AccessRequest, AccessScope } from '@concord/core/ports';
import { asks, person, SEED, WORKER } from '../people.ts';
import { assessment, image, report, TASK } from '../records.ts';
import { admit, ago, allowed, newPatient, pulse, testStores, VITALS, writes, type TestStores } from '../stores.ts';

const CHEST = 'chest-imaging' as ModalityKind;
let stores: TestStores;
beforeAll(async () => {
  stores = await testStores();
});
afterAll(() => stores.close());

const source = 'integrator' as SourceId;
const looks = <T>(work: (scope: AccessScope) => Promise<T>, more: Partial<AccessRequest> = {}) =>
  stores.api.withAccess(asks(person('physician'), { action: 'search', resource: 'Timeline', ...more }), work).then(allowed);
const job = <T>(patientId: PatientId, work: (scope: AccessScope) => Promise<T>) =>
  stores.worker.withAccess(asks(WORKER, { action: 'execute', resource: 'RiskAssessment', patientId, unit: 'job' }), work).then(allowed);
const about = <T>(patientId: PatientId, work: (scope: AccessScope) => Promise<T>) =>
  writes(stores.api, async (scope) => {
    await scope.patients.matchId(patientId);
    return work(scope);
  });

describe('a report', () => {
  it('comes back word for word, and a correction supersedes it with the old words still there', async () => {
    const { patientId } = await admit(stores.api, { mrn: 'R-1' });
    const first = await about(patientId, (scope) => scope.reports.put(report(patientId, 'Kein Erguss. Größe normal.')));
    expect(await about(patientId, (scope) => scope.reports.put(report(patientId, 'Kein Erguss. Größe normal.')))).toMatchObject({
      kind: 'repeated',
      id: first.id,
    });
    expect(await about(patientId, (scope) => scope.reports.put(report(patientId, 'Erguss links.')))).toMatchObject({ kind: 'conflict' });
    expect(await about(patientId, (scope) => scope.reports.put(report(patientId, 'Erguss links.', { status: 'amended' })))).toMatchObject({
      kind: 'superseded',
      version: 2,
    });
    const [now, before, found] = await looks(async (scope) => [
      await scope.reports.read(first.id),
      await scope.reports.read(first.id, 1),
      await scope.reports.search({ identifier: { system: 'urn:ris', value: `r-${patientId}` } }, { count: 5 }),
    ]);
    expect([now?.text, before?.text, found.total]).toEqual(['Erguss links.', 'Kein Erguss. Größe normal.', 1]);
  });

  it('stands nowhere in the database in clear', async () => {
    const { patientId } = await admit(stores.api, { mrn: 'R-2' });
    await about(patientId, (scope) => scope.reports.put(report(patientId, 'Unverwechselbarer Befundtext')));
    const backup = new pg.Client({ connectionString: stores.database.url('backup_ro') });
    await backup.connect();
    const { rows } = await backup.query<{ found: boolean }>("SELECT bool_or(position('Unverwechselbar'::bytea IN sealed) > 0) AS found FROM reports");
    await backup.end();
    expect(rows[0]?.found).toBe(false);
  });
});

describe('an image', () => {
  it('is there once, with study, series, header, prepared values and, when asked for, its grey values', async () => {
    const { patientId } = await admit(stores.api, { mrn: 'I-1' });
    const first = await about(patientId, (scope) => scope.imaging.put(image(patientId, '77')));
    expect(await about(patientId, (scope) => scope.imaging.put(image(patientId, '77')))).toMatchObject({ kind: 'repeated', id: first.id });
    const other = image(patientId, '77', { blob: 'ee'.repeat(32) as Sha256 });
    expect(await about(patientId, (scope) => scope.imaging.put(other))).toMatchObject({ kind: 'conflict' });
    const [studies, plain, full] = await looks(
      async (scope) =>
        [
          await scope.imaging.studies({ accession: 'ACC-1', modality: 'DX' }, { count: 5 }),
          await scope.imaging.instances({ studyInstanceUid: '1.2.77' }),
          await scope.imaging.instances({ studyInstanceUid: '1.2.77', sopInstanceUid: '1.2.77.1.1', withPixels: true }),
        ] as const,
    );
    expect(studies).toMatchObject({
      total: 1,
      items: [{ studyInstanceUid: '1.2.77', accession: 'ACC-1', modalities: ['DX'], series: [{ instances: [{ number: 1 }] }] }],
    });
    expect(plain[0]?.pixels).toBeUndefined();
    expect(plain[0]?.dicomJson).toEqual({ '00080060': { vr: 'CS', Value: ['DX'] } });
    expect([...(full[0]?.pixels?.grey ?? []), ...(full[0]?.prepared ?? [])]).toEqual([9, 8, 7, 6, 1, 2, 3, 4]);
  });

  it('lets a radiologist reach its patient for thirty days', async () => {
    const { patientId } = await admit(stores.api, { mrn: 'I-2' });
    const sees = async () =>
      (await stores.api.withAccess(asks(person('radiologist'), { action: 'read', resource: 'Patient', patientId }), (s) => s.patients.read(patientId))).ok;
    expect(await sees()).toBe(false);
    await about(patientId, (scope) => scope.imaging.put(image(patientId, '78', { effectiveAt: ago(31 * 24 * 60) })));
    expect(await sees()).toBe(false);
    await about(patientId, (scope) => scope.imaging.put(image(patientId, '79')));
    expect(await sees()).toBe(true);
  });
});

describe('a timeline', () => {
  it('holds what the model may read, by modality, with the revision it was read at', async () => {
    const { patientId } = await admit(stores.api, { mrn: 'T-1' });
    await about(patientId, async (scope) => {
      await scope.observations.putAll([
        pulse(patientId, 90, ago(20)),
        pulse(patientId, 80, ago(60)),
        pulse(patientId, 1, ago(3 * 24 * 60)),
        { ...pulse(patientId, 5, ago(5)), modality: undefined } as never,
      ]);
      await scope.reports.put(report(patientId, 'Text'));
      await scope.imaging.put(image(patientId, '80'));
    });
    const timeline = await job(patientId, (scope) => scope.timelines.load(patientId, scope.now));
    const streams = Object.fromEntries([...(timeline?.streams ?? [])].map(([kind, { observations }]) => [kind, observations.map(({ value }) => value)]));
    expect(streams['vitals']).toMatchObject([{ number: 80 }, { number: 90 }]);
    expect(streams['radiology-report']).toMatchObject([{ text: 'Text', version: 1 }]);
    expect(streams['chest-imaging']).toMatchObject([{ derived: { crop: [0, 0, 2, 2] } }]);
    expect(timeline).toMatchObject({
      revision: 2,
      demographics: [{ value: { birthDate: '1950-05-05' } }],
      stays: [{ value: { status: 'in-progress', wardId: 'ward-a', setting: 'ward' } }],
    });
  });

  it('read at an earlier revision knows nothing of what came or was corrected since', async () => {
    const { patientId } = await admit(stores.api, { mrn: 'T-2' });
    const when = ago(20);
    await about(patientId, (scope) => scope.observations.putAll([pulse(patientId, 70, when)]));
    const before = await job(patientId, (scope) => scope.timelines.load(patientId, scope.now));
    await about(patientId, (scope) => scope.observations.putAll([pulse(patientId, 99, when, { status: 'corrected' }), pulse(patientId, 60, ago(1))]));
    const now = await job(patientId, (scope) => scope.timelines.load(patientId, scope.now));
    const replayed = await job(patientId, (scope) => scope.timelines.load(patientId, scope.now, before?.revision));
    expect(replayed).toEqual(before);
    expect(now?.streams.get(VITALS)?.observations).toHaveLength(3);
  });

  it('holds at its newest moment what came before the clock was set back', async () => {
    const { patientId } = await admit(stores.api, { mrn: 'T-4' });
    const superuser = new pg.Client({ connectionString: stores.database.url('postgres') });
    await superuser.connect();
    // As a clock that was five minutes fast leaves it: the next row is never stamped before the last one.
    await superuser.query("UPDATE patients SET updated_at = now() + interval '5 minutes' WHERE id = $1", [patientId]);
    await superuser.end();
    await about(patientId, (scope) => scope.imaging.put(image(patientId, '81')));
    const [atNow, atNewest] = await job(patientId, async ({ now, timelines }) => {
      const newest = (await timelines.newest(patientId)) ?? now;
      return [await timelines.load(patientId, now), await timelines.load(patientId, newest)];
    });
    expect(atNow?.streams.get(CHEST)).toBeUndefined();
    expect(atNewest?.streams.get(CHEST)?.observations).toHaveLength(1);
  });

  it('keeps a past that the demo’s seed laid down, and ignores such a wish of anyone else', async () => {
    const seed = <T>(work: (scope: AccessScope) => Promise<T>) =>
      stores.api.withAccess(asks(SEED, { action: 'create', resource: 'Observation' }), work).then(allowed);
    const then: Instant = ago(600);
    const { id } = await seed((scope) => scope.patients.create(newPatient('T-3', { sourceId: 'demo' as SourceId, availableAt: then })));
    await seed(async (scope) => {
      await scope.patients.matchId(id);
      await scope.observations.putAll([pulse(id, 70, then, { availableAt: then })]);
    });
    await about(id, (scope) => scope.observations.putAll([pulse(id, 71, then, { availableAt: then })]));
    const timeline = await job(id, (scope) => scope.timelines.load(id, scope.now));
    const available = timeline?.streams.get(VITALS)?.observations.map(({ availableAt }) => availableAt === then);
    expect([...(available ?? [])].sort()).toEqual([false, true]);
  });
});

describe('an assessment', () => {
  it('comes back as it was stored, to the last bit, and only to who cares for the patient', async () => {
    const { patientId } = await admit(stores.api, { mrn: 'S-1' });
    const stored = assessment(patientId, 2);
    const id = await job(patientId, (scope) => scope.assessments.save(stored));
    const [read, list] = await looks(
      async (scope) =>
        [id === undefined ? undefined : await scope.assessments.read(id), await scope.assessments.list({ patientId, task: TASK, limit: 5 })] as const,
    );
    expect(read).toMatchObject({ id, assessment: stored, status: 'preliminary', sequence: 1 });
    expect(list).toHaveLength(1);
    for (const role of ['steward', 'integrator', 'radiologist'] as const) {
      const answer = await stores.api.withAccess(asks(person(role), { action: 'search', resource: 'RiskAssessment' }), (scope) =>
        scope.assessments.search({ patientId }, { count: 5 }),
      );
      expect(answer.ok ? answer.value.total : 0, role).toBe(0);
    }
  });

  it('that comes late does not overwrite one that knew more', async () => {
    const { patientId } = await admit(stores.api, { mrn: 'S-2' });
    const at = ago(0);
    expect(await job(patientId, (scope) => scope.assessments.save(assessment(patientId, 9, { asOf: at })))).toBeDefined();
    expect(await job(patientId, (scope) => scope.assessments.save(assessment(patientId, 8, { asOf: at })))).toBeUndefined();
  });

  it('is withdrawn when an input it used was entered in error', async () => {
    const { patientId } = await admit(stores.api, { mrn: 'S-3' });
    const when = ago(10);
    await about(patientId, (scope) => scope.observations.putAll([pulse(patientId, 180, when)]));
    const timeline = await job(patientId, (scope) => scope.timelines.load(patientId, scope.now));
    const wrong = await job(patientId, (scope) => scope.assessments.save(assessment(patientId, timeline?.revision ?? 0, { asOf: scope.now })));
    await about(patientId, (scope) => scope.observations.putAll([pulse(patientId, 180, when, { status: 'entered-in-error' })]));
    const right = await job(patientId, (scope) => scope.assessments.save(assessment(patientId, (timeline?.revision ?? 0) + 1, { asOf: scope.now })));
    const list = await looks((scope) => scope.assessments.list({ patientId, limit: 5 }));
    expect(list.map(({ id, status }) => [id, status])).toEqual([
      [right, 'preliminary'],
      [wrong, 'entered-in-error'],
    ]);
  });
});

describe('the last score of a question that is silent now', () => {
  it('is found behind its abstentions, and never one that was withdrawn', async () => {
    const { patientId } = await admit(stores.api, { mrn: 'S-4' });
    const silent = { kind: 'abstained', abstention: { reason: 'outside-population', text: 'No score.' } } as const;
    const [when, last] = [ago(90), () => looks((scope) => scope.assessments.list({ patientId, task: TASK, scored: true, limit: 5 }))];
    await about(patientId, (scope) => scope.observations.putAll([pulse(patientId, 180, when)]));
    const revision = (await job(patientId, (scope) => scope.timelines.load(patientId, scope.now)))?.revision ?? 0;
    const scored = await job(patientId, (scope) => scope.assessments.save(assessment(patientId, revision, { asOf: scope.now })));
    await job(patientId, (scope) => scope.assessments.save(assessment(patientId, revision, { asOf: scope.now, outcome: silent })));
    expect((await last()).map(({ id }) => id)).toEqual([scored]);
    await about(patientId, (scope) => scope.observations.putAll([pulse(patientId, 180, when, { status: 'entered-in-error' })]));
    await job(patientId, (scope) => scope.assessments.save(assessment(patientId, revision + 1, { asOf: scope.now, outcome: silent })));
    expect(await last()).toEqual([]);
  });
});

describe('a worklist', () => {
  it('holds the patients of the ward, each with newest scores, readings and samples', async () => {
    const { patientId } = await admit(stores.api, { mrn: 'L-1', ward: 'ward-b' });
    await about(patientId, async (scope) => {
      await scope.observations.putAll([pulse(patientId, 90, ago(20)), pulse(patientId, 95, ago(2)), pulse(patientId, 40, ago(-3))]);
      await scope.reports.put(report(patientId, 'Text'));
    });
    await job(patientId, (scope) => scope.assessments.save(assessment(patientId, 2, { asOf: ago(30) })));
    await job(patientId, (scope) => scope.assessments.save(assessment(patientId, 3)));
    const entries = await looks((scope) => scope.worklist.load({ wardId: 'ward-b' as never, task: TASK }), { resource: 'Worklist' });
    expect(entries).toHaveLength(1);
    expect(entries[0]).toMatchObject({
      patient: { id: patientId },
      encounter: { stay: { wardId: 'ward-b' } },
      readings: [{ number: 95 }],
      latest: [{ sequence: 2 }],
    });
    expect(entries[0]?.history.map(({ probability: p }) => p)).toEqual([0.1234, 0.1234]);
    expect(entries[0]?.newest.map(({ modality }) => modality).sort()).toEqual(['radiology-report', 'vitals']);
  });
});

describe('what could not be matched', () => {
  it('waits in the queue of its source, and the bytes with it', async () => {
    const item = await writes(stores.api, async (scope) => {
      const hash = await scope.blobs.put(Buffer.from('nobody knows this patient'), undefined);
      return scope.reconcile.add({ sourceId: source, reason: 'unknown-identifier', door: 'stow', blob: hash, identifiers: [{ system: 'urn:x', value: 'Z' }] });
    });
    const integrator = stores.api.withAccess(asks(person('integrator'), { action: 'search', resource: 'ReconcileItem' }), (scope) =>
      scope.reconcile.list({ count: 5 }),
    );
    expect(allowed(await integrator)).toMatchObject({ total: 1, items: [{ id: item.id, state: 'open', reason: 'unknown-identifier' }] });
  });
});

describe('a job', () => {
  it('waits once for many batches, disappears with a rollback, and names ids only', async () => {
    const { patientId } = await admit(stores.api, { mrn: 'J-1' });
    for (let i = 0; i < 3; i += 1) await about(patientId, (scope) => scope.jobs.assess(patientId));
    await about(patientId, (scope) => scope.jobs.assess(patientId, ago(-60)));
    await expect(
      about((await admit(stores.api, { mrn: 'J-2' })).patientId, async (scope) => {
        await scope.jobs.assess(patientId);
        throw new Error('undone');
      }),
    ).rejects.toThrow('undone');
    const owner = new pg.Client({ connectionString: stores.database.url('concord_owner') });
    await owner.connect();
    const { rows } = await owner.query<{ key: string; payload: unknown }>('SELECT key, payload FROM jobs._private_jobs ORDER BY key');
    await owner.end();
    expect(rows).toEqual([
      { key: `assess-later:${patientId}`, payload: { patientId, ids: [] } },
      { key: `assess:${patientId}`, payload: { patientId, ids: [] } },
    ]);
  });
});
