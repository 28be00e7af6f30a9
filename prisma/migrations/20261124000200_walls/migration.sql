-- Row-level security: enabled and forced on every table that is about a patient, policies for each command and role, and the
-- grants. Adds no row and changes none. A data migration after this one must lift FORCE around its statement and assert the
-- number of rows, for FORCE binds the owner in silence.

REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public, app TO app_rw, app_worker, audit_sequencer, auditor_ro;
REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA app FROM PUBLIC;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA app TO app_rw, app_worker;

DO $$
DECLARE t text;
BEGIN
  FOR t IN SELECT c.oid::regclass::text FROM pg_class c
           WHERE c.relkind IN ('r', 'p') AND c.relnamespace IN ('public'::regnamespace, 'part'::regnamespace)
             AND c.relname NOT IN ('wards', 'sources', 'ward_staff', 'model_bundles', 'devices', 'device_clock_offsets', '_prisma_migrations')
  LOOP
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', t);
  END LOOP;
END $$;

GRANT SELECT ON wards, sources, ward_staff, model_bundles, devices, device_clock_offsets TO app_rw, app_worker;
GRANT INSERT, UPDATE ON model_bundles TO app_rw;

-- A set stands in FROM: so it is planned with the query and read once, where a call in the select list is planned each time.

-- Rows about a patient that a source sends: read by who reaches the patient and by the source that wrote them, written by
-- the source for a patient it matched, read by the worker for the patient of its job.
DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['encounters', 'encounter_locations', 'observations', 'reports', 'imaging_studies', 'imaging_series', 'imaging_instances', 'device_links']
  LOOP
    EXECUTE format('CREATE POLICY reads ON %I FOR SELECT TO app_rw USING (patient_key IN (SELECT r FROM app.reach() r) OR source_id = (SELECT app.source()))', t);
    EXECUTE format('CREATE POLICY writes ON %I FOR INSERT TO app_rw WITH CHECK (source_id = (SELECT app.source()) AND patient_key = ANY ((SELECT app.write_keys())::uuid[]))', t);
    EXECUTE format('CREATE POLICY closes ON %I FOR UPDATE TO app_rw USING (source_id = (SELECT app.source()) AND patient_key = ANY ((SELECT app.write_keys())::uuid[]))', t);
    EXECUTE format('CREATE POLICY job_reads ON %I FOR SELECT TO app_worker USING (patient_key = (SELECT app.job_key()))', t);
    EXECUTE format('GRANT SELECT, INSERT ON %I TO app_rw', t);
    EXECUTE format('GRANT SELECT ON %I TO app_worker', t);
  END LOOP;
END $$;

-- Nothing that was said is changed; a version is closed, and a study learns when it last grew.
GRANT UPDATE (superseded_at, retracted_at, closed_revision) ON encounters, observations, reports, imaging_instances TO app_rw;
GRANT UPDATE (updated_at) ON imaging_studies TO app_rw;
GRANT UPDATE (ends_at, replaced_at) ON device_links TO app_rw;

-- The patient's own rows, keyed by the id that the outside knows. A source also sees those of a patient it matched in this
-- transaction: it needs the key to seal what it sends.
DO $$
DECLARE t text; id text;
BEGIN
  FOREACH t IN ARRAY ARRAY['patients', 'patient_links', 'patient_keys', 'patient_versions', 'patient_search_terms', 'patient_identifiers']
  LOOP
    id := CASE t WHEN 'patients' THEN 'id' ELSE 'patient_id' END;
    EXECUTE format('CREATE POLICY job_reads ON %I FOR SELECT TO app_worker USING (%I = (SELECT app.job_id()))', t, id);
    EXECUTE format('CREATE POLICY writes ON %I FOR INSERT TO app_rw WITH CHECK (source_id = (SELECT app.source()) AND %I = ANY ((SELECT app.write_ids())::uuid[]))', t, id);
    EXECUTE format('GRANT SELECT, INSERT ON %I TO app_rw', t);
    EXECUTE format('GRANT SELECT ON %I TO app_worker', t);
    CONTINUE WHEN t = 'patient_links';
    EXECUTE format('CREATE POLICY reads ON %I FOR SELECT TO app_rw USING (%I IN (SELECT r FROM app.reach_ids() r) OR source_id = (SELECT app.source()))', t, id);
  END LOOP;
END $$;

CREATE POLICY matched ON patients FOR SELECT TO app_rw USING (id = ANY ((SELECT app.write_ids())::uuid[]));
CREATE POLICY matched ON patient_keys FOR SELECT TO app_rw USING (patient_id = ANY ((SELECT app.write_ids())::uuid[]) OR patient_id IN (SELECT r FROM app.source_ids() r));
CREATE POLICY raises ON patients FOR UPDATE TO app_rw USING (id = ANY ((SELECT app.write_ids())::uuid[]));
CREATE POLICY closes ON patient_versions FOR UPDATE TO app_rw USING (source_id = (SELECT app.source()) AND patient_id = ANY ((SELECT app.write_ids())::uuid[]));
GRANT UPDATE (version, revision, updated_at) ON patients TO app_rw;
GRANT UPDATE (superseded_at, retracted_at) ON patient_versions TO app_rw;
-- Numbering assessments locks the patient's row.
CREATE POLICY job_locks ON patients FOR UPDATE TO app_worker USING (id = (SELECT app.job_id()));
GRANT UPDATE (updated_at) ON patients TO app_worker;

CREATE POLICY reads ON patient_links FOR SELECT TO app_rw
  USING (patient_key IN (SELECT r FROM app.reach() r) OR source_id = (SELECT app.source()) OR patient_id = ANY ((SELECT app.write_ids())::uuid[])
         OR patient_key IN (SELECT r FROM app.source_keys() r));
-- An arrival names a patient by identifier: exactly that blind index is shown, to a source alone.
CREATE POLICY looked_up ON patient_identifiers FOR SELECT TO app_rw
  USING ((SELECT app.source()) IS NOT NULL AND value_index = (SELECT decode(app.setting('lookup'), 'hex')));

-- The privacy officer searches the record of accesses by the outside's id of a patient: that one pair is shown.
CREATE POLICY audited ON patient_links FOR SELECT TO app_rw
  USING ((SELECT app.has_role('privacy') AND app.setting('purpose') = 'HOPERAT') AND
         (patient_id = (SELECT app.setting('audited_id'))::uuid OR patient_key = ANY ((SELECT string_to_array(app.setting('audited_keys'), ','))::uuid[])));

-- A refusal is recorded under the patient's pseudonym: the one patient whom the request names, and only after the decision.
CREATE POLICY recorded ON patient_links FOR SELECT TO app_rw USING (patient_id = (SELECT app.setting('recorded_id'))::uuid);

-- Grants: seen by their holder; made and replaced by the source whose encounter, team or study they rest on.
CREATE POLICY held ON access_grants FOR SELECT TO app_rw USING (holder = ANY ((SELECT app.holders())::text[]) OR holder = (SELECT 'source:' || app.source()));
CREATE POLICY derived ON access_grants FOR ALL TO app_rw
  USING (patient_key = ANY ((SELECT app.write_keys())::uuid[])) WITH CHECK (patient_key = ANY ((SELECT app.write_keys())::uuid[]));
GRANT SELECT, INSERT, DELETE ON access_grants TO app_rw;
-- No policy: the worker's own patient is all it reaches, and the question may be asked in the same words.
GRANT SELECT ON access_grants TO app_worker;

DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['care_teams', 'care_team_members', 'patient_accounts']
  LOOP
    EXECUTE format('CREATE POLICY keeps ON %I FOR ALL TO app_rw USING (source_id = (SELECT app.source()) AND patient_key = ANY ((SELECT app.write_keys())::uuid[]))', t);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO app_rw', t);
  END LOOP;
END $$;

-- Scores are made by the worker for the patient of its job, and read by who cares for the patient.
DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['assessments', 'evidence']
  LOOP
    EXECUTE format('CREATE POLICY reads ON %I FOR SELECT TO app_rw USING (patient_key IN (SELECT r FROM app.reach_care() r))', t);
    EXECUTE format('CREATE POLICY job_reads ON %I FOR SELECT TO app_worker USING (patient_key = (SELECT app.job_key()))', t);
    EXECUTE format('CREATE POLICY job_writes ON %I FOR INSERT TO app_worker WITH CHECK (patient_key = (SELECT app.job_key()))', t);
    EXECUTE format('GRANT SELECT ON %I TO app_rw', t);
    EXECUTE format('GRANT SELECT, INSERT ON %I TO app_worker', t);
  END LOOP;
END $$;
CREATE POLICY job_withdraws ON assessments FOR UPDATE TO app_worker USING (patient_key = (SELECT app.job_key()));
GRANT UPDATE (status, withdrawn_at) ON assessments TO app_worker;

-- Blobs: a patient's like the patient's rows; one that nobody could be matched to belongs to its source alone.
CREATE POLICY reads ON blobs FOR SELECT TO app_rw USING (patient_key IN (SELECT r FROM app.reach() r) OR source_id = (SELECT app.source()));
CREATE POLICY writes ON blobs FOR INSERT TO app_rw
  WITH CHECK (source_id = (SELECT app.source()) AND (patient_key IS NULL OR patient_key = ANY ((SELECT app.write_keys())::uuid[])));
CREATE POLICY job_reads ON blobs FOR SELECT TO app_worker USING (patient_key = (SELECT app.job_key()));
GRANT SELECT, INSERT ON blobs TO app_rw;
GRANT SELECT ON blobs TO app_worker;

CREATE POLICY own ON reconcile_items FOR ALL TO app_rw USING (source_id = (SELECT app.source()));
GRANT SELECT, INSERT ON reconcile_items TO app_rw;

-- The record of accesses: everybody writes their own line, the privacy officer reads, nobody changes anything.
CREATE POLICY writes ON audit_events FOR INSERT TO app_rw, app_worker
  WITH CHECK (issuer = (SELECT app.setting('issuer')) AND subject = (SELECT app.setting('subject')));
CREATE POLICY officer_reads ON audit_events FOR SELECT TO app_rw
  USING ((SELECT app.has_role('privacy') AND app.setting('purpose') = 'HOPERAT'));
CREATE POLICY reads ON audit_events FOR SELECT TO audit_sequencer, auditor_ro USING (true);
GRANT INSERT, SELECT ON audit_events TO app_rw;
GRANT INSERT ON audit_events TO app_worker;
GRANT SELECT ON audit_events TO audit_sequencer, auditor_ro;

CREATE FUNCTION app.refuse_change() RETURNS trigger LANGUAGE plpgsql
  AS $$ BEGIN RAISE EXCEPTION 'the record of accesses is insert-only'; END $$;
CREATE TRIGGER insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_events FOR EACH STATEMENT EXECUTE FUNCTION app.refuse_change();

-- Units of several responses: their holder's alone; the worker's sweeper closes what has ended.
CREATE POLICY own ON audit_units FOR ALL TO app_rw
  USING (issuer = (SELECT app.setting('issuer')) AND subject = (SELECT app.setting('subject')));
CREATE POLICY sweeps ON audit_units FOR SELECT TO app_worker USING ((SELECT app.setting('sweep')) = 'audit-units');
DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['audit_unit_marks', 'audit_unit_tallies', 'audit_unit_closings']
  LOOP
    EXECUTE format('CREATE POLICY own ON %I FOR ALL TO app_rw USING (unit_id IN (SELECT id FROM audit_units))', t);
    EXECUTE format('CREATE POLICY sweeps ON %I FOR ALL TO app_worker USING ((SELECT app.setting(''sweep'')) = ''audit-units'')', t);
    EXECUTE format('GRANT SELECT, INSERT ON %I TO app_rw', t);
    EXECUTE format('GRANT SELECT ON %I TO app_worker', t);
  END LOOP;
END $$;
GRANT SELECT, INSERT ON audit_units TO app_rw;
GRANT SELECT ON audit_units TO app_worker;
GRANT INSERT ON audit_unit_closings TO app_worker;

-- A forgotten transaction would hold locks and stall the sequencing of the record.
DO $$
BEGIN
  ALTER ROLE app_rw SET idle_in_transaction_session_timeout = '30s';
  ALTER ROLE app_worker SET idle_in_transaction_session_timeout = '60s';
EXCEPTION WHEN insufficient_privilege THEN RAISE NOTICE 'timeouts of the roles are left to the administrator';
END $$;

DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'backup_ro') THEN
    GRANT USAGE ON SCHEMA public, part, app TO backup_ro;
    GRANT SELECT ON ALL TABLES IN SCHEMA public, part TO backup_ro;
    ALTER DEFAULT PRIVILEGES IN SCHEMA public, part GRANT SELECT ON TABLES TO backup_ro;
  END IF;
END $$;
