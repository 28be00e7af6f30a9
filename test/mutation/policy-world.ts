import type pg from 'pg';
import type { Actor } from '../matrix/world.ts';
import { person } from '../people.ts';
import { rowsOf } from './policy-rows.ts';

const OFFICER = `concord|${person('privacy').subject}`;

/** Rows of what the doors of the cast do not make: each arm of each policy finds one that it shows and one that it hides. */
export async function dress(client: pg.Client, cast: readonly Actor[]): Promise<void> {
  const id = (n: number): string => cast[n]?.person.id ?? '';
  const all = async (...statements: readonly (readonly [sql: string, ...values: unknown[]])[]): Promise<void> => {
    for (const [sql, ...values] of statements) await client.query(sql, values);
  };
  await all(
    // What these rows point at does not have to be there.
    ['SET session_replication_role = replica'],
    [ERASURES, id(9), id(10), id(11), OFFICER],
    [HOLDS, id(11), OFFICER, id(9)],
    ['INSERT INTO erased_keys SELECT patient_key FROM patient_links WHERE patient_id = $1', id(5)],
    [EXPORTS, OFFICER.replace('|', ' ')],
    [TEAM, id(0)],
    [
      "INSERT INTO device_pauses (id, patient_key, device, starts_at) SELECT gen_random_uuid(), patient_key, 'dev-' || right(patient_id::text, 4), now() FROM patient_links",
    ],
    [DEVICE_ENDS, person('nurse').subject],
    [VALIDATION, person('steward').subject],
    [CONCORDANCES],
    [CONCORDANCE_REVIEWS, person('radiologist').subject],
    [DEVICE_LINKS],
    [ARRIVALS],
    [LINES, id(0), id(13)],
    ...[0, 1, 13].flatMap((n) => [[OTHER_CLASSES, id(n)] as const, [OTHER_EVIDENCE, id(n)] as const]),
    ...[0, 5, 13, 14].map((n) => [OTHER_SCORES, id(n)] as const),
    [GRANTS, id(12), id(1), person('nurse').subject],
    [LOOK_UP, id(3), person('physician').subject],
    [ENDED_GRANT, id(3), person('physician').subject, person('privacy').subject],
    [REGIONS],
    ...rowsOf(id),
    // Last: what is made of a patient's first reading above is none that waits.
    ...[0, 13, 14].map((n) => [HELD, id(n)] as const),
    ['SET session_replication_role = origin'],
  );
}

const ERASURES = `INSERT INTO erasure_requests (id, patient_id, reason, state, requested_by, requested_at, confirmed_by, confirmed_at) VALUES
  (gen_random_uuid(), $1, 'objection', 'confirmed', $4, now(), 'concord|second', now()),
  (gen_random_uuid(), $3, 'objection', 'confirmed', $4, now(), 'concord|second', now()),
  (gen_random_uuid(), $2, 'objection', 'requested', $4, now(), NULL, NULL),
  (gen_random_uuid(), $3, 'objection', 'requested', 'concord|third', now(), NULL, NULL)`;
const HOLDS = `INSERT INTO legal_holds (id, patient_id, basis, placed_by, placed_at, lifted_by, lifted_at) VALUES
  (gen_random_uuid(), $1, 'litigation', $2, now(), NULL, NULL), (gen_random_uuid(), $1, 'litigation', 'concord|third', now(), NULL, NULL),
  (gen_random_uuid(), $3, 'litigation', $2, now(), $2, now())`;
const EXPORTS = `WITH made AS (INSERT INTO audit_exports (id, requester, purpose, query, requested_at) VALUES
  (gen_random_uuid(), $1, 'HOPERAT', '{}', now()), (gen_random_uuid(), 'concord third', 'HOPERAT', '{}', now()) RETURNING id)
  INSERT INTO audit_export_steps (export_id, state, done, total, stepped_at) SELECT id, 'running', 0, 0, now() FROM made`;
const TEAM = `WITH made AS (INSERT INTO care_teams (id, patient_key, name, source_id, starts_at) SELECT '00000000-0000-4000-8000-0000000000aa', patient_key, 'kept', 'administration', now()
  FROM patient_links WHERE patient_id = $1 RETURNING id, patient_key)
  INSERT INTO access_grants (id, patient_key, relationship, holder, basis, starts_at) SELECT gen_random_uuid(), patient_key, 'care-team', 'team:concord|somebody', id, now() FROM made`;
const VALIDATION = `INSERT INTO local_validations (id, bundle, task, pattern, ward_id, patients, events, note, issuer, subject, login, recorded_at)
  SELECT gen_random_uuid(), a.bundle, a.task, a.pattern, 'ward-a', 100, 10, 'n', 'concord', $1, 'steward', now() FROM assessments a LIMIT 1`;
const DEVICE_ENDS = `INSERT INTO device_ends (id, patient_key, device, ends_at, issuer, subject, login)
  SELECT gen_random_uuid(), patient_key, 'off', now(), 'concord', $1, 'nurse' FROM patient_links`;
const CONCORDANCES = `INSERT INTO concordances (id, patient_key, as_of, stored_at, revision, bundle, content_mac, disagreements, mislink_suspected, sealed)
  SELECT gen_random_uuid(), patient_key, now(), now(), 1, 'b', '\\x00', 1, false, '\\x00' FROM patient_links`;
const CONCORDANCE_REVIEWS = `INSERT INTO concordance_reviews (id, concordance_id, patient_key, outcome, issuer, subject, login, reviewed_at)
  SELECT gen_random_uuid(), id, patient_key, 'film-stands', 'concord', $1, 'radiologist', now() FROM concordances`;
const DEVICE_LINKS = `INSERT INTO device_links (id, device_id, patient_key, starts_at, recorded_at, source_id)
  SELECT gen_random_uuid(), gen_random_uuid(), patient_key, now(), now(), s FROM patient_links, (VALUES ('integrator'), ('demo')) AS v (s)`;
const ARRIVALS = `INSERT INTO reconcile_items (id, source_id, received_at, reason, door, blob_sha256, wrapped, sealed, state)
  SELECT gen_random_uuid(), s, now(), 'unknown-patient', 'fhir', '\\x00', '\\x00', '\\x00', 'open' FROM (VALUES ('integrator'), ('demo')) AS v (s)`;
/** Lines of a consent that ended, that begin later and that were replaced, and of classes that no consent of the cast names. */
const LINES = `INSERT INTO consent_denials (consent_id, version, place, patient_key, purpose, data_class, starts_at, ends_at, revision, closed_revision)
  SELECT gen_random_uuid(), 1, 0, l.patient_key, 'TREAT', v.class, now() + v.starts, now() + v.ends, 1, v.closed FROM patient_links l JOIN (VALUES
    ($1::uuid, '*', interval '-2 days', interval '-1 day', NULL::bigint), ($1::uuid, '*', interval '1 day', interval '2 days', NULL), ($1::uuid, '*', interval '-2 days', NULL, 2),
    ($1::uuid, 'vitals', interval '-2 days', interval '-1 day', NULL), ($1::uuid, 'vitals', interval '1 day', interval '2 days', NULL), ($1::uuid, 'vitals', interval '-2 days', NULL, 2),
    ($2::uuid, 'labs', interval '-2 days', NULL, NULL), ($1::uuid, 'other', interval '-2 days', interval '2 days', NULL)) AS v (id, class, starts, ends, closed) ON l.patient_id = v.id`;
const OTHER_CLASSES = `INSERT INTO observations SELECT (jsonb_populate_record(NULL::observations, to_jsonb(o) || jsonb_build_object('id', gen_random_uuid(), 'natural_key', encode(sha256(m::bytea), 'hex'), 'modality', m))).*
  FROM observations o JOIN patient_links l USING (patient_key), unnest(ARRAY['labs', 'radiology-report', 'chest-imaging', 'other', 'heart-rate-variability']) m WHERE l.patient_id = $1`;
/** Readings that wait, of every class that a consent may keep from whoever settles them. */
const HELD = `INSERT INTO observations SELECT (jsonb_populate_record(NULL::observations, to_jsonb(o)
    || jsonb_build_object('id', gen_random_uuid(), 'natural_key', encode(sha256(('held' || m)::bytea), 'hex'), 'modality', NULL, 'held_modality', m))).*
  FROM (SELECT o.* FROM observations o JOIN patient_links l USING (patient_key) WHERE l.patient_id = $1 LIMIT 1) o,
    unnest(ARRAY['vitals', 'labs', 'radiology-report', 'chest-imaging', 'other', 'heart-rate-variability']) m`;
const OTHER_EVIDENCE = `INSERT INTO evidence SELECT (jsonb_populate_record(NULL::evidence, to_jsonb(e) || jsonb_build_object('place', 100 + n, 'modality', m))).*
  FROM (SELECT e.* FROM evidence e JOIN patient_links l USING (patient_key) WHERE l.patient_id = $1 LIMIT 1) e, unnest(ARRAY['labs', 'chest-imaging', 'other', 'heart-rate-variability']) WITH ORDINALITY AS u (m, n)`;
const OTHER_SCORES = `INSERT INTO assessments SELECT (jsonb_populate_record(NULL::assessments, to_jsonb(a) || jsonb_build_object('id', gen_random_uuid(), 'sequence', 100 + n) || v)).* FROM (SELECT a.* FROM assessments a JOIN patient_links l USING (patient_key)
  WHERE l.patient_id = $1 LIMIT 1) a, (VALUES (1, '{"evidence_level": "real-external", "task": "t1"}'::jsonb), (2, '{"evidence_level": "real-internal", "task": "t2"}'),
  (4, '{"task": "t4"}'), (3, '{"outcome": "abstained", "reason": "too-little-data", "probability": null, "logit": null, "task": "t3"}')) AS v (n, v)`;
const ENDED_GRANT = `WITH made AS (INSERT INTO emergency_grants (id, patient_key, issuer, subject, login, purpose, reason_code, reason_sealed, starts_at, ends_at)
    SELECT gen_random_uuid(), patient_key, 'concord', $2, 'physician', 'BTG', 'urgent-care', '\\x00', now() - interval '2 hours', now() - interval '1 hour' FROM patient_links WHERE patient_id = $1 RETURNING id, patient_key),
  ended AS (INSERT INTO emergency_ends (grant_id, patient_key, how, ended_at) SELECT id, patient_key, 'returned', now() FROM made)
  INSERT INTO emergency_reviews (grant_id, patient_key, issuer, subject, login, finding, note_sealed, closed_at) SELECT id, patient_key, 'concord', $3, 'privacy', 'justified', '\\x00', now() FROM made`;
/** The glass of somebody whose care is refused but not their emergency; a source that wrote about another's patient. */
const GRANTS = `INSERT INTO access_grants (id, patient_key, relationship, holder, basis, starts_at) SELECT gen_random_uuid(), l.patient_key, v.relationship, v.holder, gen_random_uuid(), now()
  FROM patient_links l JOIN (VALUES ($1::uuid, 'break-glass', 'glass:concord|' || $3::text), ($2::uuid, 'own-source', 'source:demo')) AS v (id, relationship, holder) ON l.patient_id = v.id`;
const LOOK_UP = `INSERT INTO emergency_lookups (id, issuer, subject, value_index, patient_key, looked_at)
  SELECT gen_random_uuid(), 'concord', $2, '\\x01', patient_key, now() FROM patient_links WHERE patient_id = $1`;
const REGIONS = `INSERT INTO region_checks (assessment_id, patient_key, modality, stored_at, regions, holding, sealed)
  SELECT id, patient_key, (ARRAY['vitals', 'labs', 'radiology-report', 'chest-imaging', 'other'])[row_number() OVER (PARTITION BY patient_key ORDER BY sequence)], now(), 1, 1, '\\x00' FROM assessments`;
