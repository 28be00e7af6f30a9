import { toIso } from '@concord/core/kernel';
import type { AuditRow } from '@concord/core/ports';

const DCM = 'http://dicom.nema.org/resources/ontology/DCM';
const INTERACTION = 'http://hl7.org/fhir/restful-interaction';
const ACT_REASON = 'http://terminology.hl7.org/CodeSystem/v3-ActReason';
const ENTITY_TYPE = 'http://terminology.hl7.org/CodeSystem/audit-entity-type';
const OBJECT_ROLE = 'http://terminology.hl7.org/CodeSystem/object-role';
const EXTENSION = 'https://concord.example/fhir/StructureDefinition/';

type Json = Readonly<Record<string, unknown>>;

/** FHIR R4 AuditEvent, shaped after IHE BALP 1.1. */
export type AuditEvent = Json & { readonly resourceType: 'AuditEvent'; readonly id: string };

/** What stands in FHIR's own value set of interactions; the rest is ours. */
const INTERACTIONS = new Set(['read', 'vread', 'update', 'patch', 'delete', 'history', 'create', 'search-type', 'operation', 'batch', 'transaction']);

/**
 * One stored row as an AuditEvent. For reads the client is the destination and the server the source; for queries and
 * writes it is the other way round (BALP's Read and Query profiles). No name or identifier of a patient stands in it.
 */
export function toAuditEvent(row: AuditRow): AuditEvent {
  return {
    resourceType: 'AuditEvent',
    id: row.eventId,
    extension: [
      {
        url: `${EXTENSION}unit`,
        extension: [
          { url: 'id', valueString: row.unitId },
          { url: 'part', valueCode: row.unitPart },
        ],
      },
      { url: `${EXTENSION}legalBasis`, valueString: row.legalBasis },
    ],
    type: {
      system: 'http://terminology.hl7.org/CodeSystem/audit-event-type',
      code: row.category,
      display: row.category === 'rest' ? 'RESTful Operation' : row.category,
    },
    subtype: [subtype(row.subtype)],
    action: row.action,
    recorded: toIso(row.recordedAt),
    outcome: String(row.outcome),
    ...(row.outcomeText === undefined ? {} : { outcomeDesc: row.outcomeText }),
    purposeOfEvent: [{ coding: [{ system: ACT_REASON, code: row.purpose }] }],
    agent: [client(row), server(row), user(row)],
    source: {
      observer: { display: 'Concord' },
      type: [{ system: 'http://terminology.hl7.org/CodeSystem/security-source-type', code: '4', display: 'Application Server' }],
    },
    entity: entities(row),
  };
}

function subtype(code: string): Json {
  return INTERACTIONS.has(code) ? { system: INTERACTION, code } : { system: 'https://concord.example/fhir/CodeSystem/interaction', code };
}

const SOURCE = { coding: [{ system: DCM, code: '110153', display: 'Source Role ID' }] };
const DESTINATION = { coding: [{ system: DCM, code: '110152', display: 'Destination Role ID' }] };

function client(row: AuditRow): Json {
  return {
    type: row.action === 'R' ? DESTINATION : SOURCE,
    who: { display: row.clientId },
    requestor: false,
    ...(row.ip === undefined ? {} : { network: { address: row.ip, type: '2' } }),
  };
}

function server(row: AuditRow): Json {
  return { type: row.action === 'R' ? SOURCE : DESTINATION, who: { display: 'Concord' }, requestor: false };
}

/** BALP's user agent carries no network: the person is not at an address, the client is. */
function user(row: AuditRow): Json {
  const { issuer, subject, login, name, roles } = row.actor;
  return {
    type: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ParticipationType', code: 'IRCP' }] },
    role: roles.map((role) => ({ coding: [{ system: 'https://concord.example/fhir/CodeSystem/role', code: role }] })),
    who: { identifier: { system: issuer, value: subject } },
    altId: login,
    name,
    requestor: true,
    purposeOfUse: [{ coding: [{ system: ACT_REASON, code: row.purpose }] }],
  };
}

function entities(row: AuditRow): readonly Json[] {
  const data = row.objects.map((reference) => ({ what: { reference }, type: { system: ENTITY_TYPE, code: '2' }, role: { system: OBJECT_ROLE, code: '4' } }));
  return [
    ...(row.patientId === undefined ? [] : [patient(row.patientId)]),
    ...(data.length > 0 || row.query !== undefined
      ? data
      : [{ what: { display: row.resource }, type: { system: ENTITY_TYPE, code: '2' }, role: { system: OBJECT_ROLE, code: '4' } }]),
    ...(row.query === undefined ? [] : [query(row.query)]),
    transaction(row),
  ];
}

function patient(id: string): Json {
  return { what: { reference: `Patient/${id}` }, type: { system: ENTITY_TYPE, code: '1' }, role: { system: OBJECT_ROLE, code: '1' } };
}

/** The raw request, not what it found; base64 as R4 asks. */
function query(text: string): Json {
  return { type: { system: ENTITY_TYPE, code: '2' }, role: { system: OBJECT_ROLE, code: '24' }, description: text, query: base64(text) };
}

function transaction(row: AuditRow): Json {
  return {
    what: { identifier: { value: row.requestId } },
    type: { system: 'https://profiles.ihe.net/ITI/BALP/CodeSystem/BasicAuditEntityType', code: 'XrequestId' },
    ...(row.detail === undefined ? {} : { detail: [{ type: 'concord', valueString: JSON.stringify(row.detail) }] }),
  };
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Base64 of the UTF-8 bytes (RFC 4648); a pure group has no Buffer. */
function base64(text: string): string {
  const bytes = utf8(text);
  let out = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const word = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    const left = bytes.length - at;
    for (let sextet = 0; sextet < 4; sextet += 1) out += sextet > left ? '=' : ALPHABET.charAt((word >> (18 - 6 * sextet)) & 63);
  }
  return out;
}

function utf8(text: string): readonly number[] {
  return [...encodeURIComponent(text).matchAll(/%([0-9A-F]{2})|(.)/g)].map(([, hex, plain]) =>
    hex === undefined ? (plain ?? '').charCodeAt(0) : parseInt(hex, 16),
  );
}
