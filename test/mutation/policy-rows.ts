import { person } from '../people.ts';

/** One statement with its values. */
export type Row = readonly [sql: string, ...values: unknown[]];

const OFFICER = person('privacy').subject;

/**
 * Rows for the policies about writing, and for what functions ask: for each condition one row that meets it and one that misses it
 * by that condition alone; where a change is told by a count, more that meet it than miss it.
 * @param id the patients of the cast, by number.
 */
export function rowsOf(id: (n: number) => string): readonly Row[] {
  return [
    [CLOSINGS],
    [TEAMS, id(0), id(1)],
    [MEMBERS, id(0), id(1), person('administrator').subject],
    [CONSENTS, id(8), id(9)],
    [REFUSALS, id(8), id(9), id(0), id(1)],
    [DEVICES],
    [OFFSETS],
    [STAMPS],
    [GLASS, id(4), id(9), OFFICER, person('nurse').subject],
    [OPEN_GLASS, id(9), person('physician').subject],
    [REQUESTS, id(6), id(9), id(11), id(10), `concord|${OFFICER}`],
    [PAUSES, id(0), id(1)],
    [MEASURED, id(0)],
    [STAFF, person('administrator').subject],
    [WARD_STAFF, person('administrator').subject, person('nurse').subject],
    [STAYS, id(0)],
    [PLACES, id(0)],
    [STAY_SCORES, id(0)],
    [LOOK_UPS, id(4), id(5), id(6), person('physician').subject, person('nurse').subject],
    [RELATIONS, id(10), id(6)],
    [STRUCK, id(12), id(7), person('nurse').subject, id(9), person('physician').subject],
    [EMERGENCY_REFUSED, id(7)],
    [ALERTS, OFFICER],
  ];
}

/** The requests of an erasure that a second person may or may not confirm, one by one. */
export const REQUESTED = ['e1', 'e2', 'e3', 'e4', 'e5'].map((end) => `00000000-0000-4000-8000-0000000000${end}`);

const CLOSINGS = 'INSERT INTO audit_unit_closings (unit_id, closed_at) SELECT id, now() FROM audit_units';
const TEAMS = `INSERT INTO care_teams (id, patient_key, name, source_id, starts_at) SELECT v.team::uuid, l.patient_key, 'kept', v.source, now() FROM patient_links l
  JOIN (VALUES ($2::uuid, '00000000-0000-4000-8000-0000000000ab', 'administration'), ($1::uuid, '00000000-0000-4000-8000-0000000000ac', 'integrator')) AS v (id, team, source) ON l.patient_id = v.id`;
const MEMBERS = `INSERT INTO care_team_members (care_team_id, patient_key, issuer, subject, starts_at, source_id) SELECT v.team::uuid, l.patient_key, v.issuer, v.subject, now(), v.source FROM patient_links l
  JOIN (VALUES ($1::uuid, '00000000-0000-4000-8000-0000000000aa', 'concord', 'somebody', 'administration'), ($1::uuid, '00000000-0000-4000-8000-0000000000aa', 'elsewhere', $3::text, 'administration'),
    ($1::uuid, '00000000-0000-4000-8000-0000000000aa', 'concord', $3::text, 'administration'), ($2::uuid, '00000000-0000-4000-8000-0000000000ab', 'concord', 'somebody', 'administration'),
    ($1::uuid, '00000000-0000-4000-8000-0000000000ac', 'concord', 'somebody', 'integrator')) AS v (id, team, issuer, subject, source) ON l.patient_id = v.id`;
/** A patient's own consents, another's, and one of the patient's that a source sent. */
const CONSENTS = `INSERT INTO consents (id, version, patient_key, status, said_at, sealed, content_mac, revision, available_at, source_id, issuer, subject)
  SELECT gen_random_uuid(), 1, l.patient_key, 'active', now(), '\\x00', '\\x00', 1, now(), v.source, 'concord', 'x' FROM patient_links l
  JOIN (VALUES ($1::uuid, NULL), ($1::uuid, NULL), ($2::uuid, NULL), ($1::uuid, 'integrator')) AS v (id, source) ON l.patient_id = v.id`;
/** The same, line by line; and labs, and everything, that may be read but not scored. */
const REFUSALS = `INSERT INTO consent_denials (consent_id, version, place, patient_key, purpose, data_class, starts_at, revision, source_id)
  SELECT gen_random_uuid(), 1, 0, l.patient_key, v.purpose, v.class, now() - interval '1 day', 1, v.source FROM patient_links l JOIN (VALUES
    ($1::uuid, 'HRESCH', 'other', NULL), ($1::uuid, 'HRESCH', 'labs', NULL), ($2::uuid, 'HRESCH', 'other', NULL), ($1::uuid, 'HRESCH', 'other', 'integrator'), ($3::uuid, 'SCORE', 'labs', NULL), ($4::uuid, 'SCORE', '*', NULL)) AS v (id, purpose, class, source) ON l.patient_id = v.id`;
const DEVICES = `INSERT INTO devices (id, source_id, label, kind) VALUES
  ('00000000-0000-4000-8000-0000000000d1', 'integrator', 'kept', 'monitor'), ('00000000-0000-4000-8000-0000000000d2', 'demo', 'kept', 'monitor'),
  ('00000000-0000-4000-8000-0000000000d3', 'integrator', 'kept-too', 'monitor')`;
const OFFSETS = `INSERT INTO device_clock_offsets (id, device_id, offset_ms, uncertainty_ms, applied, starts_at, recorded_at)
  SELECT gen_random_uuid(), id, 1, 1, false, now(), now() FROM devices WHERE label LIKE 'kept%'`;
const STAMPS =
  "INSERT INTO device_stamps (device_id, received_at, sent_at, oldest_at, newest_at) SELECT id, now(), now(), now(), now() FROM devices WHERE label LIKE 'kept%'";
/** Grants that ran out and were reviewed: the officer's, under this issuer and under another, and one of a nurse who holds an open one too. */
const GLASS = `WITH made AS (INSERT INTO emergency_grants (id, patient_key, issuer, subject, login, purpose, reason_code, reason_sealed, starts_at, ends_at)
    SELECT gen_random_uuid(), l.patient_key, v.issuer, v.subject, 'x', 'BTG', 'urgent-care', '\\x00', now() - interval '2 hours', now() - interval '1 hour' FROM patient_links l
    JOIN (VALUES ($1::uuid, 'concord', $3::text), ($2::uuid, 'elsewhere', $3::text), ($2::uuid, 'concord', $4::text)) AS v (id, issuer, subject) ON l.patient_id = v.id RETURNING id, patient_key),
  ended AS (INSERT INTO emergency_ends (grant_id, patient_key, how, ended_at) SELECT id, patient_key, 'expired', now() FROM made)
  INSERT INTO emergency_reviews (grant_id, patient_key, issuer, subject, login, finding, note_sealed, closed_at) SELECT id, patient_key, 'concord', $3, 'x', 'justified', '\\x00', now() FROM made`;
const OPEN_GLASS = `INSERT INTO emergency_grants (id, patient_key, issuer, subject, login, purpose, reason_code, reason_sealed, starts_at, ends_at)
  SELECT gen_random_uuid(), patient_key, 'concord', $2, 'physician', 'BTG', 'urgent-care', '\\x00', now(), now() + interval '50 minutes' FROM patient_links WHERE patient_id = $1`;
/** Asked for by somebody else: of one without a hold, under a lifted one, under an open one; and by the officer, under a lifted one and under none. */
const REQUESTS = `INSERT INTO erasure_requests (id, patient_id, reason, state, requested_by, requested_at) VALUES
  ('00000000-0000-4000-8000-0000000000e1', $1, 'objection', 'requested', 'concord|third', now()), ('00000000-0000-4000-8000-0000000000e2', $2, 'objection', 'requested', 'concord|third', now()),
  ('00000000-0000-4000-8000-0000000000e3', $3, 'objection', 'requested', 'concord|third', now()), ('00000000-0000-4000-8000-0000000000e4', $2, 'objection', 'requested', $5, now()),
  ('00000000-0000-4000-8000-0000000000e5', $4, 'objection', 'requested', $5, now())`;
const PAUSES = `INSERT INTO device_pauses (id, patient_key, device, starts_at, ends_at) SELECT gen_random_uuid(), l.patient_key, v.device, now() - v.starts, now() - v.ends FROM patient_links l
  JOIN (VALUES ($1::uuid, 'paused', interval '1 day', NULL::interval), ($1::uuid, 'was-paused', interval '3 days', interval '1 day'), ($2::uuid, 'paused-for-another', interval '1 day', NULL)) AS v (id, device, starts, ends)
  ON l.patient_id = v.id`;
/** Readings of devices that are paused, were, will be and are for somebody else; hours ago. */
const MEASURED = `INSERT INTO observations SELECT (jsonb_populate_record(NULL::observations, to_jsonb(o)
    || jsonb_build_object('id', gen_random_uuid(), 'natural_key', encode(sha256((v.device || v.hours)::bytea), 'hex'), 'device', v.device, 'effective_at', now() - v.hours * interval '1 hour'))).*
  FROM (SELECT o.* FROM observations o JOIN patient_links l USING (patient_key) WHERE l.patient_id = $1 LIMIT 1) o,
    (VALUES ('paused', 1), ('paused', 48), ('was-paused', 1), ('was-paused', 48), ('paused-for-another', 1), ('never-paused', 1)) AS v (device, hours)`;
const STAFF = `INSERT INTO staff (issuer, subject, login, name) VALUES ('concord', $1, 'administrator', 'A'), ('elsewhere', $1, 'administrator', 'A'), ('far-off', $1, 'administrator', 'A') ON CONFLICT DO NOTHING`;
const WARD_STAFF = `INSERT INTO ward_staff (id, issuer, subject, ward_id, starts_at, ends_at) VALUES
  (gen_random_uuid(), 'concord', $1, 'ward-a', now(), NULL), (gen_random_uuid(), 'elsewhere', $1, 'ward-a', now(), NULL), (gen_random_uuid(), 'far-off', $1, 'ward-a', now(), NULL),
  (gen_random_uuid(), 'concord', $2, 'ward-b', now() - interval '3 days', now() - interval '1 day')`;
/** Stays of one patient: moved on from the ward that was checked, there from nobody knows when, there until it was completed, and there without a word on how. */
const STAYS = `INSERT INTO encounters SELECT (jsonb_populate_record(NULL::encounters, to_jsonb(e) || jsonb_build_object('id', '00000000-0000-4000-8000-0000000000' || v.stay, 'version', v.version, 'superseded_at', v.superseded))).*
  FROM (SELECT e.* FROM encounters e JOIN patient_links l USING (patient_key) WHERE l.patient_id = $1 LIMIT 1) e, (VALUES ('f1', 1, now()), ('f1', 2, NULL), ('f2', 1, NULL), ('f3', 1, NULL), ('f4', 1, NULL)) AS v (stay, version, superseded)`;
const PLACES = `INSERT INTO encounter_locations (encounter_id, version, place, patient_key, ward_id, starts_at, status, source_id)
  SELECT ('00000000-0000-4000-8000-0000000000' || v.stay)::uuid, v.version, 0, l.patient_key, v.ward, v.starts, v.status, 'integrator' FROM patient_links l, (VALUES
    ('f1', 1, 'ward-a', now() - interval '9 days', 'active'), ('f1', 2, 'ward-b', now() - interval '9 days', 'active'), ('f2', 1, 'ward-a', NULL, 'active'), ('f3', 1, 'ward-a', now() - interval '9 days', 'completed'),
    ('f4', 1, 'ward-a', now() - interval '9 days', NULL)
  ) AS v (stay, version, ward, starts, status) WHERE l.patient_id = $1`;
const STAY_SCORES = `INSERT INTO assessments SELECT (jsonb_populate_record(NULL::assessments, to_jsonb(a) || jsonb_build_object('id', gen_random_uuid(), 'sequence', 200 + n, 'encounter_id', '00000000-0000-4000-8000-0000000000' || stay,
    'bundle', c.bundle, 'task', c.task, 'pattern', c.pattern))).*
  FROM (SELECT a.* FROM assessments a JOIN patient_links l USING (patient_key) WHERE l.patient_id = $1 AND a.outcome = 'scored' AND a.evidence_level NOT LIKE 'real-%' LIMIT 1) a,
    (SELECT v.bundle, v.task, v.pattern FROM local_validations v LIMIT 1) c, unnest(ARRAY['f1', 'f2', 'f3', 'f4']) WITH ORDINALITY AS u (stay, n)`;
/** Too long ago, somebody else's, and under another issuer's name. */
const LOOK_UPS = `INSERT INTO emergency_lookups (id, issuer, subject, value_index, patient_key, looked_at) SELECT gen_random_uuid(), v.issuer, v.subject, '\\x01', l.patient_key, now() - v.ago FROM patient_links l
  JOIN (VALUES ($1::uuid, 'concord', $4::text, interval '20 minutes'), ($2::uuid, 'concord', $5::text, interval '1 minute'), ($3::uuid, 'elsewhere', $4::text, interval '1 minute')) AS v (id, issuer, subject, ago) ON l.patient_id = v.id`;
/** A label strikes the days after a discharge too; what a source holds is what it wrote, and nothing else that bears its name. */
const RELATIONS = `INSERT INTO access_grants (id, patient_key, relationship, holder, basis, starts_at) SELECT gen_random_uuid(), l.patient_key, v.relationship, v.holder, gen_random_uuid(), now()
  FROM patient_links l JOIN (VALUES ($1::uuid, 'discharged-72h', 'ward:ward-a'), ($2::uuid, 'care-team', 'source:demo')) AS v (id, relationship, holder) ON l.patient_id = v.id`;
/** Every relation to somebody whose consent strikes it, each in hands that would open the record; and a physician's glass that is open. */
const STRUCK = `INSERT INTO access_grants (id, patient_key, relationship, holder, basis, starts_at) SELECT gen_random_uuid(), l.patient_key, v.relationship, v.holder, gen_random_uuid(), now()
  FROM patient_links l JOIN (VALUES ($1::uuid, 'discharged-72h', 'ward:ward-a'), ($1::uuid, 'care-team', 'team:concord|' || $3::text), ($2::uuid, 'break-glass', 'glass:concord|' || $3::text), ($4::uuid, 'break-glass', 'glass:concord|' || $5::text)) AS v (id, relationship, holder) ON l.patient_id = v.id`;
const EMERGENCY_REFUSED = `INSERT INTO consent_denials (consent_id, version, place, patient_key, purpose, data_class, starts_at, revision)
  SELECT gen_random_uuid(), 1, 0, patient_key, purpose, '*', now() - interval '1 day', 1 FROM patient_links, (VALUES ('BTG'), ('ETREAT')) AS v (purpose) WHERE patient_id = $1`;
const ALERTS = `INSERT INTO reading_alerts (id, issuer, subject, login, patients, from_at, to_at, seen_by, seen_at) VALUES
  (gen_random_uuid(), 'concord', 'somebody', 'x', 9, now(), now(), NULL, NULL), (gen_random_uuid(), 'concord', 'another', 'x', 9, now(), now(), NULL, NULL), (gen_random_uuid(), 'concord', 'somebody', 'x', 9, now(), now(), 'concord|third', now()),
  (gen_random_uuid(), 'concord', $1, 'x', 9, now(), now(), NULL, NULL)`;
