import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AUTHORITY, bundle, found, idIn, minutesAgo, openDoor, pulse, quantity, read, report, sign, type Admitted, type Door } from '../fhir-door.ts';

let door: Door;
let patient: Admitted;
let other: Admitted;

beforeAll(async () => {
  door = await openDoor();
  patient = await door.admit();
  other = await door.admit('ward-b');
  const hours = Array.from({ length: 12 }, (_, i) =>
    pulse(patient.id, 60 + i, { effectiveDateTime: minutesAgo(60 * (12 - i)), encounter: { reference: `Encounter/${patient.encounterId}` } }),
  );
  const saturation = sign(patient.id, '59408-5', quantity(97, '%'), { status: 'preliminary' });
  await door.post('/fhir/R4', bundle('transaction', [...hours, saturation, report(patient.id, 'No pneumothorax.'), pulse(other.id, 99)]));
});
afterAll(() => door.close());

const ask = (query: string, as = 'physician') => door.get(`/fhir/R4/${query}`, as);
const post = async (type: string, form: Readonly<Record<string, string>>) =>
  read(
    await fetch(`${door.edge.url}/fhir/R4/${type}/_search`, {
      method: 'POST',
      headers: { authorization: `Bearer ${await door.edge.token('integrator')}`, 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(form),
    }),
  );

describe('a search', () => {
  it('finds what its parameters say, and says how many', async () => {
    const cases: readonly (readonly [string, number])[] = [
      [`Observation?patient=${patient.id}`, 13],
      [`Observation?subject=Patient/${patient.id}`, 13],
      [`Observation?subject:Patient=${patient.id}&code=http://loinc.org|8867-4`, 12],
      [`Observation?patient=${patient.id}&code=2708-6,9279-1`, 1],
      [`Observation?patient=${patient.id}&code=urn:other|8867-4`, 0],
      [`Observation?patient=${patient.id}&category=vital-signs`, 13],
      [`Observation?patient=${patient.id}&category=laboratory`, 0],
      [`Observation?patient=${patient.id}&status=preliminary`, 1],
      [`Observation?encounter=${patient.encounterId}`, 12],
      [`Observation?patient=${patient.id}&date=gt${minutesAgo(125)}&code=8867-4`, 2],
      [`Observation?patient=${patient.id}&date=ge2001-01-01&date=lt2001-01-02`, 0],
      [`Encounter?patient=${patient.id}&status=in-progress`, 1],
      [`Encounter?patient=${patient.id}&date=${minutesAgo(60).slice(0, 10)}`, 1],
      [`DiagnosticReport?patient=${patient.id}&code=30746-2`, 1],
      [`Patient?_id=${patient.id},${other.id}`, 2],
      [`ImagingStudy?patient=${patient.id}`, 0],
      [`RiskAssessment?patient=${patient.id}&method=physiological-decline-24h`, 0],
      ['Patient?_id=nobody-of-that-name', 0],
    ];
    for (const [query, count] of cases) {
      const answer = await ask(`${query}&_count=200`);
      expect([query, answer.status, found(answer).length, answer.json.total]).toEqual([query, 200, count, count]);
    }
  });

  it('goes on from page to page without losing or repeating one', async () => {
    const seen: string[] = [];
    let path: string | undefined = `/fhir/R4/Observation?patient=${patient.id}&_count=5`;
    for (let page = 0; path !== undefined && page < 10; page += 1) {
      const answer = await door.get(path, 'physician');
      expect(answer.json.total).toBe(13);
      seen.push(...found(answer).map(({ id }) => id));
      const next = answer.json.link.find(({ relation }) => relation === 'next')?.url;
      path = next === undefined ? undefined : new URL(next).pathname + new URL(next).search;
    }
    expect([seen.length, new Set(seen).size]).toEqual([13, 13]);
  });

  it('gives the number alone when that is asked for', async () => {
    for (const query of ['_summary=count', '_count=0']) {
      const answer = await ask(`Observation?patient=${patient.id}&${query}`);
      expect([answer.json.total, found(answer).length]).toEqual([13, 0]);
    }
  });

  it('neither shows nor counts what the reader may not see', async () => {
    const answer = await ask(`Patient?_id=${patient.id},${other.id}`, 'nurse');
    expect([answer.json.total, found(answer).map(({ id }) => id)]).toEqual([1, [patient.id]]);
    expect((await ask(`Observation?patient=${other.id}`, 'nurse')).json.total).toBe(0);
  });

  it('by identifier goes by POST, and its answer does not repeat the identifier', async () => {
    const answer = await post('Patient', { identifier: `${AUTHORITY}|${patient.mrn}` });
    expect(found(answer).map(({ id }) => id)).toEqual([patient.id]);
    expect(JSON.stringify(answer.json.link)).not.toContain(patient.mrn);
    const [event] = await door.rows("SELECT count(*) AS n FROM audit_events e WHERE e::text LIKE '%' || $1 || '%'", [patient.mrn]);
    expect(Number(event?.['n'])).toBe(0);
  });

  it('with lenience leaves out what it does not know, and says so in its own address', async () => {
    const answer = await read(await door.edge.get(`/fhir/R4/Observation?patient=${patient.id}&shoe-size=44`, 'physician', { prefer: 'handling=lenient' }));
    expect(answer.status).toBe(200);
    expect(answer.json.link[0]?.url).not.toContain('shoe-size');
  });
});

describe('a resource', () => {
  it('carries its version, as an ETag too, and can be read in that version', async () => {
    const answer = await ask(`Patient/${patient.id}`);
    expect([answer.json.meta.versionId, answer.headers.get('etag')]).toEqual(['1', 'W/"1"']);
    expect((await ask(`Patient/${patient.id}/_history/1`)).json.id).toBe(patient.id);
    expect((await ask(`Patient/${patient.id}/_history/2`)).status).toBe(404);
  });

  it('of every type that is written can be read again by its source', async () => {
    for (const query of [`Encounter?patient=${patient.id}`, `Observation?patient=${patient.id}`, `DiagnosticReport?patient=${patient.id}`]) {
      const [one] = found(await ask(query, 'integrator'));
      expect((await ask(`${query.split('?')[0]!}/${one!.id}`, 'integrator')).json).toEqual(one);
    }
  });

  it('is answered with its address alone when the sender wants no more', async () => {
    const token = await door.edge.token('integrator');
    const answer = await read(
      await fetch(`${door.edge.url}/fhir/R4/Observation`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/fhir+json', prefer: 'return=minimal' },
        body: JSON.stringify(pulse(patient.id, 70, { effectiveDateTime: minutesAgo(3) })),
      }),
    );
    expect([answer.status, answer.text, idIn(answer).length]).toEqual([201, '', 36]);
  });
});

describe('the statement of what this server does', () => {
  it('is open to all, and every search it lists is answered', async () => {
    const answer = await read(await door.edge.get('/fhir/R4/metadata'));
    expect(answer.json).toMatchObject({ resourceType: 'CapabilityStatement', fhirVersion: '4.0.1', kind: 'instance' });
    const [rest] = (answer.json as unknown as { rest: { resource: { type: string; interaction: { code: string }[]; searchParam: { name: string }[] }[] }[] })
      .rest;
    for (const { type, interaction, searchParam } of rest!.resource) {
      expect(interaction.map(({ code }) => code)).toContain('search-type');
      // What a patient said about the use of their data is read back by whoever sent it, not by a ward.
      const as = type === 'Consent' ? 'integrator' : 'physician';
      expect([type, (await ask(`${type}?_count=1`, as)).status]).toEqual([type, 200]);
      for (const { name } of searchParam.filter((one) => one.name !== 'identifier')) {
        const value = name === 'date' || name === 'started' ? '2026' : name === 'modality' ? 'DX' : name === 'status' ? 'final' : patient.id;
        expect([type, name, (await ask(`${type}?${name}=${value}`, as)).status]).toEqual([type, name, 200]);
      }
      if (!interaction.some(({ code }) => code === 'create'))
        expect([404, 405]).toContain((await door.post(`/fhir/R4/${type}`, { resourceType: type })).status);
    }
  });
});
