import { randomUUID } from 'node:crypto';
import type { BundleId, ModalityKind, ReportId } from '@concord/core/clinical';
import { probability } from '@concord/core/kernel';
import { agreements } from '@concord/stages/agreement';
import { consentOf, type Person } from '../access-world.ts';
import type { RunningEdge } from '../edge.ts';
import { asks, SEED, WORKER } from '../people.ts';
import { admit, ago, allowed, pulse, type TestStores } from '../stores.ts';
import { makeCast, type Actor } from './world.ts';

/** One patient with one thing of every kind that a route may be asked about. */
export interface Whole extends Person {
  /** Passed on by the source. */
  readonly consentId: string;
  readonly concordanceId: string;
  readonly erasureId: string;
  readonly holdId: string;
  /** Of the emergency grant; nobody's where there is none. */
  readonly grantId: string;
}

export interface WholeActor extends Actor {
  readonly person: Whole;
}

/** The cast, each with a consent, a contradiction of report and film, a reading that waits, an erasure that was asked for, and a hold. */
export async function makeWholeCast(stores: TestStores, edge: RunningEdge): Promise<readonly WholeActor[]> {
  const whole: WholeActor[] = [];
  for (const { standing, person } of await makeCast(stores, edge)) {
    const kept = {
      consentId: await consentIdOf(edge, person),
      concordanceId: await contradict(stores, person),
      grantId: standing.glassOf === undefined ? randomUUID() : await grantIdOf(edge, standing.glassOf),
    };
    whole.push({ standing, person: { ...person, ...kept, ...(await keepOrder(edge, person)) } });
  }
  await holdReadings(stores, whole);
  return whole;
}

async function consentIdOf(edge: RunningEdge, { id }: Person): Promise<string> {
  const found = (await (await edge.get(`/fhir/R4/Consent?patient=${id}`, 'integrator')).json()) as { entry?: readonly { resource: { id: string } }[] };
  if (found.entry?.[0] !== undefined) return found.entry[0].resource.id;
  const answer = await edge.post('/fhir/R4/Consent', 'integrator', { ...consentOf(id, []), identifier: [{ system: 'urn:registry', value: randomUUID() }] });
  return /Consent\/([0-9a-f-]{36})/.exec(answer.headers.get('location') ?? '')?.[1] ?? '';
}

/** Report and film say the contrary of each other, as the worker stores it. */
async function contradict(stores: TestStores, { id, reportId, sopUid }: Person): Promise<string> {
  const said = { finding: 'pleural-effusion', effectiveAt: ago(30) } as const;
  const span = { kind: 'report-span', pointer: { reportId: reportId as ReportId, version: 1, start: 0, end: 4 } } as const;
  const region = { kind: 'image-region', pointer: { sopInstanceUid: sopUid, frame: 1, box: [0, 0, 2, 2] } } as const;
  const findings = agreements([
    { ...said, modality: 'radiology-report' as ModalityKind, stance: 'absent', pointer: span, text: 'no effusion' },
    { ...said, modality: 'chest-imaging' as ModalityKind, stance: 'present', pointer: region, text: 'on the film', probability: probability(0.84) },
  ]);
  const job = asks(WORKER, { action: 'execute', resource: 'RiskAssessment', patientId: id, unit: 'job' });
  const concordance = { patientId: id, asOf: ago(0), revision: 1, bundle: 'b' as BundleId, findings, mislinkSuspected: false };
  return allowed(await stores.worker.withAccess(job, (scope) => scope.concordances.save(concordance))) ?? '';
}

/** Of each a reading of a device that is on somebody else, whom nobody of the cast is. */
async function holdReadings(stores: TestStores, cast: readonly WholeActor[]): Promise<void> {
  const { patientId: rival } = await admit(stores.api, { mrn: `rival-${randomUUID()}`, ward: 'ward-c' });
  const work = (patientOf: (actor: WholeActor) => Person['id'], ...minutes: readonly number[]) =>
    stores.api
      .withAccess(asks(SEED, { action: 'create', resource: 'Observation' }), async (scope) => {
        const records = [];
        for (const actor of cast) {
          const id = patientOf(actor);
          await scope.patients.matchId(id);
          for (const minute of minutes) records.push(pulse(id, 80, ago(minute), { device: `held-${actor.person.canary}`, sentAt: ago(minute) }));
        }
        return scope.observations.putAll(records);
      })
      .then(allowed);
  await work(() => rival, 40, 20);
  await work(({ person }) => person.id, 30);
}

/** The one grant of this person. */
async function grantIdOf(edge: RunningEdge, who: string): Promise<string> {
  const { items } = (await (await edge.get('/api/v1/break-glass/grants', who)).json()) as { items: readonly { id: string }[] };
  return items[0]?.id ?? '';
}

/** The officer asks for an erasure, which nobody confirms, and then places a hold. */
async function keepOrder(edge: RunningEdge, { id }: Person): Promise<Pick<Whole, 'erasureId' | 'holdId'>> {
  const made = async (path: string, body: object): Promise<string> => {
    const answer = await edge.post(path, 'privacy', { patientId: id, ...body }, 'application/json');
    return ((await answer.json()) as { readonly id: string }).id;
  };
  return { erasureId: await made('/api/v1/erasures', { reason: 'objection' }), holdId: await made('/api/v1/legal-holds', { basis: 'litigation' }) };
}
