import { randomUUID } from 'node:crypto';
import type { PatientId, SourceId, WardId } from '@concord/core/clinical';
import { hours, minutes, minus } from '@concord/core/kernel';
import { consentOf, makePerson, relate, type Person } from '../access-world.ts';
import type { RunningEdge } from '../edge.ts';
import type { Standing } from '../matrix/oracle.ts';
import { breakGlass, placeOf } from '../matrix/world.ts';
import { person } from '../people.ts';
import { ago, writes, type TestStores } from '../stores.ts';

/** A patient of a random world: what is stored of them, and all that is true of them now. */
export interface Soul {
  readonly person: Person;
  standing: Standing;
  /** One consent a patient: what is said later replaces it. */
  readonly consentId: string;
}

export interface Rng {
  next(): number;
}

export const pick = <T>(rng: Rng, from: readonly T[]): T => from[Math.floor(rng.next() * from.length)] ?? (from[0] as T);
const often = (rng: Rng, share: number): boolean => rng.next() < share;

const WARDS = ['ward-a', 'ward-b'] as const;
const CLASSES = ['vitals', 'radiology-report', 'chest-imaging'] as const;
const REFUSALS = [['TREAT'], ['TREAT', 'BTG', 'ETREAT'], ['BTG', 'ETREAT'], ['HRESCH']] as const;
const STAFF = ['nurse', 'physician', 'radiologist'] as const;

/** On both sides of each limit: 72 hours, 30 days. */
function randomStanding(rng: Rng, name: string): Standing {
  const where = rng.next();
  const place = where < 0.5 ? { ward: pick(rng, WARDS) } : where < 0.75 ? { left: { ward: pick(rng, WARDS), hours: pick(rng, [10, 71, 73, 100]) } } : {};
  return { name, ...place, filmedDaysAgo: pick(rng, [2, 29, 31, 40]), ...team(rng), ...(often(rng, 0.2) ? { isVeryRestricted: true } : {}), ...said(rng) };
}

function team(rng: Rng): Pick<Standing, 'team'> {
  return often(rng, 0.3) ? { team: pick(rng, STAFF) } : {};
}

function said(rng: Rng): Pick<Standing, 'refuses' | 'withholds'> {
  return {
    ...(often(rng, 0.2) ? { refuses: pick(rng, REFUSALS) } : {}),
    ...(often(rng, 0.4) ? { withholds: CLASSES.filter(() => often(rng, 0.5)) } : {}),
  };
}

export interface Site {
  readonly stores: TestStores;
  readonly edge: RunningEdge;
}

/** A world of so many patients; the first has the demo's account, and the glass was broken for two. */
export async function makeSouls(site: Site, rng: Rng, count: number): Promise<readonly Soul[]> {
  const souls: Soul[] = [];
  for (let n = 0; n < count; n += 1) souls.push(await makeSoul(site, rng, n));
  return souls;
}

async function makeSoul({ stores, edge }: Site, rng: Rng, n: number): Promise<Soul> {
  const standing = { ...randomStanding(rng, `number ${n}`), ...(n === 0 ? { isOwn: true } : {}) };
  const made = await makePerson(stores, placeOf(standing), standing.filmedDaysAgo * 24);
  const soul: Soul = { person: made, standing, consentId: randomUUID() };
  if (standing.team !== undefined) await relate(stores, made.id, { team: person(standing.team).subject });
  if (standing.isOwn === true) await relate(stores, made.id, { own: true });
  if (standing.isVeryRestricted === true) await label(stores, made.id, 'V');
  const glassOf = n === 1 ? 'nurse' : n === 2 ? 'physician' : undefined;
  if (glassOf !== undefined) {
    await breakGlass(edge, made, glassOf);
    soul.standing = { ...standing, glassOf };
  }
  await consent(edge, soul);
  return soul;
}

async function label(stores: TestStores, id: PatientId, to: 'V' | 'N'): Promise<void> {
  await writes(stores.api, async (scope) => {
    await scope.patients.matchId(id);
    await scope.care.setLabel(id, to);
  });
}

/** Said anew, all of it: what no exception names is permitted again. */
async function consent(edge: RunningEdge, { person: { id }, standing: { refuses, withholds }, consentId }: Soul): Promise<void> {
  const exceptions = [
    ...(refuses ?? []).map((use) => ({ uses: [use] })),
    ...(withholds === undefined || withholds.length === 0 ? [] : [{ classes: withholds, uses: ['TREAT'] }]),
  ];
  const answer = await edge.post('/fhir/R4/Consent', 'integrator', {
    ...consentOf(id, exceptions),
    status: 'active',
    identifier: [{ system: 'urn:registry', value: consentId }],
  });
  if (answer.status !== 201 && answer.status !== 200) throw new Error(`the consent was not taken: ${await answer.text()}`);
}

/** Something happens to one patient: moved, sent home, another team, a label, a new consent. It holds from the next request. */
export async function change(site: Site, rng: Rng, soul: Soul): Promise<void> {
  const { stores, edge } = site;
  const { person: who, standing } = soul;
  switch (pick(rng, ['ward', 'team', 'label', 'consent'] as const)) {
    case 'ward':
      if (standing.ward !== undefined) await leave(stores, soul, rng);
      break;
    case 'team': {
      const { team: _, ...rest } = standing;
      soul.standing = { ...rest, ...team(rng) };
      await relate(stores, who.id, { team: soul.standing.team === undefined ? 'nobody' : person(soul.standing.team).subject });
      break;
    }
    case 'label':
      soul.standing = { ...standing, isVeryRestricted: standing.isVeryRestricted !== true };
      await label(stores, who.id, soul.standing.isVeryRestricted === true ? 'V' : 'N');
      break;
    case 'consent': {
      const { refuses: _refuses, withholds: _withholds, ...rest } = standing;
      soul.standing = { ...rest, ...said(rng) };
      await consent(edge, soul);
      break;
    }
  }
}

/** To the other ward, or home some hours ago. */
async function leave(stores: TestStores, soul: Soul, rng: Rng): Promise<void> {
  const { ward: from = 'ward-a', left: _, ...rest } = soul.standing;
  const hoursAgo = pick(rng, [0, 10, 71, 73]);
  const to = from === 'ward-a' ? 'ward-b' : 'ward-a';
  const start = ago(60 * 24 * 10);
  const moved = minus(ago(0), minutes(1));
  const end = minus(ago(0), hours(hoursAgo));
  const [stay, locations] =
    hoursAgo === 0
      ? [
          { status: 'in-progress' as const, class: 'IMP', start },
          [
            { wardId: from as WardId, start, end: moved, status: 'completed' as const },
            { wardId: to as WardId, start: moved, status: 'active' as const },
          ],
        ]
      : [{ status: 'finished' as const, class: 'IMP', start, end }, [{ wardId: from as WardId, start, end, status: 'completed' as const }]];
  await writes(stores.api, async (scope) => {
    await scope.patients.matchId(soul.person.id);
    const identifiers = [{ system: 'urn:concord:demo:visit', value: `v-${soul.person.canary}` }];
    return scope.encounters.put({ patientId: soul.person.id, identifiers, stay, locations, sourceId: 'integrator' as SourceId });
  });
  soul.standing = hoursAgo === 0 ? { ...rest, ward: to } : { ...rest, left: { ward: from, hours: hoursAgo } };
}
