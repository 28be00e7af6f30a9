import type { World } from './canary-world.ts';

/**
 * Where a name, number, birth date or report text of a canary stands although it may not: the edge's log, the metrics, the
 * payloads of jobs, the keys of shared units, the bytes of the record.
 */
export async function leaks(world: World): Promise<readonly string[]> {
  const places = {
    log: world.log.join('\n'),
    metrics: await (await world.edge.get('/metrics', 'steward')).text(),
    jobs: await textOf(world, "SELECT coalesce(string_agg(j::text, ' '), '') AS text FROM jobs._private_jobs j"),
    units: await textOf(world, "SELECT coalesce(string_agg(u::text, ' '), '') AS text FROM audit_units u"),
    record: await textOf(world, "SELECT coalesce(string_agg(convert_from(bytes, 'UTF8'), ' '), '') AS text FROM audit_events"),
  };
  return Object.entries(places).flatMap(([place, text]) => {
    if (place !== 'log' && text === '') return [`${place}: nothing to look at`];
    return found(world, text).map((secret) => `${place}: ${secret}`);
  });
}

/** Secrets of any canary in a text; ids are opaque and no secret. */
export function found({ canaries }: Pick<World, 'canaries'>, text: string): readonly string[] {
  return canaries.flatMap(({ secrets }) => secrets.filter((secret) => text.includes(secret)));
}

async function textOf(world: World, sql: string): Promise<string> {
  return (await world.rows<{ text: string }>(sql))[0]?.text ?? '';
}
