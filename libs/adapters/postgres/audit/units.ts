import { randomUUID } from 'node:crypto';
import type { ClientBase } from 'pg';
import { minutes, minus } from '@concord/core/kernel';
import type { AccessRequest } from '@concord/core/ports';
import { date, type PatientKey } from '../rows.ts';
import { stable } from '../stable-json.ts';
import type { ScoreBook } from './scores.ts';
import { eventOf, type Happening, type Notes, type StoredEvent, type UnitPlace } from './event.ts';

/** A study's grant lasts this long (DESIGN 7). */
export const STUDY_UNIT = minutes(5);
/** On a worklist a patient is named again after this long. */
export const RENEW_AFTER = minutes(15);

/** What a response did, for its unit. */
export interface Response {
  readonly happening: Happening;
  readonly patients: readonly PatientKey[];
  readonly notes: Notes;
  /** Tier under which each patient was shown; only a worklist has them. */
  readonly tiers: ReadonlyMap<PatientKey, string>;
  /** Scores that the answer showed of each patient. */
  readonly scores: ScoreBook;
  readonly tally: { readonly instances: readonly string[]; readonly bytes: number } | undefined;
}

/**
 * The events that this response owes: every response with patient data has exactly one open unit, and the unit's events name
 * every patient in it. Units of one response open and end with it; a worklist and a study are units of many.
 */
export async function eventsOf(client: ClientBase, response: Response): Promise<readonly StoredEvent[]> {
  const { request } = response.happening;
  if (response.patients.length > 0 && request.unit === 'dicom-study') return studyEvents(client, response);
  if (response.patients.length > 0 && request.unit === 'worklist') return worklistEvents(client, response);
  return requestEvents(response);
}

/** One event for each patient; without a hit one that names nobody. */
function requestEvents(response: Response): readonly StoredEvent[] {
  const unitId = unitIdOf(response.happening.request);
  if (response.patients.length === 0) return [event(response, { unitId, part: 'open', patientKey: undefined })];
  return response.patients.map((patientKey, i) => event(response, { unitId, part: i === 0 ? 'open' : 'patient', patientKey }));
}

/** A batch decides each entry in a transaction of its own; to who asked it is one answer, and so one unit. */
export function unitIdOf({ unit, unitKey }: AccessRequest): string {
  return unit === 'request' && unitKey !== undefined ? unitKey : randomUUID();
}

function event({ happening, notes, scores }: Response, place: UnitPlace): StoredEvent {
  const shown = place.patientKey === undefined ? undefined : scores.of(place.patientKey);
  return eventOf(happening, shown === undefined ? place : { ...place, scores: shown }, notes);
}

async function studyEvents(client: ClientBase, response: Response): Promise<readonly StoredEvent[]> {
  const { request, now } = response.happening;
  const key = `${request.unitKey ?? ''}|${request.actor.clientId}|${request.purpose}`;
  const since = date(minus(now, STUDY_UNIT));
  const open =
    (await findUnit(client, request, { kind: 'dicom-study', key, since })) ?? (await lockAndFind(client, request, { kind: 'dicom-study', key, since }));
  const unitId = open ?? (await openUnit(client, response, { kind: 'dicom-study', key }));
  if (response.tally !== undefined) {
    await client.query({
      name: 'unit-tally',
      text: 'INSERT INTO audit_unit_tallies (unit_id, instances, byte_count, tallied_at) VALUES ($1, $2, $3, $4)',
      values: [unitId, response.tally.instances, response.tally.bytes, date(now)],
    });
  }
  if (open !== undefined) return [];
  return response.patients.map((patientKey, i) => event(response, { unitId, part: i === 0 ? 'open' : 'patient', patientKey }));
}

interface MarkRow {
  readonly patient_key: PatientKey;
  readonly tier: string;
  readonly marked_at: Date;
}

async function worklistEvents(client: ClientBase, response: Response): Promise<readonly StoredEvent[]> {
  const { request, now } = response.happening;
  const { actor } = request;
  const key = `${actor.sessionId ?? actor.tokenId}|${request.unitKey ?? ''}|${actor.clientId}`;
  const which = { kind: 'worklist', key, since: new Date(0) };
  const open = (await findUnit(client, request, which)) ?? (await lockAndFind(client, request, which));
  const unitId = open ?? (await openUnit(client, response, { kind: 'worklist', key }));
  const marks = open === undefined ? [] : await marksOf(client, unitId);
  const due = response.patients.filter((patient) => isDue(marks, { patient, tier: response.tiers.get(patient) ?? '', since: minus(now, RENEW_AFTER) }));
  if (due.length === 0) return [];
  await client.query({
    name: 'unit-marks',
    text: 'INSERT INTO audit_unit_marks (unit_id, patient_key, tier, marked_at) SELECT $1, m.key, m.tier, $4 FROM unnest($2::uuid[], $3::text[]) AS m (key, tier)',
    values: [unitId, due, due.map((patient) => response.tiers.get(patient) ?? ''), date(now)],
  });
  return due.map((patientKey, i) => {
    const known = marks.some(({ patient_key }) => patient_key === patientKey);
    return event(response, { unitId, part: open === undefined && i === 0 ? 'open' : known ? 'renew' : 'patient', patientKey });
  });
}

/** At first delivery, when the tier changed, and every quarter of an hour. */
function isDue(marks: readonly MarkRow[], { patient, tier, since }: { readonly patient: PatientKey; readonly tier: string; readonly since: number }): boolean {
  const last = marks.find(({ patient_key }) => patient_key === patient);
  return last === undefined || last.tier !== tier || last.marked_at.getTime() <= since;
}

async function marksOf(client: ClientBase, unitId: string): Promise<readonly MarkRow[]> {
  const text =
    'SELECT DISTINCT ON (patient_key) patient_key, tier, marked_at FROM audit_unit_marks WHERE unit_id = $1 ORDER BY patient_key, marked_at DESC, id DESC';
  return (await client.query<MarkRow>({ name: 'unit-marks-of', text, values: [unitId] })).rows;
}

interface Which {
  readonly kind: string;
  readonly key: string;
  readonly since: Date;
}

async function findUnit(client: ClientBase, { actor }: AccessRequest, { kind, key, since }: Which): Promise<string | undefined> {
  const text = `SELECT u.id FROM audit_units u WHERE u.issuer = $1 AND u.subject = $2 AND u.kind = $3 AND u.unit_key = $4 AND u.opened_at > $5
    AND NOT EXISTS (SELECT FROM audit_unit_closings c WHERE c.unit_id = u.id) ORDER BY u.opened_at DESC LIMIT 1`;
  const { rows } = await client.query<{ id: string }>({ name: 'unit-find', text, values: [actor.issuer, actor.subject, kind, key, since] });
  return rows[0]?.id;
}

/** Two responses at once open one unit: the second waits for the first to commit, and finds its unit. */
async function lockAndFind(client: ClientBase, request: AccessRequest, which: Which): Promise<string | undefined> {
  const { issuer, subject } = request.actor;
  await client.query({
    name: 'unit-lock',
    text: 'SELECT pg_advisory_xact_lock(hashtextextended($1, 2))',
    values: [stable([issuer, subject, which.kind, which.key])],
  });
  return findUnit(client, request, which);
}

async function openUnit(client: ClientBase, response: Response, { kind, key }: Omit<Which, 'since'>): Promise<string> {
  const { happening, patients } = response;
  const { actor } = happening.request;
  const id = randomUUID();
  // What the closing event repeats: who, why, whom.
  const opening = JSON.stringify(eventOf(happening, { unitId: id, part: 'close', patientKey: patients[0] }, { objects: [] }));
  await client.query({
    name: 'unit-open',
    text: 'INSERT INTO audit_units (id, kind, unit_key, issuer, subject, opened_at, opening) VALUES ($1, $2, $3, $4, $5, $6, $7)',
    values: [id, kind, key, actor.issuer, actor.subject, date(happening.now), opening],
  });
  return id;
}
