import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { serverAs, type Server } from '../server.ts';
import { EXIT, readArgs, UsageError, VerbFailed, type ExitCode, type Io, type Verb } from '../verb.ts';

const erasure = z.object({ id: z.string(), state: z.string() });
const refused = z.object({ detail: z.string() });
const PATIENCE_MS = 120_000;
const LOOK_EVERY_MS = 250;

/** Erases a patient, as two people: one asks, another confirms. Both go through the edge's own doors, decided and recorded. */
export const erase: Verb = {
  usage: [
    'erase --patient ID --reason REASON [--as privacy]      asks; prints the id of the request',
    'erase --confirm REQUEST [--as administrator]           confirms as a second person, and waits until it is done',
    'REASON: no-longer-needed, consent-withdrawn, objection, unlawful, legal-obligation (GDPR Article 17(1))',
  ].join('\n'),
  async run(args: readonly string[], io: Io): Promise<ExitCode> {
    const options = { patient: { type: 'string' }, reason: { type: 'string' }, confirm: { type: 'string' }, as: { type: 'string' } } as const;
    const { values } = readArgs(args, options);
    if (values.confirm !== undefined) return confirm(await serverAs(io.settings, values.as ?? 'administrator'), values.confirm, io);
    if (values.patient === undefined || values.reason === undefined) throw new UsageError('Say who and why: --patient ID --reason REASON.');
    const server = await serverAs(io.settings, values.as ?? 'privacy');
    const asked = await post(server, '/api/v1/erasures', JSON.stringify({ patientId: values.patient, reason: values.reason }));
    io.out(values.json ? JSON.stringify(asked) : asked.id);
    io.err(`Requested. A second person confirms it: concord erase --confirm ${asked.id}`);
    return EXIT.done;
  },
};

async function confirm(server: Server, id: string, io: Io): Promise<ExitCode> {
  await post(server, `/api/v1/erasures/${encodeURIComponent(id)}/confirm`);
  io.err('Confirmed; erasing …');
  const until = performance.now() + PATIENCE_MS;
  while (performance.now() < until) {
    const answer = await server.ask('/api/v1/erasures', { accept: 'application/json' });
    const listed = z.object({ items: z.array(erasure) }).parse(await answer.json());
    if (listed.items.find((one) => one.id === id)?.state === 'executed') {
      io.out('erased');
      return EXIT.done;
    }
    await pause(LOOK_EVERY_MS);
  }
  throw new VerbFailed('It is confirmed and not done yet: the worker goes on with it; `GET /api/v1/erasures` shows when it is.');
}

async function post(server: Server, path: string, body = ''): Promise<z.infer<typeof erasure>> {
  const answer = await server.ask(path, { method: 'POST', accept: 'application/json', ...(body === '' ? {} : { contentType: 'application/json', body }) });
  const said: unknown = await answer.json();
  if (answer.ok) return erasure.parse(said);
  throw new VerbFailed(
    answer.status === 404 ? 'There is no such patient or request.' : (refused.safeParse(said).data?.detail ?? `Refused (${answer.status}).`),
  );
}
