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
    basis: valueOf(event, 'legalBasis') ?? '',
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

function whoOf(event: AuditEvent): Pick<AuditLine, 'login' | 'name'> {
  const agent = event.agent?.find((one) => one.requestor === true);
  return { login: agent?.altId ?? agent?.who?.display ?? 'unknown', name: [agent?.name, codeOf(agent?.role?.[0])].filter(Boolean).join(', ') };
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
  return purpose === 'BTG' ? 'emergency' : 'allowed';
}

function valueOf(event: AuditEvent, name: string): string | undefined {
  return event.extension?.find((one) => one.url.endsWith(`/${name}`))?.valueString;
}

const PARTS: Readonly<Record<string, string>> = {
  open: 'first of its unit',
  patient: 'in a unit',
  renew: 'unit goes on',
  close: 'unit closed',
  lost: 'unit not closed',
};

function unitOf(event: AuditEvent): string {
  const unit = event.extension?.find((one) => one.url.endsWith('/unit'));
  const part = unit?.extension?.find((one) => one.url === 'part')?.valueCode ?? '';
  return PARTS[part] ?? part;
}
