import type { EncounterId, ReceivedReport, ReportId } from '@concord/core/clinical';
import type { Instant } from '@concord/core/kernel';
import type { SentObservation, SentReport } from '@concord/interop/fhir';
import { modalities } from '@concord/modalities/registry';
import { admit, checkTime, derivedOf, type Admitted } from '@concord/pipeline/ingest';
import { ingestIssue } from './answers.ts';
import { NOBODY } from './ids.ts';
import { refused, told, type Outcome, type Placed, type Writing } from './writing.ts';

/** Stores a report with what its modality read in it. */
export async function storeReport(writing: Writing, entry: Placed<SentReport>): Promise<Outcome> {
  const { scope, write, originals } = writing;
  const { resource, patientId } = entry;
  const early = await impossibleTime(writing, entry);
  if (early !== undefined) return early;
  const encounter = await encounterOf(writing, entry);
  if (encounter.refused !== undefined) return encounter.refused;
  const read = await readBy(writing, entry);
  if (!read.ok) return { kind: 'refused', status: 422, issues: [ingestIssue(read.error, 'DiagnosticReport.presentedForm[0]')] };
  const { type: _type, subject: _subject, encounter: _encounter, isImaging: _isImaging, ...said } = resource;
  const stored = await scope.reports.put({
    ...said,
    patientId,
    modality: read.value.modality,
    derived: derivedOf(read.value) ?? null,
    sourceId: write.sourceId,
    blob: await originals.of(patientId),
    ...(encounter.id === undefined ? {} : { encounterId: encounter.id }),
  });
  return told(writing, entry, stored);
}

async function impossibleTime({ scope, references }: Writing, { resource, patientId }: Placed<SentReport>): Promise<Outcome | undefined> {
  const demographics = await references.demographics(patientId);
  const times: readonly (readonly [string, Instant])[] = [
    ['effective', resource.effectiveAt],
    ['issued', resource.issued],
  ];
  for (const [name, moment] of times) {
    const time = checkTime(moment, scope.now, demographics);
    if (!time.ok) return { kind: 'refused', status: 422, issues: [ingestIssue(time.error, `DiagnosticReport.${name}`)] };
  }
  return undefined;
}

async function readBy({ scope, write, originals }: Writing, { resource, patientId }: Placed<SentReport>): Promise<ReturnType<typeof admit>> {
  const nothing: Admitted = { observations: [] };
  if (!resource.isImaging || resource.text === '') return { ok: true, value: nothing };
  const { code, status, text, effectiveAt } = resource;
  const received: ReceivedReport = {
    kind: 'report',
    sourceId: write.sourceId,
    subject: patientId,
    blob: await originals.of(patientId),
    effectiveAt,
    receivedAt: scope.now,
    // The store gives the report its id and version; what is read in the text does not depend on them.
    reportId: NOBODY as ReportId,
    version: 1,
    code,
    status,
    text,
  };
  return admit(received, modalities);
}

/** The stay that a resource names: it must be known, and the patient's own. */
export async function encounterOf(
  { references }: Writing,
  { resource, patientId }: Placed<SentReport> | Placed<SentObservation>,
): Promise<{ readonly id?: EncounterId; readonly refused?: undefined } | { readonly id?: undefined; readonly refused: Outcome }> {
  if (resource.encounter === undefined) return {};
  const found = await references.encounter(resource.encounter);
  if (found === undefined) return { refused: refused('not-found', 'nobody knows this encounter', `${resource.type}.encounter`) };
  if (found.patientId !== patientId) return { refused: refused('business-rule', 'the encounter is not that of the subject', `${resource.type}.encounter`) };
  return { id: found.id };
}
