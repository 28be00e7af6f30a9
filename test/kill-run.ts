import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Program, RunningSystem } from './running-system.ts';

/** What a sender and a reader saw while a program was killed again and again. */
export interface KillReport {
  readonly acknowledged: number;
  /** Acknowledged and not found afterwards. */
  readonly lost: readonly string[];
  /** Found more than once. */
  readonly doubled: readonly string[];
  /** From each kill until the system said that it is ready and the program was there again. */
  readonly readyMs: readonly number[];
}

const SYSTEM = 'urn:concord:test:reading';
const AUTHORITY = 'urn:concord:demo:mrn';
const BUNDLE_SIZE = 10;
const PAST_MS = 20 * 24 * 3_600_000;
const READY_WITHIN_MS = 30_000;
const BETWEEN_KILLS_MS = 400;

/** Sends vitals without a pause and kills `program` the given number of times meanwhile; then counts what is stored. */
export async function killDuringIngest(system: RunningSystem, program: Program, times: number): Promise<KillReport> {
  const client = new Sender(system);
  const patientId = await client.admit(`kill-${program}-${randomUUID().slice(0, 8)}`);
  const sending = client.sendUntilTold(patientId);
  const readyMs: number[] = [];
  for (let round = 0; round < times; round += 1) {
    await pause(BETWEEN_KILLS_MS);
    readyMs.push(await killAndWait(system, program));
  }
  await pause(BETWEEN_KILLS_MS);
  client.stop();
  await sending;
  const found = await client.stored(patientId);
  const counts = new Map<string, number>();
  for (const id of found) counts.set(id, (counts.get(id) ?? 0) + 1);
  return {
    acknowledged: client.acknowledged.size,
    lost: [...client.acknowledged].filter((id) => !counts.has(id)),
    doubled: [...counts].filter(([, count]) => count > 1).map(([id]) => id),
    readyMs,
  };
}

async function killAndWait(system: RunningSystem, program: Program): Promise<number> {
  const pid = system.pidOf(program);
  if (pid === undefined) throw new Error(`${program} is not running`);
  const began = performance.now();
  process.kill(pid, 'SIGKILL');
  while (performance.now() - began < READY_WITHIN_MS) {
    const now = system.pidOf(program);
    if (now !== undefined && now !== pid && (await system.isReady())) return performance.now() - began;
    await pause(50);
  }
  throw new Error(`${program} did not come back:\n${system.output}`);
}

/** A source that repeats what was not acknowledged, as a real one does. */
class Sender {
  readonly acknowledged = new Set<string>();
  private readonly system: RunningSystem;
  private token = '';
  private going = true;

  constructor(system: RunningSystem) {
    this.system = system;
  }

  stop(): void {
    this.going = false;
  }

  async admit(mrn: string): Promise<string> {
    this.token = await this.system.token('integrator');
    const identifier = [{ system: AUTHORITY, value: mrn }];
    const answer = await this.post('/Patient', { resourceType: 'Patient', identifier, name: [{ family: 'Test', given: ['Kill'] }], birthDate: '1960-02-03' });
    const { id } = (await answer.json()) as { id: string };
    return id;
  }

  async sendUntilTold(patientId: string): Promise<void> {
    for (let sent = 0; this.going; sent += 1) {
      const ids = Array.from({ length: BUNDLE_SIZE }, (_, index) => `${sent}-${index}`);
      const bundle = { resourceType: 'Bundle', type: 'transaction', entry: ids.map((id, index) => entry(patientId, id, sent * BUNDLE_SIZE + index)) };
      while (!(await this.accepted(bundle))) await pause(30);
      for (const id of ids) this.acknowledged.add(id);
    }
  }

  async stored(patientId: string): Promise<readonly string[]> {
    const found: string[] = [];
    let next: string | undefined = `/fhir/R4/Observation?patient=${patientId}&_count=100`;
    while (next !== undefined) {
      const answer = await fetch(new URL(next, this.system.url), { headers: { authorization: `Bearer ${this.token}` } });
      const page = (await answer.json()) as Page;
      for (const { resource } of page.entry ?? []) found.push(...resource.identifier.map(({ value }) => value));
      next = page.link?.find(({ relation }) => relation === 'next')?.url;
    }
    return found;
  }

  private accepted(bundle: unknown): Promise<boolean> {
    return this.post('', bundle).then(
      async (answer) => {
        const text = await answer.text();
        if (answer.status >= 400 && answer.status < 500) throw new Refused(`refused: ${answer.status} ${text}`);
        return answer.ok;
      },
      () => false,
    );
  }

  private post(path: string, body: unknown): Promise<Response> {
    return fetch(`${this.system.url}/fhir/R4${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${this.token}`, 'content-type': 'application/fhir+json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(10_000),
    });
  }
}

class Refused extends Error {}

interface Page {
  readonly entry?: readonly { readonly resource: { readonly identifier: readonly { readonly value: string }[] } }[];
  readonly link?: readonly { readonly relation: string; readonly url: string }[];
}

/** One heart rate a second, from far enough back that no reading of a long run lies ahead. */
function entry(patientId: string, id: string, index: number): unknown {
  return {
    resource: {
      resourceType: 'Observation',
      status: 'final',
      identifier: [{ system: SYSTEM, value: id }],
      category: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'vital-signs' }] }],
      code: { coding: [{ system: 'http://loinc.org', code: '8867-4' }] },
      subject: { reference: `Patient/${patientId}` },
      effectiveDateTime: new Date(Date.now() - PAST_MS + index * 1000).toISOString(),
      valueQuantity: { value: 70 + (index % 30), unit: '/min', system: 'http://unitsofmeasure.org', code: '/min' },
    },
    request: { method: 'POST', url: 'Observation' },
  };
}
