import type { ClientBase } from 'pg';
import type { PatientId } from '@concord/core/clinical';
import type { AccessDecision, AccessRequest, Actor, CommittedRecord, Keyring } from '@concord/core/ports';
import { begin, type Facts, type Process } from '../context.ts';
import { asPatientKey, type PatientKey } from '../rows.ts';
import type { Transaction } from '../transaction.ts';
import { eventOf, type Happening } from './event.ts';
import type { NoteBook } from './notes.ts';
import { withText } from './text.ts';
import { eventsOf, unitIdOf } from './units.ts';
import { commitWith } from './write.ts';

export interface Recording {
  readonly request: AccessRequest;
  readonly decision: AccessDecision;
  readonly facts: Facts;
  readonly tx: Transaction;
  readonly notes: NoteBook;
  readonly refused: boolean;
  /** The work had nothing to give: what was asked for is not there, or hidden. */
  readonly isEmpty?: boolean;
}

/** What is about no patient leaves no event when it touched none: a sign-in's own session, running figures. */
const SILENT = ['Session', 'Metrics'];

/**
 * Writes the events that the answer owes, in the answer's own transaction, and commits it. A refusal is recorded like an answer,
 * in a transaction that did nothing else.
 */
export async function record(
  client: ClientBase,
  { request, decision, facts, tx, notes, refused, isEmpty = false }: Recording,
): Promise<readonly CommittedRecord[]> {
  const patients = await named({ request, tx, refused });
  if (!refused && patients.length === 0 && SILENT.includes(request.resource)) return commitWith(client, []);
  const sessionHash = hashedSession(tx.keyring, request.actor);
  const happening = {
    request,
    decision,
    now: facts.now,
    pseudonyms: tx.pseudonyms,
    ...(sessionHash === undefined ? {} : { sessionHash }),
    ...ending(request, decision, { refused, isEmpty }),
  };
  const response = { happening, patients, notes: notes.notes, tiers: await notes.tiers(), scores: tx.scores, tally: notes.tally };
  const events = await eventsOf(client, refused ? { ...response, happening: { ...happening, request: alone(request) } } : response);
  return commitWith(client, await withText(tx, events, notes.text));
}

/** A refusal opens no unit of a study or a list: it is one answer, and what such a unit is found by is no id of one. */
function alone(request: AccessRequest): AccessRequest {
  if (request.unit === 'request') return request;
  const { unitKey: _, ...rest } = request;
  return { ...rest, unit: 'request' };
}

/** One patient asked about is named whether or not a row of theirs was found; a refusal names nobody else. */
async function named({ request, tx, refused }: Pick<Recording, 'request' | 'tx' | 'refused'>): Promise<readonly PatientKey[]> {
  const asked = request.subject.kind === 'patient' ? await subjectKey(tx, request.subject.patientId) : undefined;
  return [...new Set([...(asked === undefined ? [] : [asked]), ...(refused ? [] : tx.touched)])];
}

/** Tells sessions apart in the record without being one. */
export function hashedSession(keyring: Keyring, { sessionId }: Actor): string | undefined {
  return sessionId === undefined ? undefined : Buffer.from(keyring.blindIndex('audit-session', sessionId)).toString('hex').slice(0, 32);
}

type Ending = Pick<Happening, 'outcome' | 'outcomeText'>;

/**
 * A look at one thing that found nothing may have been a look at what is hidden: it ends like a refusal. Found is what the work
 * gave back, not whom it touched: a thing that is about no patient was found as well.
 */
function ending({ action }: AccessRequest, decision: AccessDecision, { refused, isEmpty }: { readonly refused: boolean; readonly isEmpty: boolean }): Ending {
  if (refused) return { outcome: 4, outcomeText: decision.ruleId };
  const missed = isEmpty && (action === 'read' || action === 'vread' || action === 'export');
  return missed ? { outcome: 4, outcomeText: 'not found' } : { outcome: 0 };
}

/** The pseudonym under which the record names the patient asked about, who may be hidden from the asker. */
async function subjectKey(tx: Transaction, id: PatientId): Promise<PatientKey | undefined> {
  const visible = await tx.keyOf(id);
  if (visible !== undefined) return visible;
  await tx.rows('recorded-id', "SELECT set_config('app.recorded_id', $1, true)", [id]);
  return tx.keyOf(id);
}

interface Failure {
  readonly request: AccessRequest;
  readonly process: Process;
  readonly error: unknown;
}

/** What was undone is recorded too, in a transaction of its own: who tried what, and the kind of the error, never its words. */
export async function recordFailure(client: ClientBase, { request, process, error }: Failure): Promise<void> {
  const facts = await begin(client, request, process);
  const decision: AccessDecision = { allow: true, ruleId: 'rolled-back', relationship: 'none', obligations: [] };
  const outcome = isRefusalOfDoor(error) ? 4 : 8;
  const outcomeText = error instanceof Error ? error.name : 'unknown';
  const patientKey = request.subject.kind === 'patient' ? await failedKey(client, request.subject.patientId) : undefined;
  const place = { unitId: unitIdOf(request), part: 'open', patientKey } as const;
  const pseudonyms = new Map(request.subject.kind === 'patient' && patientKey !== undefined ? [[request.subject.patientId, patientKey]] : []);
  await commitWith(client, [eventOf({ request, decision, now: facts.now, outcome, outcomeText, pseudonyms }, place, { objects: [] })]);
}

/** A door that refuses what was sent throws what it will answer; anything else is a fault of ours. */
function isRefusalOfDoor(error: unknown): boolean {
  return error instanceof Error && 'status' in error && typeof error.status === 'number' && error.status < 500;
}

async function failedKey(client: ClientBase, id: PatientId): Promise<PatientKey | undefined> {
  await client.query("SELECT set_config('app.recorded_id', $1, true)", [id]);
  const { rows } = await client.query<{ patient_key: string }>('SELECT patient_key FROM patient_links WHERE patient_id = $1', [id]);
  return rows[0] === undefined ? undefined : asPatientKey(rows[0].patient_key);
}
