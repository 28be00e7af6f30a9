import type { ClientBase, QueryResult } from 'pg';
import type { WardId } from '@concord/core/clinical';
import { instant, type Instant } from '@concord/core/kernel';
import type { AccessRequest, Relationship } from '@concord/core/ports';
import { asOneOf, asWardId } from './rows.ts';

/** What the database says of the actor at this moment. */
export interface Facts {
  readonly now: Instant;
  readonly wards: readonly WardId[];
  /** To the one patient asked about; empty when none is. */
  readonly relationships: readonly Relationship[];
}

interface FactRow {
  readonly now: number;
  readonly wards: readonly string[];
  readonly relationships: readonly string[];
}

/**
 * Begins the transaction, sets the context that row-level security reads, and asks for the facts of the decision: three
 * statements in one round trip. The context is a statement of its own, and lives only as long as the transaction.
 */
export async function begin(client: ClientBase, request: AccessRequest, machine: 'api' | 'worker'): Promise<Facts> {
  const quoted = Object.entries(settings(request, machine)).map(([name, value]) => `set_config('app.${name}', ${client.escapeLiteral(value)}, true)`);
  const statements = `BEGIN; SELECT ${quoted.join(', ')}; ${factsQuery(client, request, machine)}`;
  const answers: unknown = await client.query(statements);
  const row = lastRow(answers);
  return { now: instant(row.now), wards: row.wards.map(asWardId), relationships: row.relationships.map((text) => asOneOf<Relationship>(text)) };
}

function settings({ actor, purpose, subject }: AccessRequest, machine: 'api' | 'worker'): Readonly<Record<string, string>> {
  const job = machine === 'worker' && subject.kind === 'patient' ? { patient: subject.patientId } : {};
  return {
    issuer: actor.issuer,
    subject: actor.subject,
    client: actor.clientId,
    roles: actor.roles.join(','),
    purpose,
    source: actor.sourceId ?? '',
    // Left over from nobody: a connection carries nothing into a transaction, and this says so.
    write_ids: '',
    write_keys: '',
    lookup: '',
    patient: '',
    ...job,
  };
}

function factsQuery(client: ClientBase, { subject }: AccessRequest, machine: 'api' | 'worker'): string {
  const now = 'floor(extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now';
  if (machine === 'worker') return `SELECT ${now}, '{}'::text[] AS wards, ARRAY['job'] AS relationships`;
  const wards = 'ARRAY(SELECT app.wards()) AS wards';
  if (subject.kind !== 'patient') return `SELECT ${now}, ${wards}, '{}'::text[] AS relationships`;
  const id = `${client.escapeLiteral(subject.patientId)}::uuid`;
  return `SELECT ${now}, ${wards}, ARRAY(
      SELECT DISTINCT r.relationship FROM app.relations() r JOIN patient_links l ON l.patient_key = r.patient_key WHERE l.patient_id = ${id}
      UNION SELECT 'own-source' FROM patients p WHERE p.id = ${id} AND p.source_id = app.source()
      UNION SELECT 'own-source' FROM app.source_ids() s (patient_id) WHERE s.patient_id = ${id}) AS relationships`;
}

function lastRow(answers: unknown): FactRow {
  const last: unknown = Array.isArray(answers) ? answers.at(-1) : answers;
  if (!isResult(last) || last.rows[0] === undefined) throw new Error('the facts of a decision did not come back');
  return last.rows[0];
}

function isResult(value: unknown): value is QueryResult<FactRow> {
  return typeof value === 'object' && value !== null && 'rows' in value && Array.isArray(value.rows);
}
