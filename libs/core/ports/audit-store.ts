import type { Instant } from '../kernel/index.ts';
import type { PatientId } from '../clinical/index.ts';
import type { Page, Paged } from './storing.ts';

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
  readonly detail?: unknown;
}

export interface AuditQuery {
  readonly patientId?: PatientId;
  /** Login or subject. */
  readonly user?: string;
  readonly from?: Instant;
  readonly to?: Instant;
  readonly purpose?: string;
  readonly outcome?: number;
}

export interface AuditStore {
  search(query: AuditQuery, page: Page): Promise<Paged<AuditRow>>;
  /** Adds detail to the open unit of this transaction: objects read, model and input hashes. */
  note(detail: {
    readonly objects?: readonly string[];
    readonly query?: string;
    readonly detail?: unknown;
    /** With unit `worklist`: the tier each patient is shown under; a change of it is an event. */
    readonly tiers?: readonly { readonly patientId: PatientId; readonly tier: string }[];
    /** With unit `dicom-study`: what left in this answer, for the closing event. */
    readonly tally?: { readonly instances: readonly string[]; readonly bytes: number };
  }): void;
}
