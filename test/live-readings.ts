import type { PatientId } from '@concord/core/clinical';
import { instant, plus, seconds, type Instant } from '@concord/core/kernel';
import type { AccessScope } from '@concord/core/ports';
import { asks, person, SEED } from './people.ts';
import { ago, allowed, MRN, pulse, type TestStores } from './stores.ts';

/** One pulse of a monitor, sent the moment it was measured and known a second later. */
export interface LiveReading {
  readonly mrn: string;
  readonly device: string;
  readonly value: number;
  readonly at: Instant;
}

/** One live message of the ward's monitors. */
export async function sendLive(stores: TestStores, readings: readonly LiveReading[]) {
  const work = async (scope: AccessScope) => {
    const records = [];
    for (const { mrn, device, value, at } of readings) {
      const patientId = await scope.patients.match({ system: MRN, value: mrn });
      if (patientId === undefined) throw new Error('the patient is known');
      records.push(pulse(patientId, value, at, { device, sentAt: at, availableAt: plus(at, seconds(1)) }));
    }
    return scope.observations.putAll(records);
  };
  return allowed(await stores.api.withAccess(asks(SEED, { action: 'create', resource: 'Observation' }), work));
}

/** What the models, the chart and NEWS2 are told of a patient's pulse: at `asOf`, or now. */
export async function toldOfPulse(stores: TestStores, patientId: PatientId, asOf: Instant = instant(Date.now())) {
  const work = async (scope: AccessScope) => {
    const streams = (await scope.timelines.load(patientId, asOf))?.streams;
    const points = await scope.observations.window(patientId, ['8867-4'], ago(120), instant(Date.now()), 60_000);
    const [newest] = await scope.observations.newest(patientId, ['8867-4']);
    return {
      model: [...(streams?.values() ?? [])].flatMap(({ observations }) => observations.map(({ value }) => (value as { number?: number }).number)),
      chart: points.map(({ mean }) => mean),
      newest: newest?.number,
    };
  };
  return allowed(await stores.api.withAccess(asks(person('physician'), { action: 'read', resource: 'Timeline', patientId }), work));
}
