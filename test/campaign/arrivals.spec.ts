import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RunningSystem } from '../running-system.ts';

const PATIENTS = Number(process.env['CONCORD_CAMPAIGN_PATIENTS'] ?? 200);
const CHANGES = 15;
/** Patients that are written about at the same time. */
const AT_ONCE = 4;
/** The goal of a door: within ten seconds on the screen; the rest tells a late score from none. */
const KNOWN_WITHIN_MS = 20_000;
/** A token lives five minutes. */
const RENEW_MS = 240_000;

describe(`${PATIENTS} patients, ${CHANGES} changes each, at any moment of the jobs that they start`, () => {
  let system: RunningSystem;
  beforeAll(async () => {
    system = await RunningSystem.create();
    await system.start();
  });
  afterAll(async () => {
    await system.remove();
  });

  it('each last change is in a score that began after it', async () => {
    const site = new Site(system);
    const waits: number[] = [];
    const passedOver: string[] = [];
    const waiting = Array.from({ length: PATIENTS }, (_, index) => `arrival-${index}-${randomUUID().slice(0, 8)}`);
    const send = async () => {
      for (let mrn = waiting.pop(); mrn !== undefined; mrn = waiting.pop()) {
        const waited = await site.follow(mrn);
        if (waited === undefined) passedOver.push(mrn);
        else waits.push(waited);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, send));
    waits.sort((a, b) => a - b);
    console.log(
      `${PATIENTS * CHANGES} changes of ${PATIENTS} patients: ${passedOver.length} last ones passed over; ` +
        `in a score after ${waits[waits.length >> 1]?.toFixed(0)} ms (median), ${waits.at(-1)?.toFixed(0)} ms (longest)`,
    );
    expect(passedOver).toEqual([]);
  });
});

/** Who writes about patients, and who reads their scores. */
class Site {
  readonly #system: RunningSystem;
  readonly #tokens = new Map<string, { readonly token: Promise<string>; readonly since: number }>();

  constructor(system: RunningSystem) {
    this.#system = system;
  }

  /** @returns milliseconds from the last change to the first score that knew it; undefined when none came. */
  async follow(mrn: string): Promise<number | undefined> {
    const { id } = await this.#write('/Patient', patientOf(mrn));
    await this.#write('/Encounter', stayOf(id));
    let last = '';
    for (let change = 0; change < CHANGES; change += 1) {
      // From at once to longer than a job takes: every phase of the job before is met.
      await pause(Math.random() * 120);
      const { meta } = await this.#write('/Observation', pulseOf(id, 70 + change));
      last = meta.lastUpdated;
    }
    const began = performance.now();
    while (performance.now() - began < KNOWN_WITHIN_MS) {
      if ((await this.#scoredAt(id)) >= Date.parse(last)) return performance.now() - began;
      await pause(50);
    }
    return undefined;
  }

  async #write(path: string, resource: unknown): Promise<Written> {
    const headers = { authorization: await this.#bearer('integrator'), 'content-type': 'application/fhir+json' };
    const answer = await fetch(`${this.#system.url}/fhir/R4${path}`, { method: 'POST', headers, body: JSON.stringify(resource) });
    if (answer.status !== 201) throw new Error(`POST ${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as Written;
  }

  /** The moment that the newest score asked for; 0 while there is none. */
  async #scoredAt(id: string): Promise<number> {
    const headers = { authorization: await this.#bearer('physician') };
    const answer = await fetch(`${this.#system.url}/api/v1/patients/${id}/assessments?task=physiological-decline-24h`, { headers });
    const list = (await answer.json()) as readonly { readonly asOf: string }[] | { readonly items: readonly { readonly asOf: string }[] };
    const [newest] = 'items' in list ? list.items : list;
    return newest === undefined ? 0 : Date.parse(newest.asOf);
  }

  async #bearer(user: string): Promise<string> {
    let held = this.#tokens.get(user);
    if (held === undefined || performance.now() - held.since > RENEW_MS) {
      held = { token: this.#system.token(user), since: performance.now() };
      this.#tokens.set(user, held);
    }
    return `Bearer ${await held.token}`;
  }
}

interface Written {
  readonly id: string;
  readonly meta: { readonly lastUpdated: string };
}

function patientOf(mrn: string): unknown {
  return { resourceType: 'Patient', identifier: [{ system: 'urn:concord:demo:mrn', value: mrn }], birthDate: '1960-02-03', name: [{ family: 'Arrival' }] };
}

function stayOf(id: string): unknown {
  const start = new Date(Date.now() - 3_600_000).toISOString();
  const coding = { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'IMP' };
  const location = [{ location: { reference: 'Location/ward-a' }, status: 'active' }];
  return { resourceType: 'Encounter', status: 'in-progress', class: coding, subject: { reference: `Patient/${id}` }, period: { start }, location };
}

function pulseOf(id: string, value: number): unknown {
  return {
    resourceType: 'Observation',
    status: 'final',
    category: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'vital-signs' }] }],
    code: { coding: [{ system: 'http://loinc.org', code: '8867-4' }] },
    subject: { reference: `Patient/${id}` },
    effectiveDateTime: new Date().toISOString(),
    valueQuantity: { value, unit: '/min', system: 'http://unitsofmeasure.org', code: '/min' },
  };
}
