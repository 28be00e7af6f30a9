import { Agent, get } from 'node:http';
import type { HttpDoor, HttpReads } from '@concord/adapters/postgres';
import type { Settings } from '../config.ts';
import { SupervisedChild } from '../start/child.ts';
import { Logs } from '../start/logs.ts';
import { freePort } from '../start/ports.ts';
import { programs } from '../start/programs.ts';
import { VerbFailed } from '../verb.ts';
import { exchange, secretIn } from '../verbs/token.ts';

/** A token lives five minutes; every round asks for a new one. */
const LONGEST_ROUND_S = 200;
/** Calls of one person in a minute: the measurement is one very busy person. */
const NO_BOUND = '1000000';

/** The edge and the demo identity as `npm start` runs them, over the database of a measurement. */
export async function readsOverHttp(base: Settings, { appUrl, patients }: HttpDoor): Promise<HttpReads> {
  const port = await freePort();
  const settings = { ...base, environment: 'demo', port, publicUrl: `http://localhost:${port}` } as const;
  const [identityPort, webPort] = [await freePort(), await freePort()];
  const none = { worker: '', owner: '', audit: '' };
  const plans = programs(settings, () => ({ database: { ...none, app: appUrl }, identityPort, webPort }));
  const dependencies = { logs: new Logs(settings.dataDir), say: () => undefined };
  const unbounded = () => ({ ...plans.api(), env: { ...plans.api().env, CONCORD_CALLS_PER_MINUTE: NO_BOUND } });
  const children = [new SupervisedChild('identity', plans.identity, dependencies), new SupervisedChild('api', unbounded, dependencies)];
  const close = async (): Promise<void> => {
    for (const child of children.toReversed()) await child.stop();
  };
  const token = async (): Promise<string> => exchange(`http://127.0.0.1:${identityPort}`, await secretIn(settings.dataDir), { user: 'physician', mfa: false });
  try {
    for (const child of children) await child.start();
  } catch (problem) {
    await close();
    throw problem;
  }
  return {
    close,
    read: async (seconds, clients) => readAll({ port, token: await token(), patients }, Math.min(seconds, LONGEST_ROUND_S), clients),
  };
}

interface Edge {
  readonly port: number;
  readonly token: string;
  readonly patients: readonly string[];
}

async function readAll({ port, token, patients }: Edge, seconds: number, clients: number): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: clients });
  const until = performance.now() + seconds * 1000;
  let reads = 0;
  const client = async (first: number): Promise<void> => {
    for (let i = first; performance.now() < until; i += clients, reads += 1) {
      const status = await statusOf(`http://127.0.0.1:${port}/fhir/R4/Patient/${patients[i % patients.length] ?? ''}`, { agent, token });
      if (status !== 200) throw new VerbFailed(`A read of the measurement was answered with ${status}.`);
    }
  };
  await Promise.all(Array.from({ length: clients }, (_, i) => client(i))).finally(() => {
    agent.destroy();
  });
  return reads;
}

/** Node's own client: the measurement shares the machine with what it measures. */
function statusOf(url: string, { agent, token }: { readonly agent: Agent; readonly token: string }): Promise<number> {
  return new Promise((resolve, reject) => {
    get(url, { agent, headers: { authorization: `Bearer ${token}` } }, (answer) => {
      answer.resume().once('end', () => {
        resolve(answer.statusCode ?? 0);
      });
    }).once('error', reject);
  });
}
