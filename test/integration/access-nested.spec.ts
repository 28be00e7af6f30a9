import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROLES } from '@concord/core/ports';
import { edgeOver } from '../access-world.ts';
import type { RunningEdge } from '../edge.ts';
import { isListed, mayRead } from '../matrix/oracle.ts';
import { makeCast, type Actor } from '../matrix/world.ts';
import { leaksIn } from '../permission/leaks.ts';
import type { Soul } from '../permission/souls.ts';
import { testStores, type TestStores } from '../stores.ts';

let stores: TestStores;
let edge: RunningEdge;
let cast: readonly Actor[];
let souls: readonly Soul[];

beforeAll(async () => {
  stores = await testStores();
  edge = await edgeOver(stores.api);
  cast = await makeCast(stores, edge);
  souls = cast.map((actor) => ({ ...actor, consentId: '' }));
});
afterAll(async () => {
  await edge.close();
  await stores.close();
});

const READERS = ROLES.filter((role) => role !== 'integrator');
const LONG = { timeout: 120_000 };

describe('an id inside a request is as hidden as one in its path', () => {
  it('as an entry of a batch or a transaction: nobody but a source may send one, and a source is answered nothing by it', LONG, async () => {
    const wrong: string[] = [];
    for (const role of ROLES)
      for (const type of ['batch', 'transaction']) {
        const entry = cast.flatMap(({ person: { id, observationId } }) =>
          [`Patient/${id}`, `Observation/${observationId}`, `Observation?patient=${id}`].map((url) => ({ request: { method: 'GET', url } })),
        );
        const answer = await edge.post('/fhir/R4', role, { resourceType: 'Bundle', type, entry });
        const text = await answer.text();
        if (role !== 'integrator' && answer.status !== 403) wrong.push(`${role} ${type}: ${answer.status}`);
        if (leaksIn(text, souls, () => false).length > 0) wrong.push(`${role} ${type}: leak`);
      }
    expect(wrong).toEqual([]);
  });

  it('as what a search would bring along: _include and _revinclude are refused, lenient or not, and bring nobody along', LONG, async () => {
    const wrong: string[] = [];
    for (const role of READERS)
      for (const query of [
        'Observation?_include=Observation:subject',
        'Patient?_revinclude=Observation:subject',
        'DiagnosticReport?_include=*',
        'Encounter?_has:Observation:subject:code=x',
      ]) {
        const strict = await edge.get(`/fhir/R4/${query}`, role);
        const lenient = await edge.get(`/fhir/R4/${query}`, role, { prefer: 'handling=lenient' });
        if (strict.status !== 400 && strict.status !== 403) wrong.push(`${role} ${query}: ${strict.status}`);
        const text = `${await strict.text()} ${await lenient.text()}`;
        for (const leak of leaksIn(text, souls, (kind, { standing }) => isListed(role, kind, standing))) wrong.push(`${role} ${query}: ${leak}`);
      }
    expect(wrong).toEqual([]);
  });

  it('as a UID of DICOMweb: of one study, of many in a list, of an instance below the study of somebody else', LONG, async () => {
    const wrong: string[] = [];
    const dicom = { accept: 'application/dicom+json' };
    for (const role of READERS) {
      const many = cast.map(({ person }) => person.studyUid).join(',');
      const texts = [await (await edge.get(`/dicom-web/studies?StudyInstanceUID=${many}`, role, dicom)).text()];
      for (const { person, standing } of cast) {
        const one = await (await edge.get(`/dicom-web/studies?StudyInstanceUID=${person.studyUid}`, role, dicom)).text();
        if (one.includes(person.studyUid) !== isListed(role, 'chest-imaging', standing)) wrong.push(`${role} one study of ${standing.name}`);
        texts.push(one);
      }
      for (const text of texts) for (const leak of leaksIn(text, souls, (kind, { standing }) => isListed(role, kind, standing))) wrong.push(`${role} ${leak}`);
      const [mine, theirs] = [
        cast.find(({ standing }) => mayRead(role, 'chest-imaging', standing)),
        cast.find(({ standing }) => !mayRead(role, 'chest-imaging', standing)),
      ];
      if (mine === undefined || theirs === undefined) continue;
      const below = await edge.get(`/dicom-web/studies/${mine.person.studyUid}/series/${theirs.person.seriesUid}/instances/${theirs.person.sopUid}`, role);
      const absent = await edge.get(`/dicom-web/studies/${mine.person.studyUid}/series/1.2.3/instances/1.2.3.4`, role);
      if (`${below.status} ${await below.text()}` !== `${absent.status} ${await absent.text()}`) wrong.push(`${role}: another’s instance below a study`);
    }
    expect(wrong).toEqual([]);
  });
});

describe('a token whose time is over', () => {
  it('opens no route', LONG, async () => {
    const brief = await edgeOver(stores.api, { tokenLife: 1 });
    try {
      const tokens = await Promise.all(ROLES.map((role) => brief.token(role)));
      // A second of life, and five of tolerance.
      await pause(7_000);
      const wrong: string[] = [];
      for (const { method, path, open } of brief.routes.list())
        for (const token of open === undefined ? tokens : []) {
          const answer = await fetch(`${brief.url}${path.replaceAll(/:\w+/g, cast[0]?.person.id ?? '')}`, {
            method,
            headers: { authorization: `Bearer ${token}` },
          });
          if (answer.status !== 401) wrong.push(`${method} ${path}: ${answer.status}`);
          await answer.arrayBuffer();
        }
      expect(wrong).toEqual([]);
    } finally {
      await brief.close();
    }
  });
});
