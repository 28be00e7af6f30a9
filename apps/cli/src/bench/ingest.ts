import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { serverAs, type Server } from '../server.ts';
import { EXIT, readArgs, UsageError, VerbFailed } from '../verb.ts';
import { printFigures, quantile, type Bench } from './bench.ts';

const BUNDLE_SIZE = 100;
/** One reading a second and patient, and none may lie ahead of the clock: half a day leaves room. */
const PAST_MS = 12 * 3_600_000;
const CODES = [
  ['8867-4', '/min', 60, 60],
  ['9279-1', '/min', 10, 20],
  ['2708-6', '%', 88, 12],
  ['8480-6', 'mm[Hg]', 90, 60],
  ['8310-5', 'Cel', 36, 3],
] as const;

/** How many observations a second the FHIR door takes, with everything that belongs to it: decision, audit, revision, job. */
export const ingestBench: Bench = {
  usage: 'bench ingest [--seconds 15] [--connections 4]     several senders, one patient each',
  async run(args, io) {
    const { values } = readArgs(args, { seconds: { type: 'string', default: '15' }, connections: { type: 'string', default: '4' } });
    const seconds = whole(values.seconds, '--seconds');
    const connections = whole(values.connections, '--connections');
    const server = await serverAs(io.settings, 'integrator');
    const patients = await Promise.all(Array.from({ length: connections }, () => newPatient(server)));
    const began = performance.now();
    const until = began + seconds * 1000;
    const latencies = (await Promise.all(patients.map((patientId) => sendUntil(server, patientId, until)))).flat();
    const tookSeconds = (performance.now() - began) / 1000;
    const observations = latencies.length * BUNDLE_SIZE;
    printFigures(
      {
        observations,
        seconds: tookSeconds,
        observationsPerSecond: observations / tookSeconds,
        bundleMsP50: quantile(latencies, 0.5),
        bundleMsP95: quantile(latencies, 0.95),
        connections,
      },
      values.json,
      io,
    );
    return EXIT.done;
  },
};

function whole(text: string, name: string): number {
  if (!/^\d{1,4}$/.test(text) || Number(text) === 0) throw new UsageError(`${name} is a whole number above 0.`);
  return Number(text);
}

const created = z.object({ id: z.string() });

async function newPatient(server: Server): Promise<string> {
  const mrn = `bench-${randomUUID()}`;
  const patient = {
    resourceType: 'Patient',
    identifier: [{ system: 'urn:concord:demo:mrn', value: mrn }],
    name: [{ family: 'Bench' }],
    birthDate: '1950-01-01',
  };
  const answer = await post(server, '/Patient', patient);
  const read = created.safeParse(await answer.json());
  if (!answer.ok || !read.success) throw new VerbFailed(`The patient of the measurement was not taken (${answer.status}).`);
  return read.data.id;
}

/** @returns milliseconds of each bundle. */
async function sendUntil(server: Server, patientId: string, until: number): Promise<readonly number[]> {
  const latencies: number[] = [];
  const from = Date.now() - PAST_MS;
  for (let index = 0; performance.now() < until; index += 1) {
    const bundle = {
      resourceType: 'Bundle',
      type: 'transaction',
      entry: Array.from({ length: BUNDLE_SIZE }, (_, at) => entry(patientId, from, index * BUNDLE_SIZE + at)),
    };
    const began = performance.now();
    const answer = await post(server, '', bundle);
    await answer.arrayBuffer();
    if (!answer.ok) throw new VerbFailed(`A bundle was not taken (${answer.status}).`);
    latencies.push(performance.now() - began);
  }
  return latencies;
}

function entry(patientId: string, from: number, index: number): unknown {
  const [code, unit, low, span] = CODES[index % CODES.length] ?? CODES[0];
  return {
    resource: {
      resourceType: 'Observation',
      status: 'final',
      code: { coding: [{ system: 'http://loinc.org', code }] },
      subject: { reference: `Patient/${patientId}` },
      effectiveDateTime: new Date(from + Math.floor(index / CODES.length) * 1000).toISOString(),
      valueQuantity: { value: low + ((index * 7) % span), unit, system: 'http://unitsofmeasure.org', code: unit },
    },
    request: { method: 'POST', url: 'Observation' },
  };
}

function post(server: Server, path: string, resource: unknown): Promise<Response> {
  return server.ask(`/fhir/R4${path}`, {
    method: 'POST',
    contentType: 'application/fhir+json',
    accept: 'application/fhir+json',
    body: JSON.stringify(resource),
  });
}
