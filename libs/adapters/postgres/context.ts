import type { ClientBase } from 'pg';
import type { PatientId, WardId } from '@concord/core/clinical';
import { instant, type Instant } from '@concord/core/kernel';
import type { AccessRequest, Purpose, Relationship, Sensitivity } from '@concord/core/ports';
import { atOnce, BEGIN, send } from './at-once.ts';
import { asOneOf, asPatientKey, asWardId, type PatientKey } from './rows.ts';

/** What of the process the database is told. */
export interface Process {
  readonly machine: 'api' | 'worker';
  readonly demo: boolean;
}

/** What the database says of the actor at this moment. */
export interface Facts {
  readonly now: Instant;
  readonly wards: readonly WardId[];
  /** To the one patient asked about; empty when none is. Nothing is struck from them yet. */
  readonly relationships: readonly Relationship[];
  readonly isBarred: boolean;
  readonly label: Sensitivity;
  /** The actor's open emergency grant when they ask under one; of the patient asked about, where there is one. */
  readonly grant: Grant | undefined;
  /** The patient asked about, where row-level security shows them: the pseudonym, and whether the row of the keys is shown too. */
  readonly subject: { readonly key: PatientKey; readonly opens: boolean } | undefined;
}

export interface Grant {
  readonly id: string;
  readonly purpose: Purpose;
}

interface FactRow {
  readonly at: number;
  readonly wards: readonly string[];
  readonly relationships: readonly string[];
  readonly is_barred: boolean;
  readonly label: string;
  readonly grant_id: string | null;
  readonly grant_purpose: string | null;
  readonly patient_key: string | null;
  readonly opens: boolean;
}

const ENTER = 'SELECT * FROM app.enter($1, $2, $3)';

/**
 * Begins the transaction, sets the context that row-level security reads, and asks for the facts of the decision: one round
 * trip, for both statements are sent as one message. The context lives only as long as the transaction, so the next one begins
 * with none: what is empty is not said.
 */
export async function begin(client: ClientBase, request: AccessRequest, { machine, demo }: Process): Promise<Facts> {
  const context = Object.entries(settings(request, { machine, demo })).filter(([, value]) => value !== '');
  const about = machine === 'api' && request.subject.kind === 'patient' ? request.subject.patientId : null;
  const values = [context.map(([name]) => name), context.map(([, value]) => value), about];
  const [, { rows }] = await atOnce<never, FactRow>(client, BEGIN, { name: 'enter', text: ENTER, values });
  const [row] = rows;
  if (row === undefined) throw new Error('the facts of a decision did not come back');
  return {
    now: instant(row.at),
    wards: row.wards.map(asWardId),
    relationships: machine === 'worker' ? ['job'] : row.relationships.map((text) => asOneOf<Relationship>(text)),
    isBarred: row.is_barred,
    label: asOneOf<Sensitivity>(row.label),
    grant: grantOf(row),
    subject: row.patient_key === null ? undefined : { key: asPatientKey(row.patient_key), opens: row.opens },
  };
}

type GrantRow = Pick<FactRow, 'grant_id' | 'grant_purpose'>;

/** The emergency grant of the actor that is open now, for whom the usual relations did not serve; of this patient, where there is one. */
export async function openGrant(client: ClientBase, patientId: PatientId | undefined): Promise<Grant | undefined> {
  const text = 'SELECT id AS grant_id, purpose AS grant_purpose FROM app.open_grant($1)';
  const { rows } = await send<GrantRow>(client, { name: 'open-grant', text, values: [patientId ?? null] });
  return rows[0] === undefined ? undefined : grantOf(rows[0]);
}

function grantOf({ grant_id, grant_purpose }: GrantRow): Grant | undefined {
  return grant_id === null || grant_purpose === null ? undefined : { id: grant_id, purpose: asOneOf<Purpose>(grant_purpose) };
}

function settings({ actor, purpose, subject }: AccessRequest, { machine, demo }: Process): Readonly<Record<string, string>> {
  const job = machine === 'worker' && subject.kind === 'patient' ? { patient: subject.patientId } : {};
  return {
    issuer: actor.issuer,
    subject: actor.subject,
    client: actor.clientId,
    roles: actor.roles.join(','),
    purpose,
    source: actor.sourceId ?? '',
    // Outside the demo a score that was not tested in a setting like this one is kept from every reader (DESIGN 5).
    shadow: demo ? '' : 'on',
    ...job,
  };
}
