import type { EncounterId } from '@concord/core/clinical';
import type { NewObservation, StoredObservation } from '@concord/core/ports';
import type { Issue, SentItem, SentObservation } from '@concord/interop/fhir';
import { modalities } from '@concord/modalities/registry';
import { admitSign, checkTime } from '@concord/pipeline/ingest';
import { ingestIssue } from './answers.ts';
import { encounterOf } from './store-report.ts';
import { refused, told, type Outcome, type Placed, type Writing } from './writing.ts';

/** Rows of one Observation: one, or one for each part of a panel. */
interface Rows {
  readonly entry: Placed<SentObservation>;
  readonly records: readonly NewObservation[];
}

/** All Observations of a request in one statement. */
export async function storeObservations(writing: Writing, entries: readonly Placed<SentObservation>[]): Promise<readonly (readonly [number, Outcome])[]> {
  const outcomes: (readonly [number, Outcome])[] = [];
  const accepted: Rows[] = [];
  for (const entry of entries) {
    const rows = await rowsOf(writing, entry);
    if ('kind' in rows) outcomes.push([entry.index, rows]);
    else accepted.push(rows);
  }
  const stored = accepted.length === 0 ? [] : await writing.scope.observations.putAll(accepted.flatMap(({ records }) => records));
  let at = 0;
  for (const { entry, records } of accepted) {
    outcomes.push([entry.index, answer(writing, entry, stored.slice(at, at + records.length))]);
    at += records.length;
  }
  return outcomes;
}

async function rowsOf(writing: Writing, entry: Placed<SentObservation>): Promise<Rows | Outcome> {
  const { resource, patientId } = entry;
  const { scope, references } = writing;
  const time = checkTime(resource.effectiveAt, scope.now, await references.demographics(patientId));
  if (!time.ok) return { kind: 'refused', status: 422, issues: [ingestIssue(time.error, 'Observation.effective')] };
  const encounter = await encounterOf(writing, entry);
  if (encounter.refused !== undefined) return encounter.refused;
  const records: NewObservation[] = [];
  const issues: Issue[] = [];
  for (const item of resource.items) {
    const record = await recordOf(writing, entry, item, encounter.id);
    if (record.ok) records.push(record.value);
    else issues.push(ingestIssue(record.error, item.expression));
  }
  return issues.length > 0 ? { kind: 'refused', status: 422, issues } : { entry, records };
}

async function recordOf(
  { scope, write, originals }: Writing,
  { resource, patientId }: Placed<SentObservation>,
  item: SentItem,
  encounterId: EncounterId | undefined,
) {
  const { effectiveAt, status, device, identifier } = resource;
  return admitSign(
    {
      sourceId: write.sourceId,
      subject: patientId,
      blob: await originals.of(patientId),
      effectiveAt,
      receivedAt: scope.now,
      status,
      codes: item.codes,
      answer: item.answer,
      ...(write.sentAt === undefined ? {} : { sentAt: write.sentAt }),
      ...(device === undefined ? {} : { device }),
      ...(identifier === undefined ? {} : { identifier }),
      ...(encounterId === undefined ? {} : { encounterId }),
    },
    modalities,
  );
}

/** The patient's choice, not a fault of the message: said plainly, so that a gateway stops sending. */
const PAUSED = refused('business-rule', 'the collection of this device is paused', 'Observation.device');

/** An Observation that became several is named by its first; one conflict is the conflict of all. */
function answer(writing: Writing, entry: Placed<SentObservation>, stored: readonly StoredObservation[]): Outcome {
  const outcomes = stored.map((one) => (one.kind === 'paused' ? PAUSED : told(writing, entry, one)));
  const [first] = outcomes;
  return outcomes.find(({ kind }) => kind === 'refused') ?? first ?? refused('processing', 'nothing was stored', 'Observation');
}
