import { checkTime } from '@concord/pipeline/ingest';
import type { SentEncounter } from '@concord/interop/fhir';
import { ingestIssue } from './answers.ts';
import { told, type Outcome, type Placed, type Writing } from './writing.ts';

/** A planned stay lies ahead; every other one has begun. */
export async function storeEncounter(writing: Writing, entry: Placed<SentEncounter>): Promise<Outcome> {
  const { scope, references, write } = writing;
  const { resource, patientId } = entry;
  const { type: _type, subject: _subject, identifiers, locations, ...stay } = resource;
  const demographics = await references.demographics(patientId);
  const time = stay.status === 'planned' || stay.status === 'cancelled' ? undefined : checkTime(stay.start, scope.now, demographics);
  if (time?.ok === false) return { kind: 'refused', status: 422, issues: [ingestIssue(time.error, 'Encounter.period.start')] };
  const stored = await scope.encounters.put({ patientId, identifiers, stay, locations, sourceId: write.sourceId });
  if (stored.kind !== 'repeated') await queueUnknownWards(writing, entry);
  return told(writing, entry, stored);
}

/** A ward that nobody has set up opens nothing; a person is asked what it is. */
async function queueUnknownWards({ scope, write, originals }: Writing, { resource, patientId }: Placed<SentEncounter>): Promise<void> {
  if (resource.locations.length === 0) return;
  const known = new Set((await scope.worklist.wards()).map(({ id }) => id));
  if (resource.locations.every(({ wardId }) => known.has(wardId))) return;
  const blob = await originals.of(patientId);
  await scope.reconcile.add({ sourceId: write.sourceId, reason: 'unknown-ward', door: 'fhir', blob, identifiers: [] });
}
