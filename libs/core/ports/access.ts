import type { Instant, Result } from '../kernel/index.ts';
import type { PatientId, SourceId, WardId } from '../clinical/index.ts';
import type { CommittedRecord } from './audit-store.ts';
import type { Stores } from './stores.ts';

/** Client roles of the realm. */
export const ROLES = ['physician', 'nurse', 'radiologist', 'integrator', 'privacy', 'steward', 'administrator', 'patient'] as const;
export type Role = (typeof ROLES)[number];

/** Levels of assurance of the realm, the lowest first. */
export const ASSURANCES = ['password', 'mfa'] as const;
export type Assurance = (typeof ASSURANCES)[number];

/** HL7 v3 ActReason. */
export type Purpose = 'TREAT' | 'ETREAT' | 'BTG' | 'HPAYMT' | 'HOPERAT' | 'HRESCH' | 'PATRQT' | 'PUBHLTH' | 'HSYSADMIN';

/** Who asks, as the token says; wards and relationships are never taken from a token. */
export interface Actor {
  readonly issuer: string;
  readonly subject: string;
  readonly login: string;
  readonly displayName: string;
  readonly roles: readonly Role[];
  readonly clientId: string;
  readonly tokenId: string;
  readonly sessionId?: string;
  /** When the person last proved who they are (`auth_time`), to the second; absent for machines. */
  readonly authenticatedAt?: Instant;
  /** How they proved it then (`acr`): a password, or a password and a code of their device. */
  readonly assurance?: Assurance;
  /** Set for a client that feeds data in: its configured source. */
  readonly sourceId?: SourceId;
}

/** The worker as an actor: no role of the realm, its own database role, one audit unit for each job and patient. */
export const WORKER: Actor = {
  issuer: 'concord',
  subject: 'worker',
  login: 'worker',
  displayName: 'Concord worker',
  roles: [],
  clientId: 'worker',
  tokenId: 'worker',
};

/** What a machine asks to score one patient, or to look at a score again: one decision and one unit of audit a job. Needs the worker's role in the database. */
export function scoringJob(actor: Actor, patientId: PatientId, { requestId, entry }: Pick<AccessRequest, 'requestId' | 'entry'>): AccessRequest {
  return { actor, purpose: 'TREAT', action: 'execute', resource: 'RiskAssessment', subject: { kind: 'patient', patientId }, unit: 'job', requestId, entry };
}

export type AccessAction = 'read' | 'vread' | 'search' | 'create' | 'update' | 'export' | 'execute';

/** FHIR type names where there is one; the rest are ours. */
export type ResourceKind =
  | 'Patient'
  | 'Encounter'
  | 'Observation'
  | 'DiagnosticReport'
  | 'ImagingStudy'
  | 'RiskAssessment'
  | 'AuditEvent'
  | 'AccessReport'
  | 'Worklist'
  | 'Timeline'
  | 'ReconcileItem'
  | 'Session'
  | 'Discordance'
  | 'ModelBundle'
  | 'Metrics'
  | 'Consent'
  | 'Device'
  | 'DeviceTurn'
  | 'BreakGlass'
  | 'EmergencyReview'
  | 'Reach'
  | 'Ward'
  | 'Staff'
  | 'CareTeam'
  | 'Source'
  | 'Erasure'
  | 'LegalHold';

/** The unit of audit a response opens (DESIGN 7). */
export type AuditUnitKind = 'request' | 'worklist' | 'dicom-study' | 'job';

export interface AccessRequest {
  readonly actor: Actor;
  readonly purpose: Purpose;
  readonly action: AccessAction;
  readonly resource: ResourceKind;
  /** One patient; or a search, whose matches the stores report as they are handed out. */
  readonly subject:
    { readonly kind: 'patient'; readonly patientId: PatientId } | { readonly kind: 'search'; readonly query: string } | { readonly kind: 'none' };
  readonly unit: AuditUnitKind;
  /** With unit `dicom-study`: the study; with `request`: the id of the unit that several transactions of one answer share. */
  readonly unitKey?: string;
  /** `x-request-id`, sent or made. */
  readonly requestId: string;
  readonly network?: { readonly ip: string; readonly userAgent?: string };
  /** Whose rights this changes, where it changes somebody's: nobody changes their own. */
  readonly concerns?: { readonly issuer: string; readonly subject: string };
  /** The route or verb that asks, for the record: `GET /fhir/R4/Patient/{id}`. */
  readonly entry: string;
  /** Told after the commit which events now stand in the record. */
  readonly committed?: (events: readonly CommittedRecord[]) => void;
}

export type Relationship = 'ward' | 'discharged-72h' | 'care-team' | 'recent-study' | 'own-source' | 'own-record' | 'break-glass' | 'job' | 'none';

/** HL7 Confidentiality: normal, restricted, very restricted. */
export type Sensitivity = 'N' | 'R' | 'V';

export interface AccessDecision {
  readonly allow: boolean;
  readonly ruleId: string;
  readonly relationship: Relationship;
  /** What the allowance rests on beyond the rule: the emergency grant. */
  readonly basis?: string;
  /** What the reader must be spared: modality kinds whose evidence is folded into `joint`. */
  readonly obligations: readonly string[];
}

/** `absent` and denied look the same to the asker: the identical 404. `forbidden` is for what is not about a patient. */
export type Refusal = { readonly kind: 'not-found' } | { readonly kind: 'forbidden'; readonly ruleId: string };

/** What a decided, audited, still open transaction hands out. Nothing of it survives the commit. */
export interface AccessScope extends Stores {
  readonly decision: AccessDecision;
  /** The moment of the transaction. */
  readonly now: Instant;
  /** Wards whose patients the actor may reach, as the database says now. */
  readonly wards: readonly WardId[];
}

/**
 * Decides, opens the transaction with its row-level-security context, writes the audit unit, hands out stores bound to it,
 * commits. The result is the caller's only after the commit, so no byte can leave before its record.
 */
export type WithAccess = <T>(request: AccessRequest, work: (scope: AccessScope) => Promise<T>) => Promise<Result<T, Refusal>>;
