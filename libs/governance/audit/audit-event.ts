import { toIso } from '@concord/core/kernel';
import type { AuditRow } from '@concord/core/ports';
import { agentsOf, OBSERVER } from './agents.ts';
import { entitiesOf } from './entities.ts';
import { ACT_REASON, coded, DCM, INTERACTION, LIFECYCLE, OURS, type Json } from './systems.ts';
import { DICOM_WORDS } from './vocabulary.ts';
import { ruleWords } from './words.ts';

/** FHIR R4 AuditEvent, shaped after IHE BALP 1.1. */
export type AuditEvent = Json & { readonly resourceType: 'AuditEvent'; readonly id: string };

/** What stands in FHIR's own value set of interactions; the rest is ours. */
const INTERACTIONS = new Set(['read', 'vread', 'update', 'patch', 'delete', 'history', 'create', 'search-type', 'operation', 'batch', 'transaction']);

/** One stored row as an AuditEvent. No name or identifier of a patient stands in it. */
export function toAuditEvent(row: AuditRow): AuditEvent {
  const outcomeText = row.outcomeText === undefined ? {} : { outcomeDesc: row.outcomeText };
  return {
    resourceType: 'AuditEvent',
    id: row.eventId,
    ...profileOf(row),
    extension: extensionsOf(row),
    type: typeOf(row.category),
    subtype: subtypesOf(row),
    action: row.action,
    recorded: toIso(row.recordedAt),
    outcome: String(row.outcome),
    ...outcomeText,
    purposeOfEvent: [coded(ACT_REASON, row.purpose)],
    agent: agentsOf(row),
    source: {
      observer: OBSERVER,
      type: [{ system: 'http://terminology.hl7.org/CodeSystem/security-source-type', code: '4', display: 'Application Server' }],
    },
    entity: entitiesOf(row),
  };
}

const PROFILES: Readonly<Record<string, string>> = { read: 'Read', vread: 'Read', 'search-type': 'Query', create: 'Create', update: 'Update' };

/** The BALP profile that a successful event follows; refusals, sign-ins and machine work follow none and claim none. */
function profileOf(row: AuditRow): Json {
  if (row.outcome !== 0) return {};
  if (row.kind !== undefined) {
    return row.kind === 'disclosure' && row.patientId !== undefined ? claim('PrivacyDisclosure.Source') : {};
  }
  const name = PROFILES[row.subtype];
  if (name === undefined || row.unitPart === 'close' || row.unitPart === 'lost') return {};
  return claim(`${row.patientId === undefined ? '' : 'Patient'}${name}`);
}

function claim(name: string): Json {
  return { meta: { profile: [`https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit.${name}`] } };
}

function typeOf(category: string): Json {
  if (category === 'rest') return { system: 'http://terminology.hl7.org/CodeSystem/audit-event-type', code: 'rest', display: 'Restful Operation' };
  const display = DICOM_WORDS[category];
  return { system: DCM, code: category, ...(display === undefined ? {} : { display }) };
}

/** A disclosure keeps ISO 21089's word beside ours; whatever DICOM numbers is DICOM's. */
function subtypesOf({ subtype }: AuditRow): readonly Json[] {
  if (INTERACTIONS.has(subtype)) return [{ system: INTERACTION, code: subtype, display: subtype }];
  if (subtype === 'disclose') return [{ system: LIFECYCLE, code: 'disclose', display: 'Disclose Record Lifecycle Event' }];
  const display = DICOM_WORDS[subtype];
  if (display !== undefined) return [{ system: DCM, code: subtype, display }];
  return [{ system: `${OURS}/CodeSystem/interaction`, code: subtype }];
}

const SAID = ['legalBasis', 'relationship', 'policyVersion', 'entry', 'userAgent', 'sessionHash'] as const;

function extensionsOf(row: AuditRow): readonly Json[] {
  const url = (name: string): string => `${OURS}/StructureDefinition/${name}`;
  const unit = [
    { url: 'id', valueString: row.unitId },
    { url: 'part', valueCode: row.unitPart },
    ...(row.unitKind === undefined ? [] : [{ url: 'kind', valueCode: row.unitKind }]),
  ];
  const said = SAID.flatMap((name) => {
    const value = row[name];
    return value === undefined || value === '' ? [] : [{ url: url(name), valueString: value }];
  });
  // The officer reads why, not a code; the sentence is the table's own.
  const because = { url: url('because'), valueString: ruleWords(row.outcome === 0 ? row.legalBasis : (row.outcomeText ?? row.legalBasis)) };
  const detail = row.detail === undefined ? [] : [{ url: url('detail'), valueString: JSON.stringify(row.detail) }];
  return [{ url: url('unit'), extension: unit }, because, ...said, ...detail];
}
