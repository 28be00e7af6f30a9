import type { Instant } from '../kernel/index.ts';
import type { AssessmentId, BundleId, ModalityKind, PatientId, RiskTaskId } from '../clinical/index.ts';
import type { Actor, AuditUnitKind } from './access.ts';
import type { Page, Paged } from './storing.ts';

/**
 * What an event is when it is more than an interaction with a resource. The codes that stand in the record and in every export
 * are in `libs/governance/audit`, one table.
 */
export type AuditKind =
  | 'login'
  | 'logout'
  | 'refusal'
  | 'many-patients'
  | 'export'
  | 'disclosure'
  | 'suspension'
  | 'break-glass-start'
  | 'break-glass-stop'
  | 'security-change'
  | 'model-activation';

/** The model behind scores of one event; said once, however many scores it answered for. */
export interface ShownModel {
  readonly bundle: BundleId;
  /** Hex SHA-256 of each block, in the order in which the assessment names them. */
  readonly blocksSha256: readonly string[];
  /** onnxruntime version and CPU features. */
  readonly runtime: string;
}

/** One score that an answer showed or a job stored. The number itself is no part of the record: its hash proves it. */
export interface ShownScore {
  readonly assessmentId: AssessmentId;
  readonly task: RiskTaskId;
  /** Place in `models`. */
  readonly model: number;
  readonly inputsSha256: string;
  /** Of the stored raw logit and the shown value; `outputPreimage` in `libs/governance/audit` says which bytes. */
  readonly outputSha256: string;
  readonly modalitiesUsed: readonly ModalityKind[];
  readonly outcome: 'scored' | 'abstained';
}

/** The scores in one event: each in full, and a curve of past ones as a count and one hash. */
export interface ScoresShown {
  readonly models: readonly ShownModel[];
  readonly shown: readonly ShownScore[];
  /** SHA-256 of the lines `assessmentId outputSha256`, sorted. */
  readonly trend?: { readonly count: number; readonly sha256: string };
}

/** To whom, outside the house, something about a patient was given (45 CFR 164.528(b)(2)). */
export interface DisclosureRecipient {
  readonly name: string;
  readonly address?: string;
}

export interface AuditRow {
  readonly eventId: string;
  readonly unitId: string;
  readonly unitPart: 'open' | 'patient' | 'renew' | 'close' | 'lost';
  readonly recordedAt: Instant;
  readonly category: string;
  readonly subtype: string;
  readonly action: 'C' | 'R' | 'U' | 'D' | 'E';
  /** 0 success, 4 refused, 8 serious, 12 major. */
  readonly outcome: 0 | 4 | 8 | 12;
  readonly outcomeText?: string;
  readonly actor: { readonly issuer: string; readonly subject: string; readonly login: string; readonly name: string; readonly roles: readonly string[] };
  readonly clientId: string;
  readonly purpose: string;
  readonly legalBasis: string;
  readonly patientId?: PatientId;
  readonly resource: string;
  readonly objects: readonly string[];
  readonly query?: string;
  readonly requestId: string;
  readonly ip?: string;
  readonly userAgent?: string;
  readonly kind?: AuditKind;
  readonly unitKind?: AuditUnitKind;
  /** The route, verb or job that asked: `GET /fhir/R4/Patient/:id`. */
  readonly entry?: string;
  /** The relation to the patient that the decision rested on. */
  readonly relationship?: string;
  /** `jti` of the token, never the token. */
  readonly tokenId?: string;
  /** Keyed hash of the session id. */
  readonly sessionHash?: string;
  /** Hash of the table of rules that decided; explains an old decision under the rules of its time. */
  readonly policyVersion?: string;
  readonly scores?: ScoresShown;
  readonly recipient?: DisclosureRecipient;
  readonly detail?: unknown;
  /** Free text of the event, opened; absent once the patient was erased. */
  readonly text?: string;
}

/** Something that the edge records outside a decided transaction: a sign-in, a sign-out, a refusal that no store ever saw. */
export interface SecurityEvent {
  readonly kind: 'login' | 'logout' | 'refusal';
  /** Nobody when no credentials were believed. */
  readonly actor: Actor | undefined;
  readonly outcome: 0 | 4 | 8;
  /** A code, never a sentence with content: `no-credentials`. */
  readonly outcomeText?: string;
  readonly requestId: string;
  readonly network?: { readonly ip: string; readonly userAgent?: string };
  readonly entry: string;
  readonly detail?: unknown;
}

/** Keeps such an event, in a transaction of its own; it is in the record when this resolves. */
export type RecordSecurity = (event: SecurityEvent) => Promise<void>;

export interface AuditQuery {
  readonly patientId?: PatientId;
  /** Login or subject. */
  readonly user?: string;
  readonly from?: Instant;
  readonly to?: Instant;
  readonly purpose?: string;
  readonly outcome?: number;
  readonly kinds?: readonly AuditKind[];
}

/** One person or machine whom the record names about a patient: how often, on what grounds, and which scores they were shown. */
export interface AuditPerson {
  readonly login: string;
  readonly name: string;
  readonly role: string | undefined;
  readonly times: number;
  readonly refused: number;
  readonly lastAt: Instant;
  /** `rule` allowed it, or with an outcome other than 0 refused it. */
  readonly grounds: readonly { readonly relationship: string | undefined; readonly rule: string; readonly outcome: AuditRow['outcome'] }[];
  readonly scores: readonly { readonly task: string; readonly bundle: string | undefined }[];
}

/** How often events of one sort stand in the record. */
export interface AuditTally extends Pick<AuditRow, 'kind' | 'action' | 'unitPart' | 'outcome' | 'purpose'> {
  readonly times: number;
}

/** An event that is committed, for whoever vouches for it. */
export interface CommittedRecord {
  readonly eventId: string;
  /** SHA-256 of its stored bytes. */
  readonly sha256: Uint8Array;
}

/** A signed export of the log that was asked for, as far as it is. */
export interface AuditExportState {
  readonly state: 'waiting' | 'running' | 'done' | 'failed';
  /** Leaves written so far; 0 of 0 while their number is not known. */
  readonly done: number;
  readonly total: number;
  /** Why it failed. */
  readonly detail?: string;
}

export interface AuditStore {
  /** Asks for a signed export, which the sequencer makes. @returns its id; undefined when the user is nobody the record knows. */
  requestExport(query: Pick<AuditQuery, 'patientId' | 'user' | 'from' | 'to'>): Promise<string | undefined>;
  /** Undefined for an export that this officer did not ask for. */
  exportState(id: string): Promise<AuditExportState | undefined>;
  search(query: AuditQuery, page: Page): Promise<Paged<AuditRow>>;
  /** Everybody in the events that `search` would find, on all of its pages; most often first. */
  people(query: AuditQuery): Promise<readonly AuditPerson[]>;
  /** How many events `search` would find, on all of its pages, by what they are and what for. */
  tally(query: AuditQuery): Promise<readonly AuditTally[]>;
  /** True when there is such a patient; for whoever may ask the record about one. */
  knows(patientId: PatientId): Promise<boolean>;
  /** Adds detail to the open unit of this transaction: objects read, model and input hashes. */
  note(detail: {
    readonly objects?: readonly string[];
    readonly query?: string;
    readonly detail?: unknown;
    /** What a person wrote, a reason for one: kept sealed under the key of the unit's patient, and gone with it. */
    readonly text?: string;
    /** With unit `worklist`: the tier each patient is shown under; a change of it is an event. */
    readonly tiers?: readonly { readonly patientId: PatientId; readonly tier: string }[];
    /** What the event is besides an interaction: an export, a disclosure, the start of an emergency override. */
    readonly kind?: AuditKind;
    readonly recipient?: DisclosureRecipient;
    /** With unit `dicom-study`: what left in this answer, for the closing event. */
    readonly tally?: { readonly instances: readonly string[]; readonly bytes: number };
  }): void;
}
