import type { AuditRow } from '@concord/core/ports';
import { ACT_REASON, BALP, coded, DCM, OURS, PARTICIPATION, type Json } from './systems.ts';

const SOURCE = coded(DCM, '110153', 'Source Role ID');
const DESTINATION = coded(DCM, '110152', 'Destination Role ID');
/** Where we answer, as a URI (network type 5): the agent is the service, not a machine. */
const SERVICE = { address: 'urn:concord:api', type: '5' };
/** The one that recorded the event; BALP's disclosure profile wants the source agent to be this too. */
export const OBSERVER: Json = { display: 'Concord' };

/**
 * Who took part. Data flows from source to destination: of a read our service is the source, of a write the client is. Of a
 * query BALP has it the other way round, for the question flows. A sign-in or an alert has no such direction.
 */
export function agentsOf(row: AuditRow): readonly Json[] {
  const people = [person(row), token(row)].filter((agent) => agent !== undefined);
  if (row.kind === 'disclosure' || row.kind === 'export') return [...released(row), ...people];
  const isRead = row.action === 'R';
  return [client(row, isRead ? DESTINATION : SOURCE), server(isRead ? SOURCE : DESTINATION), ...people];
}

/** BALP PrivacyDisclosure.Source: our service gave it, the recipient got it. */
function released(row: AuditRow): readonly Json[] {
  const given = row.recipient;
  const recipient =
    given === undefined
      ? client(row, DESTINATION)
      : { type: DESTINATION, who: { display: given.name }, requestor: false, network: { address: given.address ?? 'unknown', type: '5' } };
  return [server(SOURCE), recipient];
}

function client(row: AuditRow, type: Json): Json {
  const network = row.ip === undefined ? { address: 'urn:concord:in-process', type: '5' } : { address: row.ip, type: '2' };
  return { type, who: { identifier: { value: row.clientId } }, requestor: false, network };
}

function server(type: Json): Json {
  return { type, who: OBSERVER, requestor: false, network: SERVICE };
}

/** BALP's OAuth mapping: issuer and subject are the identifier; no network (a person is at no address), no altId, no policy. */
function person(row: AuditRow): Json {
  const { issuer, subject, login, name, roles } = row.actor;
  // Of a write the person is the author, of everything else whoever the information reaches.
  const part =
    row.action === 'C' || row.action === 'U' ? coded(PARTICIPATION, 'AUT', 'author (originator)') : coded(PARTICIPATION, 'IRCP', 'information recipient');
  return {
    type: part,
    ...(roles.length === 0 ? {} : { role: roles.map((role) => coded(`${OURS}/CodeSystem/role`, role)) }),
    who: { identifier: { system: absolute(issuer), value: subject }, display: login },
    name,
    requestor: true,
    purposeOfUse: [coded(ACT_REASON, row.purpose)],
  };
}

/** R4 wants an absolute URI as an identifier's system; the house's own issuer is known by a word. */
const absolute = (issuer: string): string => (/^[a-z][a-z0-9+.-]*:/i.test(issuer) ? issuer : `urn:concord:issuer:${issuer}`);

/** The token by its `jti` (RFC 7519), in an agent of its own: the person's agent may carry no policy in BALP's Read. */
function token({ tokenId }: AuditRow): Json | undefined {
  if (tokenId === undefined || tokenId === '') return undefined;
  return { type: coded(`${BALP}/CodeSystem/UserAgentTypes`, 'UserOauthAgent'), requestor: false, policy: [`urn:ietf:params:oauth:jti:${tokenId}`] };
}
