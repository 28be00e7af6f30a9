import type { ClientBase, QueryConfig } from 'pg';
import type { WardId } from '@concord/core/clinical';
import { instant, type Instant } from '@concord/core/kernel';
import type { AccessRequest, Purpose, Relationship, Sensitivity } from '@concord/core/ports';
import { asOneOf, asWardId } from './rows.ts';

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
  /** An emergency grant of the actor that is open now; the one of the patient asked about, where there is one. */
  readonly grant: { readonly id: string; readonly purpose: Purpose } | undefined;
}

interface FactRow {
  readonly now: number;
  readonly wards: readonly string[];
  readonly relationships: readonly string[];
  readonly barred: boolean;
  readonly label: string;
  readonly grant_id: string | null;
  readonly grant_purpose: string | null;
}

/**
 * Begins the transaction and sets the context that row-level security reads, in one round trip, then asks for the facts of
 * the decision. The context is a statement of its own, and lives only as long as the transaction; the question is prepared,
 * for planning it costs more than answering it.
 */
export async function begin(client: ClientBase, request: AccessRequest, { machine, demo }: Process): Promise<Facts> {
  const quoted = Object.entries(settings(request, { machine, demo })).map(([name, value]) => `set_config('app.${name}', ${client.escapeLiteral(value)}, true)`);
  await client.query(`BEGIN; SELECT ${quoted.join(', ')}`);
  const { rows } = await client.query<FactRow>(factsQuery(request, machine));
  const [row] = rows;
  if (row === undefined) throw new Error('the facts of a decision did not come back');
  return {
    now: instant(row.now),
    wards: row.wards.map(asWardId),
    relationships: row.relationships.map((text) => asOneOf<Relationship>(text)),
    isBarred: row.barred,
    label: asOneOf<Sensitivity>(row.label),
    grant: row.grant_id === null || row.grant_purpose === null ? undefined : { id: row.grant_id, purpose: asOneOf<Purpose>(row.grant_purpose) },
  };
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
    // Left over from nobody: a connection carries nothing into a transaction, and this says so.
    write_ids: '',
    write_keys: '',
    lookup: '',
    patient: '',
    ...job,
  };
}

const NOW = 'floor(extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now';
const JOB_FACTS = `SELECT ${NOW}, '{}'::text[] AS wards, ARRAY['job'] AS relationships, false AS barred, 'N' AS label, NULL::uuid AS grant_id, NULL AS grant_purpose`;
/** Whose grant of an hour is open; beside the facts, so that nobody waits a round trip for it. */
const grantFacts = (first: string): string => `LEFT JOIN LATERAL (SELECT g.id, g.purpose FROM emergency_grants g
    WHERE app.has_role('physician', 'nurse') AND g.issuer = app.setting('issuer') AND g.subject = app.setting('subject') AND g.ends_at > now()
      AND NOT EXISTS (SELECT FROM emergency_ends e WHERE e.grant_id = g.id) ORDER BY ${first} g.starts_at DESC LIMIT 1) g ON true`;
const WARD_FACTS = `SELECT ${NOW}, ARRAY(SELECT app.wards()) AS wards, '{}'::text[] AS relationships, false AS barred, 'N' AS label,
  g.id AS grant_id, g.purpose AS grant_purpose FROM (SELECT 1) one ${grantFacts('')}`;
const PATIENT_FACTS = `SELECT ${NOW}, ARRAY(SELECT app.wards()) AS wards, ARRAY(
    SELECT DISTINCT r.relationship FROM app.held() r JOIN patient_links l ON l.patient_key = r.patient_key WHERE l.patient_id = $1
    UNION SELECT 'own-source' FROM patients p WHERE p.id = $1 AND p.source_id = app.source()
    UNION SELECT 'own-source' FROM app.source_ids() s (patient_id) WHERE s.patient_id = $1) AS relationships,
  EXISTS (SELECT FROM patient_links l JOIN app.barred() b (patient_key) ON b.patient_key = l.patient_key WHERE l.patient_id = $1) AS barred,
  coalesce((SELECT p.label FROM patient_links l JOIN patient_labels p ON p.patient_key = l.patient_key WHERE l.patient_id = $1), 'N') AS label,
  g.id AS grant_id, g.purpose AS grant_purpose FROM (SELECT 1) one
  ${grantFacts('g.patient_key IN (SELECT l.patient_key FROM patient_links l WHERE l.patient_id = $1) DESC,')}`;

function factsQuery({ subject }: AccessRequest, machine: 'api' | 'worker'): QueryConfig {
  if (machine === 'worker') return { name: 'facts-of-job', text: JOB_FACTS };
  if (subject.kind !== 'patient') return { name: 'facts', text: WARD_FACTS };
  return { name: 'facts-of-patient', text: PATIENT_FACTS, values: [subject.patientId] };
}
