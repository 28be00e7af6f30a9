import { randomUUID } from 'node:crypto';
import type { Settings } from './config.ts';
import { requireRunning } from './running.ts';
import { VerbFailed } from './verb.ts';
import { tokenFor } from './verbs/token.ts';

/** A caller with the rights of one demo user, over the same doors as everyone else. */
export interface Server {
  readonly url: string;
  /** @param path begins with `/`. @throws VerbFailed when nothing answers. */
  ask(path: string, request?: AskRequest): Promise<Response>;
}

export interface AskRequest {
  readonly method?: 'GET' | 'POST';
  readonly accept?: string;
  readonly range?: string;
  readonly contentType?: string;
  readonly body?: string | Uint8Array<ArrayBuffer>;
}

const PATIENCE_MS = 60_000;
/** A token lives five minutes; a long import asks again in time. */
const TOKEN_GOOD_FOR_MS = 4 * 60_000;

/** @throws VerbFailed when no start runs from this data folder. */
export async function serverAs(settings: Settings, user: string): Promise<Server> {
  const { url } = await requireRunning(settings.dataDir);
  let token: { readonly value: string; readonly until: number } | undefined;
  const bearer = async (): Promise<string> => {
    if (token === undefined || performance.now() > token.until) token = { value: await tokenFor(settings, user), until: performance.now() + TOKEN_GOOD_FOR_MS };
    return token.value;
  };
  return {
    url,
    async ask(path, { method = 'GET', accept, range, contentType, body } = {}) {
      const headers = new Headers({ authorization: `Bearer ${await bearer()}`, 'x-request-id': randomUUID() });
      if (accept !== undefined) headers.set('accept', accept);
      if (range !== undefined) headers.set('range', range);
      if (contentType !== undefined) headers.set('content-type', contentType);
      return fetch(new URL(path, url), { method, headers, signal: AbortSignal.timeout(PATIENCE_MS), ...(body === undefined ? {} : { body }) }).catch(() => {
        throw new VerbFailed(`${url} does not answer.`);
      });
    },
  };
}
