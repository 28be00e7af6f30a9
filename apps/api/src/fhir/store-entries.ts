import type { PatientId } from '@concord/core/clinical';
import type { AccessScope } from '@concord/core/ports';
import { inOrder, under, type SentEncounter, type SentObservation, type SentPatient, type SentReport, type SentResource } from '@concord/interop/fhir';
import { Originals } from './originals.ts';
import { References } from './references.ts';
import { storeEncounter } from './store-encounter.ts';
import { storeObservations } from './store-observations.ts';
import { storeReport } from './store-report.ts';
import { conflict, refused, type Outcome, type Placed, type Write, type Writing } from './writing.ts';

/** Stores what one request holds, inside its one transaction; the caller rolls back when one entry may not stand alone. */
export async function storeEntries(scope: AccessScope, write: Write): Promise<readonly Outcome[]> {
  const originals = new Originals(scope, write);
  const writing: Writing = { scope, write, references: new References(scope), originals, changed: new Set() };
  const outcomes = new Map<number, Outcome>();
  const placed = await place(writing, outcomes);
  originals.belongTo(placed);
  for (const entry of placed.filter(isEncounter)) outcomes.set(entry.index, remembered(writing, entry, await storeEncounter(writing, entry)));
  for (const [index, outcome] of await storeObservations(writing, placed.filter(isObservation))) outcomes.set(index, outcome);
  for (const entry of placed.filter(isReport)) outcomes.set(entry.index, await storeReport(writing, entry));
  for (const patientId of new Set(placed.map((entry) => entry.patientId))) await originals.of(patientId);
  for (const patientId of [...writing.changed].sort()) await scope.jobs.assess(patientId);
  return write.entries.map(({ place: prefix }, index) => located(outcomes.get(index) ?? refused('processing', 'not stored', 'Resource'), prefix));
}

const isEncounter = (entry: Placed<SentResource>): entry is Placed<SentEncounter> => entry.resource.type === 'Encounter';
const isObservation = (entry: Placed<SentResource>): entry is Placed<SentObservation> => entry.resource.type === 'Observation';
const isReport = (entry: Placed<SentResource>): entry is Placed<SentReport> => entry.resource.type === 'DiagnosticReport';

/** Makes or finds the patients, then finds whose every other entry is. In order of patients, so that two requests lock alike. */
async function place(writing: Writing, outcomes: Map<number, Outcome>): Promise<readonly Placed<SentResource>[]> {
  const placed: Placed<SentResource>[] = [];
  const entries = inOrder([...writing.write.entries.entries()], ([, { resource }]) => resource.type);
  for (const [index, { resource, fullUrl }] of entries) {
    const found = resource.type === 'Patient' ? await storePatient(writing, resource, fullUrl) : await subjectOf(writing, resource);
    if ('outcome' in found) outcomes.set(index, found.outcome);
    if (found.patientId !== undefined) placed.push({ index, resource, patientId: found.patientId, ...(fullUrl === undefined ? {} : { fullUrl }) });
  }
  return placed.sort((a, b) => (a.patientId < b.patientId ? -1 : a.patientId > b.patientId ? 1 : a.index - b.index));
}

interface FoundPatient {
  readonly patientId?: PatientId;
  readonly outcome?: Outcome;
}

async function storePatient(
  { scope, write, references }: Writing,
  { type, ...sent }: SentPatient,
  fullUrl: string | undefined,
): Promise<Required<FoundPatient> | { readonly patientId?: undefined; readonly outcome: Outcome }> {
  const stored = await scope.patients.create({ ...sent, sourceId: write.sourceId });
  if (stored.kind === 'conflict') return { outcome: conflict('the identifier is already that of a patient with other particulars', 'Patient.identifier') };
  if (sent.label !== undefined) await scope.care.setLabel(stored.id, sent.label);
  if (fullUrl !== undefined) references.made.set(fullUrl, stored.id);
  return { patientId: stored.id, outcome: { kind: 'stored', type, id: stored.id, version: stored.version } };
}

async function subjectOf(
  { references }: Writing,
  resource: Exclude<SentResource, SentPatient>,
): Promise<{ readonly patientId: PatientId } | { readonly patientId?: undefined; readonly outcome: Outcome }> {
  const patientId = await references.patient(resource.subject);
  return patientId === undefined ? { outcome: refused('not-found', 'nobody knows this patient', `${resource.type}.subject`) } : { patientId };
}

/** Later entries may point to the stay that was just stored. */
function remembered({ references }: Writing, { fullUrl }: Placed<SentEncounter>, outcome: Outcome): Outcome {
  if (fullUrl !== undefined && outcome.kind === 'stored') references.made.set(fullUrl, outcome.id);
  return outcome;
}

function located(outcome: Outcome, prefix: string | undefined): Outcome {
  return outcome.kind === 'stored' || prefix === undefined ? outcome : { ...outcome, issues: under(prefix, outcome.issues) };
}
