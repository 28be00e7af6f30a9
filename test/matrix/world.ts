import { randomUUID } from 'node:crypto';
import { minutes, minus } from '@concord/core/kernel';
import { consentOf, makePerson, relate, type Person, type Place } from '../access-world.ts';
import type { RunningEdge } from '../edge.ts';
import { person } from '../people.ts';
import { ago, writes, type TestStores } from '../stores.ts';
import type { Standing } from './oracle.ts';

const OLD = 40;

/** Every relation, consent and label that the rules know, one patient each. */
export const CAST: readonly Standing[] = [
  { name: 'in ward-a', ward: 'ward-a', filmedDaysAgo: OLD },
  { name: 'in ward-b', ward: 'ward-b', filmedDaysAgo: OLD },
  { name: 'left ward-a two days ago', left: { ward: 'ward-a', hours: 48 }, filmedDaysAgo: OLD },
  { name: 'left ward-a four days ago', left: { ward: 'ward-a', hours: 96 }, filmedDaysAgo: OLD },
  { name: 'with the nurse in the team', team: 'nurse', filmedDaysAgo: OLD },
  { name: 'with the radiologist in the team', team: 'radiologist', filmedDaysAgo: OLD },
  { name: 'once with the physician in the team', filmedDaysAgo: OLD },
  { name: 'filmed this month', filmedDaysAgo: 2 },
  { name: 'the one whose account it is', isOwn: true, filmedDaysAgo: OLD },
  { name: 'whom nobody has to do with', filmedDaysAgo: OLD },
  { name: 'very restricted in ward-a, filmed', ward: 'ward-a', isVeryRestricted: true, filmedDaysAgo: 2 },
  { name: 'very restricted with the nurse in the team', ward: 'ward-a', team: 'nurse', isVeryRestricted: true, filmedDaysAgo: OLD },
  { name: 'in ward-a, refusing care altogether', ward: 'ward-a', refuses: ['TREAT'], filmedDaysAgo: 2 },
  { name: 'in ward-a, withholding reports', ward: 'ward-a', withholds: ['radiology-report'], filmedDaysAgo: 2 },
  { name: 'in ward-a, withholding vital signs and films', ward: 'ward-a', withholds: ['vitals', 'chest-imaging'], filmedDaysAgo: 2 },
  { name: 'for whom the nurse broke the glass', ward: 'ward-b', glassOf: 'nurse', filmedDaysAgo: OLD },
];

export interface Actor {
  readonly standing: Standing;
  readonly person: Person;
}

export function placeOf({ ward, left }: Standing): Place {
  if (ward !== undefined) return { kind: 'ward', ward };
  return left === undefined ? { kind: 'nowhere' } : { kind: 'left', ward: left.ward, hoursAgo: left.hours };
}

/** Makes the cast through the same doors that a hospital uses. */
export async function makeCast(stores: TestStores, edge: RunningEdge): Promise<readonly Actor[]> {
  const cast: Actor[] = [];
  for (const standing of CAST) {
    const made = await makePerson(stores, placeOf(standing), standing.filmedDaysAgo * 24);
    if (standing.team !== undefined) await relate(stores, made.id, { team: person(standing.team).subject });
    if (standing.name.startsWith('once')) await relate(stores, made.id, { team: person('physician').subject, end: minus(ago(0), minutes(1)) });
    if (standing.isOwn === true) await relate(stores, made.id, { own: true });
    if (standing.isVeryRestricted === true) await label(stores, made);
    await consent(edge, made, standing);
    if (standing.glassOf !== undefined) await breakGlass(edge, made, standing.glassOf);
    cast.push({ standing, person: made });
  }
  return cast;
}

async function label(stores: TestStores, { id }: Person): Promise<void> {
  await writes(stores.api, async (scope) => {
    await scope.patients.matchId(id);
    await scope.care.setLabel(id, 'V');
  });
}

async function consent(edge: RunningEdge, { id }: Person, { refuses, withholds }: Standing): Promise<void> {
  if (refuses === undefined && withholds === undefined) return;
  const exceptions = [...(refuses ?? []).map((use) => ({ uses: [use] })), ...(withholds === undefined ? [] : [{ classes: withholds, uses: ['TREAT'] }])];
  const answer = await edge.post('/fhir/R4/Consent', 'integrator', {
    ...consentOf(id, exceptions),
    identifier: [{ system: 'urn:registry', value: randomUUID() }],
  });
  if (answer.status !== 201) throw new Error(`the consent was not taken: ${await answer.text()}`);
}

export async function breakGlass(edge: RunningEdge, { canary }: Person, who: string): Promise<void> {
  const headers = { authorization: `Bearer ${await edge.token(who, { mfa: true })}`, 'content-type': 'application/json' };
  const post = async (path: string, body: object) =>
    (await (await fetch(`${edge.url}/api/v1/break-glass/${path}`, { method: 'POST', headers, body: JSON.stringify(body) })).json()) as Record<string, unknown>;
  const found = await post('look-up', { system: 'urn:concord:demo:mrn', value: canary, birthDate: '1950-05-05' });
  const grant = await post('grants', { ...found, reasonCode: 'urgent-care', reason: 'Collapsed on the other ward.' });
  if (grant['id'] === undefined) throw new Error('the glass was not broken');
}
