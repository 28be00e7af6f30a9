-- A request about one patient asks less of the database. What holds between the actor and that patient stands in the context from
-- the moment at which the request begins: each policy compares with it first, and works out a set only for a request that names
-- nobody. Which of the two answers is never in doubt, for the sets are empty once a patient is named. Nothing that was hidden is
-- shown, and the other way round. Adds no row and changes none.

-- The one patient of the request: the outside's id and the pseudonym, while a relation is left.
CREATE FUNCTION app.reached_id() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT CASE WHEN app.setting('scope_left') IS NOT NULL THEN app.setting('scope_id')::uuid END $$;
CREATE FUNCTION app.reached_key() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT CASE WHEN app.setting('scope_left') IS NOT NULL THEN app.setting('scope_key')::uuid END $$;
-- Only while one of these relations is left.
CREATE FUNCTION app.reached_by(relations text[]) RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT CASE WHEN string_to_array(app.setting('scope_left'), ',') && relations THEN app.setting('scope_key')::uuid END $$;
-- Scores are no part of what a patient reads of their own record.
CREATE FUNCTION app.reached_care_key() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT CASE WHEN array_remove(string_to_array(app.setting('scope_left'), ','), 'own-record') <> '{}' THEN app.setting('scope_key')::uuid END $$;

-- Whom a request reaches that names nobody; nobody, once it names one.
CREATE OR REPLACE FUNCTION app.reach() RETURNS SETOF uuid LANGUAGE plpgsql STABLE ROWS 100 AS $$
BEGIN
  IF app.setting('scope_id') IS NULL THEN RETURN QUERY SELECT r.patient_key FROM app.relations() r; END IF;
END $$;
CREATE OR REPLACE FUNCTION app.reach_care() RETURNS SETOF uuid LANGUAGE plpgsql STABLE ROWS 100 AS $$
BEGIN
  IF app.setting('scope_id') IS NULL THEN RETURN QUERY SELECT r.patient_key FROM app.relations() r WHERE r.relationship <> 'own-record'; END IF;
END $$;
CREATE OR REPLACE FUNCTION app.reach_ids() RETURNS SETOF uuid LANGUAGE plpgsql STABLE ROWS 100 AS $$
BEGIN
  IF app.setting('scope_id') IS NULL THEN
    RETURN QUERY SELECT l.patient_id FROM public.patient_links l WHERE l.patient_key IN (SELECT r.patient_key FROM app.relations() r);
  END IF;
END $$;

-- In whose hands a grant must lie, as it was worked out when the request began; nobody's before that.
CREATE OR REPLACE FUNCTION app.holders() RETURNS text[] LANGUAGE sql STABLE PARALLEL SAFE AS $$ SELECT app.setting('hands')::text[] $$;

-- Pairs shown because something names the patient by id; the one that the record or a request's beginning names is the policy's own arm.
CREATE OR REPLACE FUNCTION app.named_ids() RETURNS uuid[] LANGUAGE plpgsql STABLE AS $$
DECLARE ids uuid[] := app.write_ids();
BEGIN
  IF app.is_officer() THEN ids := ids || app.setting('audited_id')::uuid; END IF;
  IF app.administers() OR app.is_officer() THEN ids := ids || app.setting('reach_id')::uuid; END IF;
  IF app.breaks_glass() THEN ids := ids || app.setting('sought_id')::uuid; END IF;
  RETURN ids;
END $$;

ALTER POLICY reads ON patient_links USING (patient_id = (SELECT app.setting('recorded_id'))::uuid OR patient_key IN (SELECT h.patient_key FROM app.held() h)
  OR source_id = (SELECT app.source()) OR patient_id = ANY ((SELECT app.named_ids())::uuid[]) OR patient_key IN (SELECT n FROM app.named_keys() n));
ALTER POLICY reads ON patients USING (id = (SELECT app.reached_id()) OR id IN (SELECT r FROM app.reach_ids() r) OR source_id = (SELECT app.source()));
ALTER POLICY reads ON patient_keys USING (patient_id = (SELECT app.reached_id()) OR patient_id IN (SELECT r FROM app.reach_ids() r) OR source_id = (SELECT app.source())
  OR patient_id IN (SELECT o FROM app.opened_ids() o));
DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['patient_versions', 'patient_identifiers', 'patient_search_terms'] LOOP
    EXECUTE format('ALTER POLICY reads ON %I USING (patient_id = (SELECT app.reached_id()) OR patient_id IN (SELECT r FROM app.reach_ids() r) OR source_id = (SELECT app.source()))', t);
  END LOOP;
  FOREACH t IN ARRAY ARRAY['encounters', 'encounter_locations', 'observations', 'reports', 'imaging_studies', 'imaging_series', 'imaging_instances', 'device_links', 'blobs'] LOOP
    EXECUTE format('ALTER POLICY reads ON %I USING (patient_key = (SELECT app.reached_key()) OR patient_key IN (SELECT r FROM app.reach() r) OR source_id = (SELECT app.source()))', t);
  END LOOP;
  FOREACH t IN ARRAY ARRAY['assessments', 'evidence', 'concordances', 'concordance_reviews', 'region_checks'] LOOP
    EXECUTE format('ALTER POLICY reads ON %I USING (patient_key = (SELECT app.reached_care_key()) OR patient_key IN (SELECT r FROM app.reach_care() r))', t);
  END LOOP;
END $$;
ALTER POLICY reviews ON concordance_reviews WITH CHECK ((SELECT app.has_role('radiologist')) AND subject = (SELECT app.setting('subject'))
  AND (patient_key = (SELECT app.reached_care_key()) OR patient_key IN (SELECT r FROM app.reach_care() r)));

-- Begins a request, as before; in fewer statements and expressions, for setting one up costs more than the rows.
-- @param names, vals the context, `app.` left out of the names; what is not named is not set, and a transaction begins with nothing.
-- @param about the one patient the request names, NULL when it names none.
CREATE OR REPLACE FUNCTION app.enter(names text[], vals text[], about uuid, OUT at float8, OUT wards text[], OUT relationships text[], OUT is_barred boolean, OUT label text,
  OUT grant_id uuid, OUT grant_purpose text, OUT patient_key uuid, OUT opens boolean) LANGUAGE plpgsql VOLATILE AS $$
#variable_conflict use_variable
DECLARE pseudonym uuid; hands text[]; held text[]; remaining text[] := ARRAY[]::text[]; kept text[]; made text;
BEGIN
  -- Assignments, not PERFORM: what PL/pgSQL can evaluate by itself costs a tenth of a statement.
  FOR i IN 1 .. cardinality(names) LOOP made := set_config('app.' || names[i], vals[i], true); END LOOP;
  at := floor(extract(epoch FROM clock_timestamp()) * 1000);
  relationships := ARRAY[]::text[]; is_barred := false; label := 'N'; opens := false; wards := ARRAY[]::text[];
  IF app.job_id() IS NOT NULL THEN RETURN; END IF;
  wards := ARRAY(SELECT w FROM app.wards() w);
  hands := app.hands_of(wards);
  made := set_config('app.hands', hands::text, true);
  IF about IS NOT NULL THEN
    -- From here on nobody else is reached. The pair is shown for one look, to find the relations by, and shut again.
    made := set_config('app.scope_id', about::text, true);
    made := set_config('app.recorded_id', about::text, true);
    SELECT l.patient_key INTO pseudonym FROM public.patient_links l WHERE l.patient_id = about;
    made := set_config('app.recorded_id', '', true);
    held := ARRAY(SELECT g.relationship FROM public.access_grants g
      WHERE g.patient_key = pseudonym AND g.holder = ANY (hands) AND g.starts_at <= now() AND (g.ends_at IS NULL OR g.ends_at > now()));
    IF cardinality(held) > 0 THEN
      SELECT coalesce((SELECT p.label FROM public.patient_labels p WHERE p.patient_key = pseudonym), 'N'),
        ARRAY(SELECT d.data_class FROM public.consent_denials d WHERE d.patient_key = pseudonym AND d.closed_revision IS NULL AND d.purpose = app.setting('purpose')
          AND d.starts_at <= now() AND (d.ends_at IS NULL OR d.ends_at > now())) INTO label, kept;
      IF '*' = ANY (kept) THEN
        is_barred := true; kept := ARRAY['vitals', 'labs', 'radiology-report', 'chest-imaging', 'other'];
      ELSE remaining := held; END IF;
      IF label = 'V' THEN remaining := array_remove(array_remove(array_remove(remaining, 'ward'), 'discharged-72h'), 'recent-study'); END IF;
      made := set_config('app.scope_key', pseudonym::text, true);
      made := set_config('app.scope_held', array_to_string(held, ','), true);
      made := set_config('app.scope_left', array_to_string(remaining, ','), true);
      made := set_config('app.scope_withheld', array_to_string(kept, ','), true);
      -- Whoever holds a relation is shown the pair, and the keys where one is left (policies `reads`); else the policies are asked.
      patient_key := pseudonym;
    ELSE
      patient_key := (SELECT l.patient_key FROM public.patient_links l WHERE l.patient_id = about);
    END IF;
    opens := cardinality(remaining) > 0;
    IF NOT opens THEN opens := EXISTS (SELECT FROM public.patient_keys k WHERE k.patient_id = about); END IF;
    relationships := held;
    IF app.source() IS NOT NULL THEN
      IF EXISTS (SELECT FROM public.patients p WHERE p.id = about AND p.source_id = app.source()) OR about IN (SELECT s FROM app.source_ids() s) THEN
        relationships := relationships || 'own-source'::text;
      END IF;
    END IF;
  END IF;
  IF app.breaks_glass() THEN SELECT g.id, g.purpose INTO grant_id, grant_purpose FROM app.open_grant(about) g; END IF;
END $$;

REVOKE EXECUTE ON FUNCTION app.reached_id(), app.reached_key(), app.reached_by(text[]), app.reached_care_key() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.reached_id(), app.reached_key(), app.reached_by(text[]), app.reached_care_key() TO app_rw, app_worker;
