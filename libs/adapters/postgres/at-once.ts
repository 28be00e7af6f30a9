import type { ClientBase } from 'pg';

interface Wired {
  readonly connection?: { readonly stream?: { cork(): void; uncork(): void } };
}

/**
 * Sends statements that do not wait for each other in one write: on a busy machine a trip to the socket costs more than a short
 * statement. The connection is in pipeline mode, so each is sent as it is made; held back until the last, they leave together.
 */
export function atOnce<A, B>(client: ClientBase & Wired, send: () => readonly [Promise<A>, Promise<B>]): Promise<[A, B]> {
  const stream = client.connection?.stream;
  stream?.cork();
  try {
    return Promise.all(send());
  } finally {
    stream?.uncork();
  }
}
