-- What Prisma cannot see of the tables: roles, partitions, checks, special indexes, and the functions that say who may reach
-- whom. No rows are touched.

-- Roles are the server's, not the database's: made once, found again by every other database.
DO $$
DECLARE role text;
BEGIN
  FOREACH role IN ARRAY ARRAY['app_rw', 'app_worker', 'audit_sequencer', 'auditor_ro'] LOOP
    BEGIN
      IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role) THEN
        EXECUTE format('CREATE ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT NOBYPASSRLS', role);
      END IF;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; -- Another database was migrated at the same moment.
    END;
  END LOOP;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'backup_ro') THEN
    -- BYPASSRLS is a superuser's to give: a managed server makes this role beforehand (docs/how-to).
    RAISE NOTICE 'role backup_ro is missing: backups need it';
  END IF;
END $$;

-- By hash: a patient's rows lie together, and a natural key is unique without knowing when something happened.
DO $$
BEGIN
  FOR i IN 0..15 LOOP
    EXECUTE format('CREATE TABLE part.observations_%s PARTITION OF observations FOR VALUES WITH (MODULUS 16, REMAINDER %s)', lpad(i::text, 2, '0'), i);
  END LOOP;
END $$;

-- The window of a chart and of a model: what stands now, by patient, code and time, with the numbers in the index.
CREATE INDEX observations_window ON observations (patient_key, code, effective_at) INCLUDE (number)
  WHERE superseded_at IS NULL AND retracted_at IS NULL;
CREATE INDEX observations_id ON observations (id);
CREATE INDEX observations_recent ON observations (patient_key, effective_at DESC, id);
CREATE INDEX observations_identifier ON observations (identifier_index) WHERE identifier_index IS NOT NULL;
-- What was corrected or withdrawn is rare, and every replay asks for it.
CREATE INDEX observations_closed ON observations (patient_key, closed_revision) WHERE closed_revision IS NOT NULL;
CREATE INDEX observations_encounter ON observations (encounter_id) WHERE encounter_id IS NOT NULL;
CREATE INDEX encounters_identifier ON encounters USING gin (identifier_index);
CREATE INDEX reports_identifier ON reports (identifier_index) WHERE identifier_index IS NOT NULL;
CREATE INDEX imaging_studies_accession ON imaging_studies (accession_index) WHERE accession_index IS NOT NULL;
CREATE UNIQUE INDEX blobs_content ON blobs (sha256, patient_key) NULLS NOT DISTINCT;

ALTER TABLE wards ADD CHECK (setting IN ('ward', 'icu'));
ALTER TABLE sources ADD CHECK (delivery IN ('live', 'batch'));
ALTER TABLE model_bundles ADD CHECK (state IN ('available', 'active', 'previous'));
ALTER TABLE patients ADD CHECK (revision >= 0), ADD CHECK (demo_kind IN ('synthetic', 'assembled'));
ALTER TABLE access_grants ADD CHECK (relationship IN ('ward', 'discharged-72h', 'care-team', 'recent-study', 'own-record', 'own-source'));
-- A source that wrote about a patient reads back what it wrote, once and for all.
CREATE UNIQUE INDEX access_grants_source ON access_grants (holder, patient_key) WHERE relationship = 'own-source';
-- No number without a unit.
ALTER TABLE observations ADD CHECK ((number IS NULL) = (unit IS NULL));
ALTER TABLE assessments
  ADD CHECK (outcome IN ('scored', 'abstained')),
  ADD CHECK (status IN ('preliminary', 'final', 'entered-in-error')),
  ADD CHECK ((outcome = 'scored') = (probability IS NOT NULL AND logit IS NOT NULL AND calibration_id IS NOT NULL AND evidence_level IS NOT NULL)),
  ADD CHECK ((outcome = 'abstained') = (reason IS NOT NULL)),
  ADD CHECK (probability BETWEEN 0 AND 1);
ALTER TABLE reconcile_items ADD CHECK (state IN ('open', 'linked', 'rejected'));
ALTER TABLE audit_events ADD CHECK (outcome IN (0, 4, 8, 12)), ADD CHECK (action IN ('C', 'R', 'U', 'D', 'E'));

-- The context of a transaction, set with set_config(…, true) as a statement of its own. Without it: nobody, nothing.

CREATE FUNCTION app.setting(name text) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT nullif(current_setting('app.' || name, true), '') $$;

CREATE FUNCTION app.has_role(VARIADIC wanted text[]) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT coalesce(string_to_array(app.setting('roles'), ',') && wanted, false) $$;

-- The source on whose behalf this transaction writes and reads back; NULL for everyone else.
CREATE FUNCTION app.source() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT CASE WHEN app.setting('purpose') = 'TREAT' AND app.has_role('integrator') THEN app.setting('source') END $$;

-- The patients that this transaction matched or made: nothing is written to another one.
CREATE FUNCTION app.write_ids() RETURNS uuid[] LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT CASE WHEN app.source() IS NULL THEN '{}' ELSE coalesce(string_to_array(app.setting('write_ids'), ',')::uuid[], '{}') END $$;
CREATE FUNCTION app.write_keys() RETURNS uuid[] LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT CASE WHEN app.source() IS NULL THEN '{}' ELSE coalesce(string_to_array(app.setting('write_keys'), ',')::uuid[], '{}') END $$;

-- The wards where the actor is on the staff now.
CREATE FUNCTION app.wards() RETURNS SETOF text LANGUAGE sql STABLE
  AS $$ SELECT s.ward_id FROM public.ward_staff s
        WHERE s.issuer = app.setting('issuer') AND s.subject = app.setting('subject')
          AND s.starts_at <= now() AND (s.ends_at IS NULL OR s.ends_at > now()) $$;

-- In whose hands a grant must lie to be the actor's: roles and purpose decide which kinds count at all.
CREATE FUNCTION app.holders() RETURNS text[] LANGUAGE sql STABLE
  AS $$ SELECT ARRAY(
    SELECT 'ward:' || w FROM app.wards() w WHERE app.setting('purpose') = 'TREAT' AND app.has_role('physician', 'nurse')
    UNION ALL
    SELECT 'team:' || app.setting('issuer') || '|' || app.setting('subject')
      WHERE app.setting('purpose') = 'TREAT' AND app.has_role('physician', 'nurse', 'radiologist')
    UNION ALL
    SELECT 'radiology' WHERE app.setting('purpose') = 'TREAT' AND app.has_role('radiologist')
    UNION ALL
    SELECT 'self:' || app.setting('issuer') || '|' || app.setting('subject') WHERE app.setting('purpose') = 'PATRQT' AND app.has_role('patient')) $$;

-- Pseudonyms the actor reaches now, with the relation that makes it so.
CREATE FUNCTION app.relations() RETURNS TABLE (patient_key uuid, relationship text) LANGUAGE sql STABLE
  AS $$ SELECT g.patient_key, g.relationship FROM public.access_grants g
        WHERE g.holder = ANY ((SELECT app.holders())::text[]) AND g.starts_at <= now() AND (g.ends_at IS NULL OR g.ends_at > now()) $$;

CREATE FUNCTION app.reach() RETURNS SETOF uuid LANGUAGE sql STABLE
  AS $$ SELECT r.patient_key FROM app.relations() r $$;

-- For what is a clinician's working aid and no part of the patient's own record.
CREATE FUNCTION app.reach_care() RETURNS SETOF uuid LANGUAGE sql STABLE
  AS $$ SELECT r.patient_key FROM app.relations() r WHERE r.relationship <> 'own-record' $$;

CREATE FUNCTION app.reach_ids() RETURNS SETOF uuid LANGUAGE sql STABLE
  AS $$ SELECT l.patient_id FROM public.patient_links l WHERE l.patient_key IN (SELECT r FROM app.reach() r) $$;

-- Pseudonyms the source has written about: it may open its own rows, which takes the link and the key, and no others.
CREATE FUNCTION app.source_keys() RETURNS SETOF uuid LANGUAGE sql STABLE
  AS $$ SELECT g.patient_key FROM public.access_grants g WHERE g.relationship = 'own-source' AND g.holder = 'source:' || app.source() $$;
CREATE FUNCTION app.source_ids() RETURNS SETOF uuid LANGUAGE sql STABLE
  AS $$ SELECT l.patient_id FROM public.patient_links l WHERE l.patient_key IN (SELECT r FROM app.source_keys() r) $$;

-- The one patient of the worker's job.
CREATE FUNCTION app.job_id() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT app.setting('patient')::uuid $$;
CREATE FUNCTION app.job_key() RETURNS uuid LANGUAGE sql STABLE
  AS $$ SELECT l.patient_key FROM public.patient_links l WHERE l.patient_id = app.job_id() $$;
