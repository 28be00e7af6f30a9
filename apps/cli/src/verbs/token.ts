import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Settings } from '../config.ts';
import { requireRunning } from '../running.ts';
import { EXIT, readArgs, UsageError, VerbFailed, type ExitCode, type Io, type Verb } from '../verb.ts';

const answerSchema = z.object({ access_token: z.string() });

/**
 * A genuine token of a demo user, five minutes long: the identity issues it by token exchange to whoever can read the
 * private folder of the running start. Standard output carries the token and nothing else.
 */
export const token: Verb = {
  usage:
    'token --user NAME     prints an access token of a demo user (physician, nurse, radiologist, integrator, privacy, steward, administrator, patient); --mfa: as after a second factor',
  async run(args: readonly string[], io: Io): Promise<ExitCode> {
    const { values, positionals } = readArgs(args, { user: { type: 'string' }, mfa: { type: 'boolean' } });
    if (values.user === undefined || positionals.length > 0) throw new UsageError('Say whose token: --user NAME.');
    const value = await tokenFor(io.settings, values.user, values.mfa === true);
    io.out(values.json ? JSON.stringify({ token: value }) : value);
    return EXIT.done;
  },
};

/** @throws VerbFailed when no start runs from the data folder, or it knows no such user. */
export async function tokenFor(settings: Settings, user: string, mfa = false): Promise<string> {
  const running = await requireRunning(settings.dataDir);
  return exchange(running.identityUrl, await secretIn(settings.dataDir), { user, mfa });
}

/** The secret of the client `concord-cli`, which the demo identity keeps where only its owner reads. */
export async function secretIn(dataDir: string): Promise<string> {
  const path = join(dataDir, 'identity', 'cli-secret');
  const secret = await readFile(path, 'utf8').catch(() => undefined);
  if (secret === undefined) throw new VerbFailed(`${path} cannot be read: the demo identity has not run from this data folder, or another user owns it.`);
  return secret.trim();
}

/** @throws VerbFailed when the identity does not answer or knows no such user. */
export async function exchange(identityUrl: string, secret: string, { user, mfa }: { readonly user: string; readonly mfa: boolean }): Promise<string> {
  const response = await fetch(`${identityUrl.replace(/\/$/, '')}/realms/concord/protocol/openid-connect/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`concord-cli:${secret}`).toString('base64')}` },
    body: new URLSearchParams({
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      requested_subject: user,
      ...(mfa ? { acr_values: 'mfa' } : {}),
    }),
    signal: AbortSignal.timeout(5_000),
  }).catch(() => undefined);
  if (response === undefined) throw new VerbFailed('The demo identity does not answer.');
  const answer = answerSchema.safeParse(await response.json().catch(() => undefined));
  if (response.ok && answer.success) return answer.data.access_token;
  throw new VerbFailed(response.status === 400 ? 'There is no demo user of that name.' : `The demo identity refused (${response.status}).`);
}
