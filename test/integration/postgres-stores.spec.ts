import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AccessScope } from '@concord/core/ports';
import { asks, person, WORKER } from '../people.ts';
import { admit, ago, allowed, MRN, newPatient, pulse, testStores, writes, type TestStores } from '../stores.ts';

let stores: TestStores;
beforeAll(async () => {
  stores = await testStores();
});
afterAll(() => stores.close());

const read = <T>(role: 'physician' | 'nurse' | 'radiologist' | 'integrator', work: (scope: AccessScope) => Promise<T>) =>
  stores.api.withAccess(asks(person(role), { action: 'search', resource: 'Observation' }), work);

describe('a patient', () => {
  it('is found again by identifier, with the name and birth date that were sealed', async () => {
    const { patientId } = await admit(stores.api, { mrn: 'P-1' });
    const found = allowed(await read('physician', (scope) => scope.patients.search({ identifier: { system: MRN, value: 'P-1' } }, { count: 10 })));
    expect(found).toMatchObject({ total: 1, items: [{ id: patientId, family: 'Testerin', demographics: { birthDate: '1950-05-05' } }] });
    const named = allowed(await read('physician', (scope) => scope.patients.search({ family: 'test', birthDate: '1950-05-05' }, { count: 10 })));
    expect(named.items.map(({ id }) => id)).toContain(patientId);
  });

  it('sent again is the same patient, and with another birth date a conflict', async () => {
    const first = await writes(stores.api, (scope) => scope.patients.create(newPatient('P-2')));
    expect(await writes(stores.api, (scope) => scope.patients.create(newPatient('P-2')))).toEqual({ kind: 'repeated', id: first.id, version: 1 });
    const other = newPatient('P-2', { demographics: { birthDate: '1951-05-05', sex: 'female' } });
    expect(await writes(stores.api, (scope) => scope.patients.create(other))).toEqual({ kind: 'conflict', id: first.id });
  });

  it('sent six times at once is one patient', async () => {
    const made = await Promise.all(Array.from({ length: 6 }, () => writes(stores.api, (scope) => scope.patients.create(newPatient('P-3')))));
    expect(new Set(made.map(({ id }) => id)).size).toBe(1);
    expect(made.filter(({ kind }) => kind === 'created')).toHaveLength(1);
  });

  it('is written to only after an arrival named them', async () => {
    const { patientId } = await admit(stores.api, { mrn: 'P-4' });
    await expect(writes(stores.api, (scope) => scope.observations.putAll([pulse(patientId, 70, ago(5))]))).rejects.toThrow(/after it was matched/);
  });
});

describe('an observation', () => {
  const put = (records: Parameters<AccessScope['observations']['putAll']>[0]) =>
    writes(stores.api, async (scope) => {
      for (const { patientId } of records) await scope.patients.matchId(patientId);
      return scope.observations.putAll(records);
    });

  it('sent again is one row, also six times at once and twice in one batch', async () => {
    const { patientId } = await admit(stores.api, { mrn: 'O-1' });
    const record = pulse(patientId, 71, ago(10));
    const answers = (await Promise.all(Array.from({ length: 6 }, () => put([record, record])))).flat();
    expect(new Set(answers.map(({ id }) => id)).size).toBe(1);
    expect(answers.filter(({ kind }) => kind === 'created')).toHaveLength(1);
    const found = allowed(await read('physician', (scope) => scope.observations.search({ patientId }, { count: 10 })));
    expect(found).toMatchObject({ total: 1, items: [{ number: 71, unit: '/min', version: 1 }] });
  });

  it('with another value under the same key is a conflict; corrected it supersedes; entered in error it is withdrawn', async () => {
    const { patientId } = await admit(stores.api, { mrn: 'O-2' });
    const when = ago(10);
    const [first] = await put([pulse(patientId, 70, when)]);
    expect(await put([pulse(patientId, 99, when)])).toMatchObject([{ kind: 'conflict', id: first?.id }]);
    expect(await put([pulse(patientId, 99, when, { status: 'corrected' })])).toMatchObject([{ kind: 'superseded', version: 2 }]);
    const standing = allowed(await read('physician', (scope) => scope.observations.search({ patientId }, { count: 10 })));
    expect(standing.items).toMatchObject([{ number: 99, version: 2 }]);
    expect(await put([pulse(patientId, 99, when, { status: 'entered-in-error' })])).toMatchObject([{ kind: 'superseded', version: 3 }]);
    const timeline = allowed(
      await stores.worker.withAccess(asks(WORKER, { action: 'execute', resource: 'RiskAssessment', patientId, unit: 'job' }), (scope) =>
        scope.timelines.load(patientId, scope.now),
      ),
    );
    const versions = [...(timeline?.streams.values() ?? [])].flatMap(({ observations }) => observations);
    expect(versions.map(({ retractedAt, supersededAt }) => [supersededAt !== undefined, retractedAt !== undefined])).toEqual([
      [true, false],
      [true, true],
      [false, true],
    ]);
  });

  it('keeps its identifier sealed and is found by it', async () => {
    const { patientId, encounterId } = await admit(stores.api, { mrn: 'O-3' });
    const identifier = { system: 'urn:device:messages', value: 'm-1' };
    await put([pulse(patientId, 64, ago(3), { identifier, encounterId, device: 'bed-1' })]);
    const found = allowed(await read('physician', (scope) => scope.observations.search({ identifier }, { count: 10 })));
    expect(found.items).toMatchObject([{ identifier, encounterId, device: 'bed-1', patientId }]);
  });

  it('pages newest first without losing or doubling a row', async () => {
    const { patientId } = await admit(stores.api, { mrn: 'O-4' });
    await put(Array.from({ length: 25 }, (_, i) => pulse(patientId, 60 + i, ago(i))));
    const seen: number[] = [];
    let after: string | undefined;
    for (let page = 0; page < 5; page += 1) {
      const found = allowed(
        await read('physician', (scope) => scope.observations.search({ patientId }, { count: 7, ...(after === undefined ? {} : { after }) })),
      );
      expect(found.total).toBe(25);
      seen.push(...found.items.map(({ number }) => number ?? 0));
      after = found.next;
      if (after === undefined) break;
    }
    expect(seen).toEqual(Array.from({ length: 25 }, (_, i) => 60 + i));
  });

  it('counts in a window of a chart by code and minute', async () => {
    const { patientId } = await admit(stores.api, { mrn: 'O-5' });
    const minute = (Math.floor(ago(30) / 60_000) * 60_000) as ReturnType<typeof ago>;
    await put([pulse(patientId, 60, minute), pulse(patientId, 80, (minute + 1000) as typeof minute), pulse(patientId, 90, (minute + 60_000) as typeof minute)]);
    const points = allowed(await read('physician', (scope) => scope.observations.window(patientId, ['8867-4'], minute, ago(0), 60_000)));
    expect(points).toMatchObject([
      { at: minute, mean: 70, min: 60, max: 80, count: 2 },
      { mean: 90, count: 1 },
    ]);
  });

  it('shows a coded answer beside the numbers of a window', async () => {
    const { patientId } = await admit(stores.api, { mrn: 'O-6' });
    const { number: _number, unit: _unit, ...coded } = pulse(patientId, 0, ago(5), { code: '80288-4' });
    await put([{ ...coded, text: 'V' }, pulse(patientId, 77, ago(5))]);
    const points = allowed(await read('physician', (scope) => scope.observations.window(patientId, ['8867-4', '80288-4'], ago(60), ago(0), 60_000)));
    expect(points.map(({ code, mean, text }) => [code, mean, text])).toEqual(
      expect.arrayContaining([
        ['80288-4', Number.NaN, 'V'],
        ['8867-4', 77, undefined],
      ]),
    );
  });
});
