import type { Instant } from '../kernel/index.ts';
import type { Sensitivity } from './access.ts';
import type { PatientId } from '../clinical/index.ts';

/** Who reaches a patient beyond the ward: a care team that names them, and the patient's own account. A source keeps both. */
export interface CareStore {
  /** The members of the patient's team of this name, from `start` to `end`; said again, it replaces what was said. */
  setTeam(team: {
    readonly patientId: PatientId;
    readonly name: string;
    readonly members: readonly { readonly issuer: string; readonly subject: string }[];
    readonly start: Instant;
    readonly end?: Instant;
  }): Promise<void>;
  /** How closed the record is: `V` only to a named care team, `N` as usual. */
  setLabel(patientId: PatientId, label: Sensitivity): Promise<void>;
  /** This account is this patient's: it reads its own record. An account is one patient's. */
  linkAccount(account: { readonly patientId: PatientId; readonly issuer: string; readonly subject: string }): Promise<void>;
}
