import pg, { type ClientBase, type QueryResult, type QueryResultRow } from 'pg';

/** A prepared statement; its text is its name's only text on a connection. */
export interface Statement {
  readonly name: string;
  readonly text: string;
  readonly values: readonly unknown[];
}

export const BEGIN: Statement = { name: 'begin', text: 'BEGIN', values: [] };
export const COMMIT: Statement = { name: 'commit', text: 'COMMIT', values: [] };

/** What of the driver's connection is used beyond its types; the driver's version is pinned. */
interface Wire {
  readonly stream: { cork(): void; uncork(): void };
  readonly parsedStatements: Readonly<Record<string, string | undefined>>;
  sync(): void;
}

interface Sendable {
  prepare(wire: Wire): void;
}

/** Sends one statement. As an object of the driver's: a description is copied property by property, which costs more than sending it. */
export function send<R extends QueryResultRow>(client: ClientBase, statement: Statement): Promise<QueryResult<R>> {
  return new Promise((resolve, reject) => {
    client.query(
      queryOf(statement, (error, result) => {
        if (error === null || error === undefined) resolve(result as QueryResult<R>);
        else reject(error);
      }),
    );
  });
}

/**
 * Sends two statements that do not wait for each other as one message with one answer: on a busy machine a trip to the socket
 * costs more than a short statement. Where the first one fails the server skips the second.
 */
export function atOnce<A extends QueryResultRow, B extends QueryResultRow>(
  client: ClientBase & { readonly connection?: Wire },
  first: Statement,
  second: Statement,
): Promise<readonly [QueryResult<A>, QueryResult<B>]> {
  const wire = client.connection;
  if (wire?.parsedStatements[first.name] === undefined || wire.parsedStatements[second.name] === undefined) return oneByOne<A, B>(client, first, second);
  return new Promise((resolve, reject) => {
    const pair = queryOf(second, (error, results) => {
      if (error === null || error === undefined) resolve(results as readonly [QueryResult<A>, QueryResult<B>]);
      else reject(error);
    });
    const ahead = queryOf(first, () => undefined) as unknown as Sendable;
    client.query(
      Object.assign(pair, {
        submit(connection: Wire): null {
          // One end of message for both: what is sent ahead leaves its own out.
          const endless: Wire = Object.assign(Object.create(connection) as Wire, { sync: () => undefined });
          connection.stream.cork();
          ahead.prepare(endless);
          (pair as unknown as Sendable).prepare(connection);
          connection.stream.uncork();
          return null;
        },
      }),
    );
  });
}

/** The driver learns that a statement is prepared from its own answer: the first time each has one. */
async function oneByOne<A extends QueryResultRow, B extends QueryResultRow>(
  client: ClientBase,
  first: Statement,
  second: Statement,
): Promise<readonly [QueryResult<A>, QueryResult<B>]> {
  const a = await send<A>(client, first);
  return [a, await send<B>(client, second)];
}

type Answered = (error: Error | null | undefined, result: unknown) => void;

function queryOf({ name, text, values }: Statement, answered: Answered): pg.Query {
  return Object.assign(new pg.Query(text, [...values], answered), { name });
}
