import type { Identifier, SourceId } from '@concord/core/clinical';

/** What a source calls a patient without saying who issued the number, it means under its own assigning authority. */
const AUTHORITIES: ReadonlyMap<SourceId, string> = new Map([['integrator' as SourceId, 'urn:concord:demo:mrn']]);

/** @returns undefined for a source that has no authority: its bare numbers identify nobody. */
export function ownIdentifier(sourceId: SourceId, value: string): Identifier | undefined {
  const system = AUTHORITIES.get(sourceId);
  return system === undefined ? undefined : { system, value };
}
