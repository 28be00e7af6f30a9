-- The first schema. There are no rows yet. Prisma cannot see roles, partitions, policies, checks, functions and partial
-- indexes: those stand in the next two migrations. Every column and plain index of this one stands in prisma/models too.

CREATE SCHEMA app;
CREATE SCHEMA part;

-- Reference data: about no patient.

CREATE TABLE wards (
  id text PRIMARY KEY,
  name text NOT NULL,
  setting text NOT NULL,
  part_of text REFERENCES wards (id)
);

CREATE TABLE sources (
  id text PRIMARY KEY,
  name text NOT NULL,
  authority text NOT NULL,
  foreign_authorities text[] NOT NULL DEFAULT '{}',
  time_zone text NOT NULL,
  delivery text NOT NULL
);

CREATE TABLE ward_staff (
  id uuid PRIMARY KEY,
  issuer text NOT NULL,
  subject text NOT NULL,
  ward_id text NOT NULL REFERENCES wards (id),
  starts_at timestamptz(3) NOT NULL,
  ends_at timestamptz(3),
  UNIQUE (issuer, subject, ward_id, starts_at)
);

CREATE TABLE model_bundles (
  id text PRIMARY KEY,
  manifest_sha256 text NOT NULL,
  state text NOT NULL,
  registered_at timestamptz(3) NOT NULL,
  activated_at timestamptz(3),
  activated_by text
);

-- Patients. patient_links is the only table that holds both the id that the outside keeps and the pseudonym under which
-- everything clinical is stored: destroying its row and the wrapped key makes the rest nobody's.

CREATE TABLE patients (
  id uuid PRIMARY KEY,
  version integer NOT NULL,
  revision bigint NOT NULL,
  demo_kind text,
  source_id text NOT NULL REFERENCES sources (id),
  created_at timestamptz(3) NOT NULL,
  updated_at timestamptz(3) NOT NULL
);
CREATE INDEX patients_source ON patients (source_id, created_at, id);

CREATE TABLE patient_links (
  patient_id uuid PRIMARY KEY REFERENCES patients (id),
  patient_key uuid NOT NULL UNIQUE,
  version integer NOT NULL,
  source_id text NOT NULL,
  linked_at timestamptz(3) NOT NULL
);

CREATE TABLE patient_keys (
  patient_id uuid NOT NULL REFERENCES patients (id),
  version integer NOT NULL,
  wrapped bytea NOT NULL,
  source_id text NOT NULL,
  PRIMARY KEY (patient_id, version)
);

CREATE TABLE patient_versions (
  patient_id uuid NOT NULL REFERENCES patients (id),
  version integer NOT NULL,
  sealed bytea NOT NULL,
  content_mac bytea NOT NULL,
  revision bigint NOT NULL,
  available_at timestamptz(3) NOT NULL,
  superseded_at timestamptz(3),
  retracted_at timestamptz(3),
  source_id text NOT NULL,
  PRIMARY KEY (patient_id, version)
);

CREATE TABLE patient_identifiers (
  value_index bytea PRIMARY KEY,
  patient_id uuid NOT NULL REFERENCES patients (id),
  system text NOT NULL,
  sealed bytea NOT NULL,
  source_id text NOT NULL
);
CREATE INDEX patient_identifiers_patient ON patient_identifiers (patient_id);

CREATE TABLE patient_search_terms (
  patient_id uuid NOT NULL REFERENCES patients (id),
  term_index bytea NOT NULL,
  source_id text NOT NULL,
  PRIMARY KEY (term_index, patient_id)
);

-- Who may reach whom, as of when. Derived in the transaction that stores the encounter, care team, study or account it
-- rests on (basis); holder is a ward, a team member, radiology or the patient's own account.

CREATE TABLE access_grants (
  id uuid PRIMARY KEY,
  patient_key uuid NOT NULL,
  relationship text NOT NULL,
  holder text NOT NULL,
  basis uuid NOT NULL,
  starts_at timestamptz(3) NOT NULL,
  ends_at timestamptz(3)
);
CREATE INDEX access_grants_holder ON access_grants (holder, starts_at, ends_at);
CREATE INDEX access_grants_patient ON access_grants (patient_key, basis);

CREATE TABLE care_teams (
  id uuid PRIMARY KEY,
  patient_key uuid NOT NULL,
  name text NOT NULL,
  starts_at timestamptz(3) NOT NULL,
  ends_at timestamptz(3),
  source_id text NOT NULL
);
CREATE INDEX care_teams_patient ON care_teams (patient_key);

CREATE TABLE care_team_members (
  care_team_id uuid NOT NULL REFERENCES care_teams (id),
  patient_key uuid NOT NULL,
  issuer text NOT NULL,
  subject text NOT NULL,
  starts_at timestamptz(3) NOT NULL,
  ends_at timestamptz(3),
  source_id text NOT NULL,
  PRIMARY KEY (care_team_id, issuer, subject)
);

CREATE TABLE patient_accounts (
  issuer text NOT NULL,
  subject text NOT NULL,
  patient_key uuid NOT NULL,
  starts_at timestamptz(3) NOT NULL,
  ends_at timestamptz(3),
  source_id text NOT NULL,
  PRIMARY KEY (issuer, subject)
);

-- Clinical rows: one row a version; revision is the patient's at which it came, closed_revision the one at which it was
-- superseded or retracted, so that a replay reads what an earlier revision held.

CREATE TABLE encounters (
  id uuid NOT NULL,
  version integer NOT NULL,
  patient_key uuid NOT NULL,
  status text NOT NULL,
  class text NOT NULL,
  starts_at timestamptz(3) NOT NULL,
  ends_at timestamptz(3),
  identifier_index bytea[] NOT NULL DEFAULT '{}',
  sealed bytea NOT NULL,
  content_mac bytea NOT NULL,
  revision bigint NOT NULL,
  closed_revision bigint,
  available_at timestamptz(3) NOT NULL,
  superseded_at timestamptz(3),
  retracted_at timestamptz(3),
  source_id text NOT NULL,
  PRIMARY KEY (id, version)
);
CREATE INDEX encounters_patient ON encounters (patient_key, starts_at);

CREATE TABLE encounter_locations (
  encounter_id uuid NOT NULL,
  version integer NOT NULL,
  place integer NOT NULL,
  patient_key uuid NOT NULL,
  ward_id text NOT NULL,
  bed text,
  starts_at timestamptz(3),
  ends_at timestamptz(3),
  status text,
  source_id text NOT NULL,
  PRIMARY KEY (encounter_id, version, place)
);
CREATE INDEX encounter_locations_patient ON encounter_locations (patient_key);

CREATE TABLE observations (
  patient_key uuid NOT NULL,
  id uuid NOT NULL,
  version integer NOT NULL,
  revision bigint NOT NULL,
  closed_revision bigint,
  modality text,
  code text NOT NULL,
  code_system text NOT NULL,
  number double precision,
  unit text,
  text text,
  sent_number double precision,
  sent_unit text,
  status text NOT NULL,
  effective_at timestamptz(3) NOT NULL,
  available_at timestamptz(3) NOT NULL,
  superseded_at timestamptz(3),
  retracted_at timestamptz(3),
  sent_at timestamptz(3),
  device text,
  encounter_id uuid,
  identifier_index bytea,
  identifier_sealed bytea,
  source_id text NOT NULL,
  blob_sha256 bytea NOT NULL,
  PRIMARY KEY (patient_key, id, version)
) PARTITION BY HASH (patient_key);

CREATE TABLE reports (
  id uuid NOT NULL,
  version integer NOT NULL,
  patient_key uuid NOT NULL,
  code text NOT NULL,
  code_system text NOT NULL,
  code_display text,
  modality text,
  status text NOT NULL,
  issued_at timestamptz(3) NOT NULL,
  effective_at timestamptz(3) NOT NULL,
  available_at timestamptz(3) NOT NULL,
  superseded_at timestamptz(3),
  retracted_at timestamptz(3),
  language text,
  content_type text NOT NULL,
  sealed bytea NOT NULL,
  content_mac bytea NOT NULL,
  encounter_id uuid,
  identifier_index bytea,
  identifier_sealed bytea,
  revision bigint NOT NULL,
  closed_revision bigint,
  source_id text NOT NULL,
  blob_sha256 bytea NOT NULL,
  PRIMARY KEY (id, version)
);
CREATE INDEX reports_patient ON reports (patient_key, effective_at);

CREATE TABLE imaging_studies (
  id uuid PRIMARY KEY,
  patient_key uuid NOT NULL,
  study_uid text NOT NULL,
  started_at timestamptz(3) NOT NULL,
  description text,
  accession_index bytea,
  accession_sealed bytea,
  source_id text NOT NULL,
  updated_at timestamptz(3) NOT NULL,
  UNIQUE (study_uid, patient_key)
);
CREATE INDEX imaging_studies_patient ON imaging_studies (patient_key, started_at);

CREATE TABLE imaging_series (
  id uuid PRIMARY KEY,
  study_id uuid NOT NULL REFERENCES imaging_studies (id),
  patient_key uuid NOT NULL,
  series_uid text NOT NULL,
  modality text NOT NULL,
  description text,
  source_id text NOT NULL,
  UNIQUE (study_id, series_uid)
);

CREATE TABLE imaging_instances (
  id uuid PRIMARY KEY,
  study_id uuid NOT NULL REFERENCES imaging_studies (id),
  series_id uuid NOT NULL REFERENCES imaging_series (id),
  patient_key uuid NOT NULL,
  sop_uid text NOT NULL,
  sop_class_uid text NOT NULL,
  modality text,
  instance_number integer,
  header jsonb NOT NULL,
  dicom_json_sealed bytea NOT NULL,
  effective_at timestamptz(3) NOT NULL,
  available_at timestamptz(3) NOT NULL,
  superseded_at timestamptz(3),
  retracted_at timestamptz(3),
  revision bigint NOT NULL,
  closed_revision bigint,
  unused_reason text,
  derived jsonb NOT NULL,
  prepared_sealed bytea,
  pixels jsonb,
  pixels_sha256 bytea,
  source_id text NOT NULL,
  blob_sha256 bytea NOT NULL,
  byte_length integer NOT NULL,
  UNIQUE (sop_uid, patient_key)
);
CREATE INDEX imaging_instances_study ON imaging_instances (study_id);
CREATE INDEX imaging_instances_series ON imaging_instances (series_id);
CREATE INDEX imaging_instances_patient ON imaging_instances (patient_key, effective_at);

-- Devices: which patient a device spoke for, and how far off its clock was, both as versioned intervals.

CREATE TABLE devices (
  id uuid PRIMARY KEY,
  source_id text NOT NULL REFERENCES sources (id),
  label text NOT NULL,
  kind text NOT NULL,
  UNIQUE (source_id, label)
);

CREATE TABLE device_links (
  id uuid PRIMARY KEY,
  device_id uuid NOT NULL REFERENCES devices (id),
  patient_key uuid NOT NULL,
  starts_at timestamptz(3) NOT NULL,
  ends_at timestamptz(3),
  recorded_at timestamptz(3) NOT NULL,
  replaced_at timestamptz(3),
  source_id text NOT NULL
);
CREATE INDEX device_links_device ON device_links (device_id, starts_at);
CREATE INDEX device_links_patient ON device_links (patient_key);

CREATE TABLE device_clock_offsets (
  id uuid PRIMARY KEY,
  device_id uuid NOT NULL REFERENCES devices (id),
  offset_ms integer NOT NULL,
  uncertainty_ms integer NOT NULL,
  starts_at timestamptz(3) NOT NULL,
  ends_at timestamptz(3),
  recorded_at timestamptz(3) NOT NULL,
  replaced_at timestamptz(3)
);
CREATE INDEX device_clock_offsets_device ON device_clock_offsets (device_id, starts_at);

-- Scores: the stored numbers and what makes them repeatable; the whole assessment is sealed, for its evidence quotes reports.

CREATE TABLE assessments (
  id uuid PRIMARY KEY,
  patient_key uuid NOT NULL,
  sequence bigint NOT NULL,
  task text NOT NULL,
  as_of timestamptz(3) NOT NULL,
  stored_at timestamptz(3) NOT NULL,
  bundle text NOT NULL,
  outcome text NOT NULL,
  reason text,
  probability double precision,
  logit real,
  calibration_id text,
  evidence_level text,
  pattern text[] NOT NULL DEFAULT '{}',
  status text NOT NULL,
  withdrawn_at timestamptz(3),
  revision bigint NOT NULL,
  links_version text NOT NULL,
  clocks_version text NOT NULL,
  inputs_sha256 text NOT NULL,
  block_sha256 text[] NOT NULL DEFAULT '{}',
  runtime text NOT NULL,
  encounter_id uuid,
  stale_at timestamptz(3),
  sealed bytea NOT NULL,
  UNIQUE (patient_key, sequence)
);
CREATE INDEX assessments_patient ON assessments (patient_key, task, as_of DESC, sequence DESC);

CREATE TABLE evidence (
  assessment_id uuid NOT NULL REFERENCES assessments (id),
  place integer NOT NULL,
  patient_key uuid NOT NULL,
  evidence_id text NOT NULL,
  modality text NOT NULL,
  kind text NOT NULL,
  contribution double precision NOT NULL,
  pointer jsonb,
  PRIMARY KEY (assessment_id, place)
);
CREATE INDEX evidence_patient ON evidence (patient_key);

-- Original bytes: sealed under a key of their own, which stands wrapped here. Small ones stand here whole, large ones in a file.

CREATE TABLE blobs (
  name uuid PRIMARY KEY,
  sha256 bytea NOT NULL,
  patient_key uuid,
  wrapped bytea NOT NULL,
  sealed bytea,
  byte_length bigint NOT NULL,
  source_id text NOT NULL,
  stored_at timestamptz(3) NOT NULL
);

CREATE TABLE reconcile_items (
  id uuid PRIMARY KEY,
  source_id text NOT NULL REFERENCES sources (id),
  received_at timestamptz(3) NOT NULL,
  reason text NOT NULL,
  door text NOT NULL,
  blob_sha256 bytea NOT NULL,
  wrapped bytea NOT NULL,
  sealed bytea NOT NULL,
  state text NOT NULL,
  decided_at timestamptz(3),
  decided_by text
);
CREATE INDEX reconcile_items_source ON reconcile_items (source_id, received_at, id);

-- The record of who saw what. Insert-only. bytes is the canonical event; the columns beside it are an index of it.

CREATE TABLE audit_events (
  n bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  event_id uuid NOT NULL UNIQUE,
  transaction_id text NOT NULL,
  unit_id uuid NOT NULL,
  unit_part text NOT NULL,
  recorded_at timestamptz NOT NULL,
  category text NOT NULL,
  subtype text NOT NULL,
  action text NOT NULL,
  outcome smallint NOT NULL,
  issuer text NOT NULL,
  subject text NOT NULL,
  login text NOT NULL,
  client_id text NOT NULL,
  purpose text NOT NULL,
  patient_key uuid,
  request_id text NOT NULL,
  bytes bytea NOT NULL
);
CREATE INDEX audit_events_patient ON audit_events (patient_key, recorded_at DESC, n DESC);
CREATE INDEX audit_events_subject ON audit_events (subject, recorded_at DESC, n DESC);
CREATE INDEX audit_events_login ON audit_events (login, recorded_at DESC, n DESC);
CREATE INDEX audit_events_recorded ON audit_events (recorded_at DESC, n DESC);
CREATE INDEX audit_events_unit ON audit_events (unit_id);

-- Units that more than one response and more than one process share: opened, marked, tallied and closed by inserts alone.

CREATE TABLE audit_units (
  id uuid PRIMARY KEY,
  kind text NOT NULL,
  unit_key text NOT NULL,
  issuer text NOT NULL,
  subject text NOT NULL,
  opened_at timestamptz(3) NOT NULL,
  opening jsonb NOT NULL
);
CREATE INDEX audit_units_holder ON audit_units (issuer, subject, kind, unit_key, opened_at DESC);
CREATE INDEX audit_units_opened ON audit_units (opened_at);

CREATE TABLE audit_unit_marks (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  unit_id uuid NOT NULL REFERENCES audit_units (id),
  patient_key uuid NOT NULL,
  tier text NOT NULL,
  marked_at timestamptz(3) NOT NULL
);
CREATE INDEX audit_unit_marks_unit ON audit_unit_marks (unit_id, patient_key, marked_at DESC);

CREATE TABLE audit_unit_tallies (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  unit_id uuid NOT NULL REFERENCES audit_units (id),
  instances text[] NOT NULL DEFAULT '{}',
  byte_count bigint NOT NULL,
  tallied_at timestamptz(3) NOT NULL
);
CREATE INDEX audit_unit_tallies_unit ON audit_unit_tallies (unit_id);

CREATE TABLE audit_unit_closings (
  unit_id uuid PRIMARY KEY REFERENCES audit_units (id),
  closed_at timestamptz(3) NOT NULL
);
