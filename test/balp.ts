/** What IHE BALP 1.1 asks of an AuditEvent beyond FHIR's own definition; each line quotes the profile's source (FSH). */
export interface Coding {
  readonly system?: string;
  readonly code?: string;
}
interface Agent {
  readonly type?: { readonly coding?: readonly Coding[] };
  readonly who?: object;
  readonly requestor?: boolean;
  readonly network?: { readonly address?: string };
  readonly [element: string]: unknown;
}
interface Entity {
  readonly type?: Coding;
  readonly role?: Coding;
  readonly what?: { readonly reference?: string; readonly identifier?: { readonly value?: string } };
  readonly [element: string]: unknown;
}
export interface Event {
  readonly meta?: { readonly profile?: readonly string[] };
  readonly type?: Coding;
  readonly subtype?: readonly Coding[];
  readonly action?: string;
  readonly outcome?: string;
  readonly recorded?: string;
  readonly source?: { readonly observer?: object };
  readonly agent?: readonly Agent[];
  readonly entity?: readonly Entity[];
}

type Check = readonly [quoted: string, holds: (event: Event) => boolean];

const DCM = 'http://dicom.nema.org/resources/ontology/DCM';
const agents = ({ agent = [] }: Event, system: string, code: string) =>
  agent.filter(({ type }) => type?.coding?.some((one) => one.system === system && one.code === code));
const entities = ({ entity = [] }: Event, system: string, code: string) => entity.filter(({ type }) => type?.system === system && type.code === code);
const one = (list: readonly unknown[]): boolean => list.length === 1;
const without = (holders: readonly Record<string, unknown>[], names: readonly string[]): boolean =>
  holders.every((holder) => names.every((name) => holder[name] === undefined));
const objects = (event: Event) => entities(event, 'http://terminology.hl7.org/CodeSystem/audit-entity-type', '2');
const people = (event: Event) => entities(event, 'http://terminology.hl7.org/CodeSystem/audit-entity-type', '1');
const request = (event: Event) => entities(event, 'https://profiles.ihe.net/ITI/BALP/CodeSystem/BasicAuditEntityType', 'XrequestId');
const subtypes = (event: Event) => event.subtype?.map(({ system, code }) => `${String(system)}#${String(code)}`) ?? [];
const INTERACTION = 'http://hl7.org/fhir/restful-interaction';
const IRCP = ['http://terminology.hl7.org/CodeSystem/v3-ParticipationType', 'IRCP'] as const;

const direction = (client: string, server: string): readonly Check[] => [
  [`agent[client] 1..1, type DCM#${client}, who 1..1, network 1..1`, (event) => isParty(agents(event, DCM, client))],
  [`agent[server] 1..1, type DCM#${server}, who 1..1, network 1..1`, (event) => isParty(agents(event, DCM, server))],
  ['agent[client].media 0..0, agent[server].media 0..0', (event) => without(agents(event, DCM, client).concat(agents(event, DCM, server)), ['media'])],
];
const isParty = (found: readonly Agent[]): boolean =>
  one(found) && found.every(({ who, network }) => who !== undefined && network?.address !== undefined && network.address !== '');

const common: readonly Check[] = [
  ['type = audit-event-type#rest', ({ type }) => type?.system === 'http://terminology.hl7.org/CodeSystem/audit-event-type' && type.code === 'rest'],
  ['outcome = audit-event-outcome#0', ({ outcome }) => outcome === '0'],
  ['recorded 1..1', ({ recorded }) => recorded !== undefined],
  [
    'entity[transaction] 0..1, what.identifier.value 1..1, detail 0..0',
    (event) => request(event).length <= 1 && request(event).every(({ what, detail }) => what?.identifier?.value !== undefined && detail === undefined),
  ],
  [
    'agent[user].network 0..0, agent[user].media 0..0',
    (event) =>
      without(
        (event.agent ?? []).filter(({ requestor }) => requestor === true),
        ['network', 'media'],
      ),
  ],
  ['one agent is the requestor', (event) => one((event.agent ?? []).filter(({ requestor }) => requestor === true))],
];
const isData: Check = [
  'entity[data] 1..1, type audit-entity-type#2, role from RestObjectRoles (4, 3, 20), what 1..1',
  (event) => one(objects(event)) && objects(event).every(({ role, what }) => ['4', '3', '20'].includes(role?.code ?? '') && what !== undefined),
];
const bare: Check = ['entity[data].lifecycle, name, query, detail 0..0', (event) => without(objects(event), ['lifecycle', 'name', 'query', 'detail'])];

const read: readonly Check[] = [
  ...common,
  ...direction('110152', '110153'),
  ['subtype restful-interaction#read or #vread', (event) => subtypes(event).some((code) => code === `${INTERACTION}#read` || code === `${INTERACTION}#vread`)],
  ['action = #R', ({ action }) => action === 'R'],
  [
    'agent[client], agent[server]: role, altId, name, location, policy, purposeOfUse 0..0',
    (event) => without(agents(event, DCM, '110152').concat(agents(event, DCM, '110153')), ['role', 'altId', 'name', 'location', 'policy', 'purposeOfUse']),
  ],
  ['agent[user].altId, location, policy 0..0', (event) => without(agents(event, ...IRCP), ['altId', 'location', 'policy'])],
  isData,
  bare,
];
const query: readonly Check[] = [
  ...common,
  ...direction('110153', '110152'),
  ['subtype restful-interaction#search-type', (event) => subtypes(event).includes(`${INTERACTION}#search-type`)],
  ['action = #E', ({ action }) => action === 'E'],
  [
    'entity[query] 1..1, type audit-entity-type#2, role object-role#24, query 1..1, what 0..0, detail 0..0',
    (event) =>
      one(objects(event)) &&
      objects(event).every(
        ({ role, what, detail, query: asked }) =>
          role?.code === '24' && what === undefined && detail === undefined && typeof asked === 'string' && asked !== '',
      ),
  ],
];
const written = (verb: string, action: string): readonly Check[] => [
  ...common,
  ...direction('110153', '110152'),
  [`subtype restful-interaction#${verb}`, (event) => subtypes(event).includes(`${INTERACTION}#${verb}`)],
  [`action = #${action}`, (event) => event.action === action],
  isData,
];
const patient: readonly Check[] = [
  [
    'entity[patient] 1..1, type #1, role object-role#1, what only Reference(Patient)',
    (event) => one(people(event)) && people(event).every(({ role, what }) => role?.code === '1' && /^Patient\/[^/]+$/.test(what?.reference ?? '')),
  ],
  [
    'entity[patient].lifecycle, securityLabel, name, query, detail 0..0',
    (event) => without(people(event), ['lifecycle', 'securityLabel', 'name', 'query', 'detail']),
  ],
];
const disclosure: readonly Check[] = [
  ['type = DCM#110106, action = #R', ({ type, action }) => type?.system === DCM && type.code === '110106' && action === 'R'],
  ['subtype iso-21089-lifecycle#disclose', (event) => subtypes(event).includes('http://terminology.hl7.org/CodeSystem/iso-21089-lifecycle#disclose')],
  ['agent[source] 1..1 DCM#110153, who and network 1..1', (event) => isParty(agents(event, DCM, '110153'))],
  ['agent[recipient] 1..1 DCM#110152, who and network 1..1', (event) => isParty(agents(event, DCM, '110152'))],
  [
    'val-audit-source: agent[source].who = source.observer',
    (event) => JSON.stringify(agents(event, DCM, '110153')[0]?.who) === JSON.stringify(event.source?.observer),
  ],
  ['entity 2..*: the patient and some data', (event) => (event.entity ?? []).length >= 2 && objects(event).length >= 1],
  ...patient,
];

const PROFILES: Readonly<Record<string, readonly Check[]>> = {
  Read: read,
  PatientRead: [...read, ...patient],
  Query: query,
  PatientQuery: [...query, ...patient],
  Create: written('create', 'C'),
  PatientCreate: [...written('create', 'C'), ...patient],
  Update: written('update', 'U'),
  PatientUpdate: [...written('update', 'U'), ...patient],
  'PrivacyDisclosure.Source': disclosure,
};

/** What an event breaks of the profiles that it claims, in the profile's own words; a profile nobody knows is broken too. */
export function balpBreaches(event: Event): readonly string[] {
  const claimed = (event.meta?.profile ?? []).map((url) => url.replace('https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit.', ''));
  return claimed.flatMap((name) => {
    const checks = PROFILES[name];
    if (checks === undefined) return [`unknown profile ${name}`];
    return checks.filter(([, holds]) => !holds(event)).map(([quoted]) => `${name}: ${quoted}`);
  });
}
