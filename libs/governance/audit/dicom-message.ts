import { toIso } from '@concord/core/kernel';
import type { AuditRow } from '@concord/core/ports';
import { base64 } from './base64.ts';
import { DICOM_WORDS } from './vocabulary.ts';

const DCM = 'DCM';

/**
 * The event as a DICOM audit message, PS3.15 A.5.1: who, what, when, about whom, from where. A rest read of a chart is 110110
 * Patient Record, of images 110103 Instances Accessed, a search 110112 Query.
 */
export function dicomAuditMessage(row: AuditRow): string {
  const parts = [eventOf(row), ...participantsOf(row), source(), ...objectsOf(row)];
  return `<?xml version="1.0" encoding="UTF-8"?><AuditMessage>${parts.join('')}</AuditMessage>`;
}

function eventOf(row: AuditRow): string {
  const attributes = { EventActionCode: row.action, EventDateTime: toIso(row.recordedAt), EventOutcomeIndicator: String(row.outcome) };
  const type =
    DICOM_WORDS[row.subtype] === undefined
      ? code('EventTypeCode', row.subtype, 'http://hl7.org/fhir/restful-interaction', row.subtype)
      : dcm('EventTypeCode', row.subtype);
  const outcome = row.outcomeText === undefined ? '' : `<EventOutcomeDescription>${escape(row.outcomeText)}</EventOutcomeDescription>`;
  const purpose = code('PurposeOfUse', row.purpose, 'http://terminology.hl7.org/CodeSystem/v3-ActReason', row.purpose);
  return element('EventIdentification', attributes, [dcm('EventID', eventIdOf(row)), type, outcome, purpose].join(''));
}

function eventIdOf({ category, subtype, resource }: AuditRow): string {
  if (category !== 'rest') return category;
  if (subtype === 'search-type') return '110112';
  return resource === 'ImagingStudy' ? '110103' : '110110';
}

/** The person, the application that asked, and our service. */
function participantsOf(row: AuditRow): readonly string[] {
  const { actor, clientId, ip } = row;
  const roles = actor.roles.map((role) => code('RoleIDCode', role, 'urn:concord:role', role)).join('');
  const network = ip === undefined ? {} : { NetworkAccessPointID: ip, NetworkAccessPointTypeCode: '2' };
  const isRead = row.action === 'R';
  return [
    element(
      'ActiveParticipant',
      { UserID: `${actor.subject}@${actor.issuer}`, AlternativeUserID: actor.login, UserName: actor.name, UserIsRequestor: 'true', ...network },
      roles,
    ),
    element('ActiveParticipant', { UserID: clientId, UserIsRequestor: 'false' }, dcm('RoleIDCode', isRead ? '110152' : '110153')),
    element('ActiveParticipant', { UserID: 'concord', UserIsRequestor: 'false' }, dcm('RoleIDCode', isRead ? '110153' : '110152')),
  ];
}

function source(): string {
  return element(
    'AuditSourceIdentification',
    { AuditSourceID: 'concord' },
    '<AuditSourceTypeCode csd-code="4" codeSystemName="DCM" originalText="Application Server process"/>',
  );
}

function objectsOf(row: AuditRow): readonly string[] {
  const { patientId, objects, query, requestId, eventId, legalBasis } = row;
  const patient =
    patientId === undefined ? [] : [object({ id: patientId, type: '1', role: '1' }, code('ParticipantObjectIDTypeCode', '2', 'RFC-3881', 'Patient Number'))];
  const asked = query === undefined ? '' : `<ParticipantObjectQuery>${base64(query)}</ParticipantObjectQuery>`;
  const request = object(
    { id: requestId, type: '2', role: query === undefined ? '4' : '24' },
    `${code('ParticipantObjectIDTypeCode', 'XrequestId', 'urn:ihe:balp', 'X-Request-Id')}${asked}${detail('eventId', eventId)}${detail('rule', legalBasis)}${scores(row)}`,
  );
  const things = objects.map((id) => object({ id, type: '2', role: '4' }, code('ParticipantObjectIDTypeCode', 'URI', 'RFC-3881', 'URI')));
  return [...patient, ...things, request];
}

/** Each score with its bundle and the hash of what was shown. */
function scores({ scores: shown }: AuditRow): string {
  return (shown?.shown ?? [])
    .map((score) => detail('score', [score.assessmentId, score.task, shown?.models[score.model]?.bundle ?? '', score.outputSha256].join(' ')))
    .join('');
}

function object({ id, type, role }: { readonly id: string; readonly type: string; readonly role: string }, inside: string): string {
  return element('ParticipantObjectIdentification', { ParticipantObjectID: id, ParticipantObjectTypeCode: type, ParticipantObjectTypeCodeRole: role }, inside);
}

/** The value is base64, as PS3.15 asks. */
function detail(type: string, value: string): string {
  return element('ParticipantObjectDetail', { type, value: base64(value) }, '');
}

const dcm = (name: string, value: string): string => code(name, value, DCM, DICOM_WORDS[value] ?? value);

function code(name: string, value: string, system: string, text: string): string {
  return element(name, { 'csd-code': value, codeSystemName: system, originalText: text }, '');
}

function element(name: string, attributes: Readonly<Record<string, string>>, inside: string): string {
  const said = Object.entries(attributes).map(([key, value]) => ` ${key}="${escape(value)}"`);
  return inside === '' ? `<${name}${said.join('')}/>` : `<${name}${said.join('')}>${inside}</${name}>`;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' };

/** XML 1.0 has no place for most control characters; a space stands for them. */
function escape(text: string): string {
  return text.replace(/[\p{Cc}\uFFFE\uFFFF]/gu, ' ').replace(/[&<>"']/g, (mark) => ENTITIES[mark] ?? mark);
}
