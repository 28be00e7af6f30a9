import { z } from 'zod';

const coding = z.object({ code: z.string().optional(), display: z.string().optional() }).loose();
const concept = z.object({ coding: z.array(coding).optional() }).loose();
const extension = z.object({ url: z.string(), valueString: z.string().optional(), valueCode: z.string().optional() }).loose();

/** The parts of a FHIR AuditEvent that the officer's table shows. */
const auditEventSchema = z
  .object({
    resourceType: z.literal('AuditEvent'),
    id: z.string().optional(),
    recorded: z.string(),
    outcome: z.string().optional(),
    outcomeDesc: z.string().optional(),
    action: z.string().optional(),
    subtype: z.array(coding).optional(),
    extension: z.array(extension.extend({ extension: z.array(extension).optional() })).optional(),
    purposeOfEvent: z.array(concept).optional(),
    agent: z
      .array(
        z
          .object({
            requestor: z.boolean().optional(),
            altId: z.string().optional(),
            name: z.string().optional(),
            who: z.object({ display: z.string().optional() }).loose().optional(),
            role: z.array(concept).optional(),
          })
          .loose(),
      )
      .optional(),
    entity: z
      .array(
        z
          .object({
            what: z
              .object({
                reference: z.string().optional(),
                display: z.string().optional(),
                identifier: z.object({ value: z.string().optional() }).loose().optional(),
              })
              .loose()
              .optional(),
            type: coding.optional(),
            description: z.string().optional(),
            detail: z.array(z.object({ type: z.string(), valueString: z.string().optional() }).loose()).optional(),
          })
          .loose(),
      )
      .optional(),
  })
  .loose();

export const auditBundleSchema = z
  .object({ resourceType: z.literal('Bundle'), total: z.number().optional(), entry: z.array(z.object({ resource: auditEventSchema }).loose()).optional() })
  .loose();

type AuditEvent = z.infer<typeof auditEventSchema>;

/** One line of the officer's table. */
export interface AuditLine {
  readonly id: string;
  readonly atMs: number;
  readonly login: string;
  readonly name: string;
  readonly what: string;
  readonly on: readonly string[];
  readonly query: string | null;
  readonly basis: string;
  /** The rule in the words of the access table. */
  readonly because: string;
  /** The relation to the patient that it rested on; empty where none was needed. */
  readonly relation: string;
  /** `physiological-decline-24h, sepsis-6h by concord-4`, one for each model. */
  readonly scores: readonly string[];
  readonly unit: string;
  readonly purpose: string;
  readonly outcome: 'allowed' | 'refused' | 'failed' | 'emergency';
  readonly request: string | null;
  readonly patient: string | null;
}

const PURPOSES: Readonly<Record<string, string>> = {
  TREAT: 'Treatment',
  ETREAT: 'Emergency',
  BTG: 'Break-glass',
  HPAYMT: 'Payment',
  HOPERAT: 'Operations',
  HRESCH: 'Research',
  PATRQT: 'Patient’s request',
  PUBHLTH: 'Public health',
  HSYSADMIN: 'System',
};
export const PURPOSE_CODES = Object.keys(PURPOSES);

export function purposeWord(code: string): string {
  return PURPOSES[code] ?? code;
}

const DOES: Readonly<Record<string, string>> = {
  read: 'Read',
  vread: 'Read a version',
  'search-type': 'Searched',
  create: 'Wrote',
  update: 'Changed',
  transaction: 'Sent a transaction',
  batch: 'Sent a batch',
  operation: 'Asked',
  execute: 'Computed',
  disclose: 'Gave outside',
  export: 'Exported',
  refusal: 'Was turned away',
  '110122': 'Signed in',
  '110123': 'Signed out',
  '110127': 'Broke the glass',
  '110138': 'Ended emergency access',
  '110137': 'Changed rights',
  worklist: 'Saw on the worklist',
  stream: 'Watched',
};

/** An AuditEvent as a line: who, what, why allowed. */
export function auditLine(event: AuditEvent): AuditLine {
  const purpose = codeOf(event.purposeOfEvent?.[0]);
  const code = event.subtype?.[0]?.code ?? '';
  return {
    id: event.id ?? `${event.recorded}-${code}`,
    atMs: Date.parse(event.recorded),
    ...whoOf(event),
    what: DOES[code] ?? (code || 'Event'),
    ...aboutOf(event),
    basis: valueOf(event, 'legalBasis'),
    because: valueOf(event, 'because'),
    relation: RELATIONS[valueOf(event, 'relationship')] ?? '',
    scores: scoresOf(event),
    unit: unitOf(event),
    purpose,
    outcome: outcomeOf(event, purpose),
    request: requestOf(event),
  };
}

function aboutOf({ entity: entities = [] }: AuditEvent): Pick<AuditLine, 'on' | 'query' | 'patient'> {
  const references = entities.flatMap((entity) => entity.what?.reference ?? []);
  const patient = references.find((reference) => reference.startsWith('Patient/'));
  return {
    on: [...references.filter((reference) => reference !== patient), ...entities.flatMap((entity) => entity.what?.display ?? [])],
    query: entities.find((entity) => entity.description !== undefined)?.description ?? null,
    patient: patient?.slice('Patient/'.length) ?? null,
  };
}

/** The relation on which a decision rested, by its code in the record. */
export const RELATIONS: Readonly<Record<string, string>> = {
  ward: 'Bed in their ward',
  'discharged-72h': 'Left their ward within 72 hours',
  'care-team': 'Named in the care team',
  'recent-study': 'Study within 30 days',
  'own-source': 'Sent by them',
  'own-record': 'Own record',
  'break-glass': 'Emergency access',
  job: 'Machine work',
};

function scoresOf({ entity: entities = [] }: AuditEvent): readonly string[] {
  const byModel = new Map<string, Set<string>>();
  for (const { detail = [] } of entities) {
    const said = (name: string) => detail.find(({ type }) => type === name)?.valueString;
    const task = said('task');
    const model = said('bundle') ?? 'an unknown model';
    if (task !== undefined) byModel.set(model, (byModel.get(model) ?? new Set()).add(task));
  }
  return [...byModel].map(([model, tasks]) => `${[...tasks].join(', ')} by ${model}`);
}

function whoOf({ agent: agents = [] }: AuditEvent): Pick<AuditLine, 'login' | 'name'> {
  const agent = agents.find((one) => one.requestor === true);
  if (!agent) return { login: 'unknown', name: '' };
  const name = agent.name ?? '';
  // Some identity providers put the role into the name.
  const role = name.includes(',') ? '' : codeOf(agent.role?.[0]);
  return { login: agent.altId ?? agent.who?.display ?? 'unknown', name: [name, role].filter(Boolean).join(', ') };
}

function codeOf(given: z.infer<typeof concept> | undefined): string {
  return given?.coding?.[0]?.code ?? '';
}

/** The id under which the log knows the same request. */
function requestOf(event: AuditEvent): string | null {
  return event.entity?.find((entity) => entity.type?.code === 'XrequestId')?.what?.identifier?.value ?? null;
}

function outcomeOf(event: AuditEvent, purpose: string): AuditLine['outcome'] {
  if (event.outcome === '4') return 'refused';
  if (event.outcome !== undefined && event.outcome !== '0') return 'failed';
  return purpose === 'BTG' || purpose === 'ETREAT' ? 'emergency' : 'allowed';
}

/** Empty when the event does not say it. */
function valueOf(event: AuditEvent, name: string): string {
  return event.extension?.find((one) => one.url.endsWith(`/${name}`))?.valueString ?? '';
}

const PARTS: Readonly<Record<string, string>> = {
  open: 'one event',
  patient: 'in a unit of 15 min',
  renew: 'unit goes on',
  close: 'unit closed',
  lost: 'unit not closed',
};

function unitOf(event: AuditEvent): string {
  const unit = event.extension?.find((one) => one.url.endsWith('/unit'));
  const part = unit?.extension?.find((one) => one.url === 'part')?.valueCode ?? '';
  return PARTS[part] ?? part;
}
