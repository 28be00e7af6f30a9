-- What the table of `libs/governance/access` says, as row-level security (`npm run generate`; ADR 0072). Not applied from here:
-- a migration holds the text of its day. Each statement names the rules and denials whose words it holds.

-- function breaks_glass: break-glass-ask
-- Who may break the glass, while they say that this is what they do.
CREATE OR REPLACE FUNCTION app.breaks_glass() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$ SELECT coalesce(app.setting('purpose') IN ('BTG', 'ETREAT') AND app.has_role('physician', 'nurse'), false) $$;
REVOKE EXECUTE ON FUNCTION app.breaks_glass() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.breaks_glass() TO app_rw, app_worker;

-- function is_officer: audit-officer
-- Who reads the record of accesses.
CREATE OR REPLACE FUNCTION app.is_officer() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$ SELECT coalesce(app.setting('purpose') = 'HOPERAT' AND app.has_role('privacy'), false) $$;
REVOKE EXECUTE ON FUNCTION app.is_officer() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.is_officer() TO app_rw, app_worker;

-- function administers: administration
-- Who keeps wards, staff, teams and sources.
CREATE OR REPLACE FUNCTION app.administers() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$ SELECT coalesce(app.setting('purpose') = 'HSYSADMIN' AND app.has_role('administrator'), false) $$;
REVOKE EXECUTE ON FUNCTION app.administers() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.administers() TO app_rw, app_worker;

-- function is_second: erasure-officer, erasure-second
-- Who may confirm the erasure that another asked for.
CREATE OR REPLACE FUNCTION app.is_second() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$ SELECT coalesce((app.setting('purpose') = 'HOPERAT' AND app.has_role('privacy')) OR (app.setting('purpose') = 'HSYSADMIN' AND app.has_role('administrator')), false) $$;
REVOKE EXECUTE ON FUNCTION app.is_second() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.is_second() TO app_rw, app_worker;

-- function looks_again: radiologist-second-look
-- Who says how a contradiction between report and film ended.
CREATE OR REPLACE FUNCTION app.looks_again() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$ SELECT coalesce(app.setting('purpose') = 'TREAT' AND app.has_role('radiologist'), false) $$;
REVOKE EXECUTE ON FUNCTION app.looks_again() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.looks_again() TO app_rw, app_worker;

-- function is_steward: model-steward
-- Who looks after bundles and their validations.
CREATE OR REPLACE FUNCTION app.is_steward() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$ SELECT coalesce(app.setting('purpose') = 'HOPERAT' AND app.has_role('steward'), false) $$;
REVOKE EXECUTE ON FUNCTION app.is_steward() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.is_steward() TO app_rw, app_worker;

-- function source: source-consent, source-consent-back, source-reads-back, source-reconciles, source-writes
-- The source on whose behalf this transaction writes and reads back; NULL for everyone else.
CREATE OR REPLACE FUNCTION app.source() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$ SELECT CASE WHEN app.setting('purpose') = 'TREAT' AND app.has_role('integrator') THEN app.setting('source') END $$;
REVOKE EXECUTE ON FUNCTION app.source() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.source() TO app_rw, app_worker;

-- function job_id: machine-job, machine-score
-- The one patient of the worker’s job, while its purpose is one for which our own machine works.
CREATE OR REPLACE FUNCTION app.job_id() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS $$ SELECT CASE WHEN app.setting('purpose') IN ('HOPERAT', 'TREAT') THEN app.setting('patient')::uuid END $$;
REVOKE EXECUTE ON FUNCTION app.job_id() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.job_id() TO app_rw, app_worker;

-- function hands_of: break-glass, own-access-report, own-consent, own-record, radiologist-second-look, radiologist-study, ward-devices, ward-staff
-- In whose hands a grant must lie to be the actor’s: roles and purpose decide which kinds count at all.
CREATE OR REPLACE FUNCTION app.hands_of(wards text[]) RETURNS text[] LANGUAGE plpgsql STABLE AS $$
DECLARE me text := app.setting('issuer') || '|' || app.setting('subject'); hands text[] := '{}'; ward text;
  -- Asked once: a request sets every expression up anew.
  purpose text := app.setting('purpose'); roles text[] := string_to_array(app.setting('roles'), ',');
BEGIN
  IF purpose = 'TREAT' THEN
    IF roles && ARRAY['physician', 'nurse'] THEN FOREACH ward IN ARRAY wards LOOP hands := hands || ('ward:' || ward); END LOOP; END IF;
    IF roles && ARRAY['physician', 'nurse', 'radiologist'] THEN hands := hands || ('team:' || me); END IF;
    IF roles && ARRAY['radiologist'] THEN hands := hands || 'radiology'::text; END IF;
  END IF;
  IF purpose IN ('BTG', 'ETREAT') THEN
    IF roles && ARRAY['physician', 'nurse'] THEN hands := hands || ('glass:' || me); END IF;
  END IF;
  IF purpose = 'PATRQT' THEN
    IF roles && ARRAY['patient'] THEN hands := hands || ('self:' || me); END IF;
  END IF;
  RETURN hands;
END $$;
REVOKE EXECUTE ON FUNCTION app.hands_of(text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.hands_of(text[]) TO app_rw, app_worker;

-- function relations: consent-bars, very-restricted
-- The relations that are left once consent and label have struck theirs.
CREATE OR REPLACE FUNCTION app.relations() RETURNS TABLE (patient_key uuid, relationship text) LANGUAGE plpgsql STABLE ROWS 100 AS $$
#variable_conflict use_column
BEGIN
  IF app.setting('scope_id') IS NOT NULL THEN
    patient_key := app.setting('scope_key')::uuid;
    FOREACH relationship IN ARRAY coalesce(string_to_array(app.setting('scope_left'), ','), '{}') LOOP RETURN NEXT; END LOOP;
  ELSE
    RETURN QUERY SELECT h.patient_key, h.relationship FROM app.held() h
      WHERE NOT (h.relationship IN ('break-glass', 'care-team', 'discharged-72h', 'recent-study', 'ward') AND h.patient_key IN (SELECT b FROM app.barred() b))
        AND NOT (h.relationship IN ('discharged-72h', 'recent-study', 'ward') AND h.patient_key IN (SELECT l.patient_key FROM public.patient_labels l WHERE l.label = 'V'));
  END IF;
END $$;
REVOKE EXECUTE ON FUNCTION app.relations() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.relations() TO app_rw, app_worker;

-- function reach: break-glass, own-record, radiologist-study, ward-staff
-- Whom a request reaches that names nobody; nobody, once it names one.
CREATE OR REPLACE FUNCTION app.reach() RETURNS SETOF uuid LANGUAGE plpgsql STABLE ROWS 100 AS $$
BEGIN
  IF app.setting('scope_id') IS NULL THEN RETURN QUERY SELECT r.patient_key FROM app.relations() r; END IF;
END $$;
REVOKE EXECUTE ON FUNCTION app.reach() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.reach() TO app_rw, app_worker;

-- function reach_care: break-glass, radiologist-study, ward-staff
-- The same for what is a clinician’s working aid and no part of one’s own record.
CREATE OR REPLACE FUNCTION app.reach_care() RETURNS SETOF uuid LANGUAGE plpgsql STABLE ROWS 100 AS $$
BEGIN
  IF app.setting('scope_id') IS NULL THEN RETURN QUERY SELECT r.patient_key FROM app.relations() r WHERE r.relationship IN ('break-glass', 'care-team', 'discharged-72h', 'recent-study', 'ward'); END IF;
END $$;
REVOKE EXECUTE ON FUNCTION app.reach_care() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.reach_care() TO app_rw, app_worker;

-- function reach_ids: break-glass, own-record, radiologist-study, ward-staff
-- The same as the first, by the id that the outside knows.
CREATE OR REPLACE FUNCTION app.reach_ids() RETURNS SETOF uuid LANGUAGE plpgsql STABLE ROWS 100 AS $$
BEGIN
  IF app.setting('scope_id') IS NULL THEN RETURN QUERY SELECT l.patient_id FROM public.patient_links l WHERE l.patient_key IN (SELECT r.patient_key FROM app.relations() r); END IF;
END $$;
REVOKE EXECUTE ON FUNCTION app.reach_ids() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.reach_ids() TO app_rw, app_worker;

-- function reached_key: break-glass, own-record, radiologist-study, ward-staff
-- The one patient of the request, while a relation is left.
CREATE OR REPLACE FUNCTION app.reached_key() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS $$ SELECT CASE WHEN app.setting('scope_left') IS NOT NULL THEN app.setting('scope_key')::uuid END $$;
REVOKE EXECUTE ON FUNCTION app.reached_key() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.reached_key() TO app_rw, app_worker;

-- function reached_id: break-glass, own-record, radiologist-study, ward-staff
-- The same by the id that the outside knows.
CREATE OR REPLACE FUNCTION app.reached_id() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS $$ SELECT CASE WHEN app.setting('scope_left') IS NOT NULL THEN app.setting('scope_id')::uuid END $$;
REVOKE EXECUTE ON FUNCTION app.reached_id() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.reached_id() TO app_rw, app_worker;

-- function reached_care_key: break-glass, radiologist-study, ward-staff
-- The same for what is a clinician’s working aid.
CREATE OR REPLACE FUNCTION app.reached_care_key() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS $$ SELECT CASE WHEN string_to_array(app.setting('scope_left'), ',') && ARRAY['break-glass', 'care-team', 'discharged-72h', 'recent-study', 'ward']::text[] THEN app.setting('scope_key')::uuid END $$;
REVOKE EXECUTE ON FUNCTION app.reached_care_key() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.reached_care_key() TO app_rw, app_worker;

-- function tended_key: ward-devices
-- The one patient of the request, while its maker works at that patient’s bed: a look after discharge changes nothing.
CREATE OR REPLACE FUNCTION app.tended_key() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS $$ SELECT CASE WHEN coalesce(app.setting('purpose') = 'TREAT' AND app.has_role('physician', 'nurse'), false) THEN app.reached_by(ARRAY['care-team', 'ward']::text[]) END $$;
REVOKE EXECUTE ON FUNCTION app.tended_key() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.tended_key() TO app_rw, app_worker;

-- function own_keys: own-consent
-- Those who say themselves what may be used of theirs.
CREATE OR REPLACE FUNCTION app.own_keys() RETURNS SETOF uuid LANGUAGE sql STABLE AS $$ SELECT h.patient_key FROM app.held() h WHERE h.relationship = 'own-record' $$;
REVOKE EXECUTE ON FUNCTION app.own_keys() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.own_keys() TO app_rw, app_worker;

-- function withheld_of
-- What consent withholds of one patient, for the uses of this transaction; `*` is said class by class.
CREATE OR REPLACE FUNCTION app.withheld_of(pseudonym uuid) RETURNS TABLE (patient_key uuid, data_class text) LANGUAGE sql STABLE AS $$ SELECT d.patient_key, c.data_class FROM public.consent_denials d
          CROSS JOIN LATERAL unnest(CASE d.data_class WHEN '*' THEN ARRAY['vitals', 'labs', 'radiology-report', 'chest-imaging', 'other'] ELSE ARRAY[d.data_class] END) AS c (data_class)
        WHERE d.patient_key = pseudonym AND d.closed_revision IS NULL AND d.purpose = ANY ((SELECT app.uses())::text[])
          AND d.starts_at <= now() AND (d.ends_at IS NULL OR d.ends_at > now()) $$;
REVOKE EXECUTE ON FUNCTION app.withheld_of(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.withheld_of(uuid) TO app_rw, app_worker;

-- function named_ids: administration, audit-officer, break-glass-ask, reach-administrator, reach-officer
-- Pairs shown because something names the patient by id; the one that the record or a request’s beginning names is the policy’s own arm.
CREATE OR REPLACE FUNCTION app.named_ids() RETURNS uuid[] LANGUAGE plpgsql STABLE AS $$
DECLARE ids uuid[] := app.write_ids();
BEGIN
  IF app.is_officer() THEN ids := ids || app.setting('audited_id')::uuid; END IF;
  IF app.is_second() THEN ids := ids || app.setting('reach_id')::uuid; END IF;
  IF app.breaks_glass() THEN ids := ids || app.setting('sought_id')::uuid; END IF;
  RETURN ids;
END $$;
REVOKE EXECUTE ON FUNCTION app.named_ids() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.named_ids() TO app_rw, app_worker;

-- function named_keys: audit-officer, break-glass-review
-- Pairs shown by pseudonym: to a source whom it wrote about, to the officer the patients of events and of emergency grants.
CREATE OR REPLACE FUNCTION app.named_keys() RETURNS SETOF uuid LANGUAGE plpgsql STABLE ROWS 100 AS $$
BEGIN
  IF app.source() IS NOT NULL THEN RETURN QUERY SELECT s FROM app.source_keys() s; END IF;
  IF app.is_officer() THEN
    RETURN QUERY SELECT k::uuid FROM unnest(string_to_array(app.setting('audited_keys'), ',')) k;
  END IF;
  IF app.is_officer() THEN RETURN QUERY SELECT g.patient_key FROM public.emergency_grants g; END IF;
END $$;
REVOKE EXECUTE ON FUNCTION app.named_keys() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.named_keys() TO app_rw, app_worker;

-- function opened_ids: audit-officer, break-glass-ask, break-glass-review
-- Whose keys are shown for more than reading: for free text of the record, to a source, to the officer, and to whoever found a patient by identifier a moment ago.
CREATE OR REPLACE FUNCTION app.opened_ids() RETURNS SETOF uuid LANGUAGE plpgsql STABLE ROWS 100 AS $$
BEGIN
  IF app.setting('recorded_id') IS NOT NULL THEN RETURN NEXT app.setting('recorded_id')::uuid; END IF;
  IF app.source() IS NOT NULL THEN RETURN QUERY SELECT w FROM unnest(app.write_ids()) w UNION ALL SELECT s FROM app.source_ids() s; END IF;
  IF app.is_officer() THEN
    RETURN QUERY SELECT app.setting('audited_id')::uuid UNION ALL SELECT l.patient_id FROM public.patient_links l
      WHERE l.patient_key = ANY (string_to_array(app.setting('audited_keys'), ',')::uuid[]);
  END IF;
  IF app.is_officer() THEN
    RETURN QUERY SELECT l.patient_id FROM public.patient_links l WHERE l.patient_key IN (SELECT g.patient_key FROM public.emergency_grants g);
  END IF;
  IF app.breaks_glass() THEN
    RETURN QUERY SELECT s FROM app.sought_ids() s UNION ALL SELECT l.patient_id FROM public.patient_links l JOIN public.emergency_lookups e ON e.patient_key = l.patient_key
      WHERE e.issuer = app.setting('issuer') AND e.subject = app.setting('subject') AND e.looked_at > now() - interval '15 minutes';
  END IF;
END $$;
REVOKE EXECUTE ON FUNCTION app.opened_ids() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.opened_ids() TO app_rw, app_worker;

-- function open_grant: break-glass
-- The emergency grant of the actor that is open now; of this patient, where there is one.
CREATE OR REPLACE FUNCTION app.open_grant(about uuid, OUT id uuid, OUT purpose text) LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_variable
BEGIN
  SELECT g.id, g.purpose INTO id, purpose FROM public.emergency_grants g
    WHERE app.has_role('physician', 'nurse') AND g.issuer = app.setting('issuer') AND g.subject = app.setting('subject') AND g.ends_at > now()
      AND NOT EXISTS (SELECT FROM public.emergency_ends e WHERE e.grant_id = g.id)
    ORDER BY g.patient_key IS NOT DISTINCT FROM app.key_of(about) DESC, g.starts_at DESC LIMIT 1;
END $$;
REVOKE EXECUTE ON FUNCTION app.open_grant(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.open_grant(uuid) TO app_rw, app_worker;

-- function enter: break-glass, consent-bars, very-restricted
-- Begins a request: sets the context (`names` without `app.`; what is not named is not set), answers the facts of the decision, and works out what holds between the actor and the one patient that it is about, NULL when it names none.
CREATE OR REPLACE FUNCTION app.enter(names text[], vals text[], about uuid, OUT at float8, OUT wards text[], OUT relationships text[], OUT is_barred boolean, OUT label text,
  OUT grant_id uuid, OUT grant_purpose text, OUT patient_key uuid, OUT opens boolean) LANGUAGE plpgsql VOLATILE AS $$
#variable_conflict use_variable
DECLARE pseudonym uuid; hands text[]; held text[]; remaining text[] := ARRAY[]::text[]; kept text[]; made text;
BEGIN
  -- Assignments, not PERFORM: what PL/pgSQL can evaluate by itself costs a tenth of a statement.
  FOR i IN 1 .. cardinality(names) LOOP made := set_config('app.' || names[i], vals[i], true); END LOOP;
  at := floor(extract(epoch FROM clock_timestamp()) * 1000);
  relationships := ARRAY[]::text[]; is_barred := false; label := 'N'; opens := false; wards := ARRAY[]::text[];
  -- A job holds no relation of a person: whose it is, its policies ask.
  IF app.setting('patient') IS NOT NULL THEN RETURN; END IF;
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
      remaining := held;
      IF '*' = ANY (kept) THEN
        is_barred := true; kept := ARRAY['vitals', 'labs', 'radiology-report', 'chest-imaging', 'other'];
        remaining := array_remove(array_remove(array_remove(array_remove(array_remove(remaining, 'break-glass'), 'care-team'), 'discharged-72h'), 'recent-study'), 'ward');
      END IF;
      IF label = 'V' THEN remaining := array_remove(array_remove(array_remove(remaining, 'discharged-72h'), 'recent-study'), 'ward'); END IF;
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
REVOKE EXECUTE ON FUNCTION app.enter(text[], text[], uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.enter(text[], text[], uuid) TO app_rw, app_worker;

-- policy encounters.reads: break-glass, own-record, radiologist-study, source-reads-back, ward-staff
DROP POLICY IF EXISTS reads ON encounters;
CREATE POLICY reads ON encounters FOR SELECT TO app_rw
  USING (patient_key = (SELECT app.reached_key()) OR patient_key IN (SELECT r FROM app.reach() r) OR source_id = (SELECT app.source()));

-- policy encounters.writes: source-writes
DROP POLICY IF EXISTS writes ON encounters;
CREATE POLICY writes ON encounters FOR INSERT TO app_rw
  WITH CHECK (source_id = (SELECT app.source()) AND patient_key = ANY ((SELECT app.write_keys())::uuid[]));

-- policy encounters.job_reads: machine-job
DROP POLICY IF EXISTS job_reads ON encounters;
CREATE POLICY job_reads ON encounters FOR SELECT TO app_worker
  USING (patient_key = (SELECT app.job_key()));

-- policy encounters.closes: source-writes
DROP POLICY IF EXISTS closes ON encounters;
CREATE POLICY closes ON encounters FOR UPDATE TO app_rw
  USING (source_id = (SELECT app.source()) AND patient_key = ANY ((SELECT app.write_keys())::uuid[]));

-- policy encounter_locations.reads: break-glass, own-record, radiologist-study, source-reads-back, ward-staff
DROP POLICY IF EXISTS reads ON encounter_locations;
CREATE POLICY reads ON encounter_locations FOR SELECT TO app_rw
  USING (patient_key = (SELECT app.reached_key()) OR patient_key IN (SELECT r FROM app.reach() r) OR source_id = (SELECT app.source()));

-- policy encounter_locations.writes: source-writes
DROP POLICY IF EXISTS writes ON encounter_locations;
CREATE POLICY writes ON encounter_locations FOR INSERT TO app_rw
  WITH CHECK (source_id = (SELECT app.source()) AND patient_key = ANY ((SELECT app.write_keys())::uuid[]));

-- policy encounter_locations.job_reads: machine-job
DROP POLICY IF EXISTS job_reads ON encounter_locations;
CREATE POLICY job_reads ON encounter_locations FOR SELECT TO app_worker
  USING (patient_key = (SELECT app.job_key()));

-- policy observations.reads: break-glass, own-record, radiologist-study, source-reads-back, ward-staff
DROP POLICY IF EXISTS reads ON observations;
CREATE POLICY reads ON observations FOR SELECT TO app_rw
  USING (patient_key = (SELECT app.reached_key()) OR patient_key IN (SELECT r FROM app.reach() r) OR source_id = (SELECT app.source()));

-- policy observations.writes: source-writes
DROP POLICY IF EXISTS writes ON observations;
CREATE POLICY writes ON observations FOR INSERT TO app_rw
  WITH CHECK (source_id = (SELECT app.source()) AND patient_key = ANY ((SELECT app.write_keys())::uuid[]));

-- policy observations.job_reads: machine-job
DROP POLICY IF EXISTS job_reads ON observations;
CREATE POLICY job_reads ON observations FOR SELECT TO app_worker
  USING (patient_key = (SELECT app.job_key()));

-- policy observations.closes: source-writes
DROP POLICY IF EXISTS closes ON observations;
CREATE POLICY closes ON observations FOR UPDATE TO app_rw
  USING (source_id = (SELECT app.source()) AND patient_key = ANY ((SELECT app.write_keys())::uuid[]));

-- policy device_links.reads: break-glass, own-record, radiologist-study, source-reads-back, ward-staff
DROP POLICY IF EXISTS reads ON device_links;
CREATE POLICY reads ON device_links FOR SELECT TO app_rw
  USING (patient_key = (SELECT app.reached_key()) OR patient_key IN (SELECT r FROM app.reach() r) OR source_id = (SELECT app.source()));

-- policy device_links.writes: source-writes
DROP POLICY IF EXISTS writes ON device_links;
CREATE POLICY writes ON device_links FOR INSERT TO app_rw
  WITH CHECK (source_id = (SELECT app.source()) AND patient_key = ANY ((SELECT app.write_keys())::uuid[]));

-- policy device_links.job_reads: machine-job
DROP POLICY IF EXISTS job_reads ON device_links;
CREATE POLICY job_reads ON device_links FOR SELECT TO app_worker
  USING (patient_key = (SELECT app.job_key()));

-- policy reports.reads: break-glass, own-record, radiologist-study, source-reads-back, ward-staff
DROP POLICY IF EXISTS reads ON reports;
CREATE POLICY reads ON reports FOR SELECT TO app_rw
  USING (patient_key = (SELECT app.reached_key()) OR patient_key IN (SELECT r FROM app.reach() r) OR source_id = (SELECT app.source()));

-- policy reports.writes: source-writes
DROP POLICY IF EXISTS writes ON reports;
CREATE POLICY writes ON reports FOR INSERT TO app_rw
  WITH CHECK (source_id = (SELECT app.source()) AND patient_key = ANY ((SELECT app.write_keys())::uuid[]));

-- policy reports.job_reads: machine-job
DROP POLICY IF EXISTS job_reads ON reports;
CREATE POLICY job_reads ON reports FOR SELECT TO app_worker
  USING (patient_key = (SELECT app.job_key()));

-- policy reports.closes: source-writes
DROP POLICY IF EXISTS closes ON reports;
CREATE POLICY closes ON reports FOR UPDATE TO app_rw
  USING (source_id = (SELECT app.source()) AND patient_key = ANY ((SELECT app.write_keys())::uuid[]));

-- policy imaging_studies.reads: break-glass, own-record, radiologist-study, source-reads-back, ward-staff
DROP POLICY IF EXISTS reads ON imaging_studies;
CREATE POLICY reads ON imaging_studies FOR SELECT TO app_rw
  USING (patient_key = (SELECT app.reached_key()) OR patient_key IN (SELECT r FROM app.reach() r) OR source_id = (SELECT app.source()));

-- policy imaging_studies.writes: source-writes
DROP POLICY IF EXISTS writes ON imaging_studies;
CREATE POLICY writes ON imaging_studies FOR INSERT TO app_rw
  WITH CHECK (source_id = (SELECT app.source()) AND patient_key = ANY ((SELECT app.write_keys())::uuid[]));

-- policy imaging_studies.job_reads: machine-job
DROP POLICY IF EXISTS job_reads ON imaging_studies;
CREATE POLICY job_reads ON imaging_studies FOR SELECT TO app_worker
  USING (patient_key = (SELECT app.job_key()));

-- policy imaging_studies.closes: source-writes
DROP POLICY IF EXISTS closes ON imaging_studies;
CREATE POLICY closes ON imaging_studies FOR UPDATE TO app_rw
  USING (source_id = (SELECT app.source()) AND patient_key = ANY ((SELECT app.write_keys())::uuid[]));

-- policy imaging_series.reads: break-glass, own-record, radiologist-study, source-reads-back, ward-staff
DROP POLICY IF EXISTS reads ON imaging_series;
CREATE POLICY reads ON imaging_series FOR SELECT TO app_rw
  USING (patient_key = (SELECT app.reached_key()) OR patient_key IN (SELECT r FROM app.reach() r) OR source_id = (SELECT app.source()));

-- policy imaging_series.writes: source-writes
DROP POLICY IF EXISTS writes ON imaging_series;
CREATE POLICY writes ON imaging_series FOR INSERT TO app_rw
  WITH CHECK (source_id = (SELECT app.source()) AND patient_key = ANY ((SELECT app.write_keys())::uuid[]));

-- policy imaging_series.job_reads: machine-job
DROP POLICY IF EXISTS job_reads ON imaging_series;
CREATE POLICY job_reads ON imaging_series FOR SELECT TO app_worker
  USING (patient_key = (SELECT app.job_key()));

-- policy imaging_instances.reads: break-glass, own-record, radiologist-study, source-reads-back, ward-staff
DROP POLICY IF EXISTS reads ON imaging_instances;
CREATE POLICY reads ON imaging_instances FOR SELECT TO app_rw
  USING (patient_key = (SELECT app.reached_key()) OR patient_key IN (SELECT r FROM app.reach() r) OR source_id = (SELECT app.source()));

-- policy imaging_instances.writes: source-writes
DROP POLICY IF EXISTS writes ON imaging_instances;
CREATE POLICY writes ON imaging_instances FOR INSERT TO app_rw
  WITH CHECK (source_id = (SELECT app.source()) AND patient_key = ANY ((SELECT app.write_keys())::uuid[]));

-- policy imaging_instances.job_reads: machine-job
DROP POLICY IF EXISTS job_reads ON imaging_instances;
CREATE POLICY job_reads ON imaging_instances FOR SELECT TO app_worker
  USING (patient_key = (SELECT app.job_key()));

-- policy imaging_instances.closes: source-writes
DROP POLICY IF EXISTS closes ON imaging_instances;
CREATE POLICY closes ON imaging_instances FOR UPDATE TO app_rw
  USING (source_id = (SELECT app.source()) AND patient_key = ANY ((SELECT app.write_keys())::uuid[]));

-- policy patients.job_reads: machine-job
DROP POLICY IF EXISTS job_reads ON patients;
CREATE POLICY job_reads ON patients FOR SELECT TO app_worker
  USING (id = (SELECT app.job_id()));

-- policy patients.writes: source-writes
DROP POLICY IF EXISTS writes ON patients;
CREATE POLICY writes ON patients FOR INSERT TO app_rw
  WITH CHECK (source_id = (SELECT app.source()) AND id = ANY ((SELECT app.write_ids())::uuid[]));

-- policy patients.reads: break-glass, own-record, radiologist-study, source-reads-back, ward-staff
DROP POLICY IF EXISTS reads ON patients;
CREATE POLICY reads ON patients FOR SELECT TO app_rw
  USING (id = (SELECT app.reached_id()) OR id IN (SELECT r FROM app.reach_ids() r) OR source_id = (SELECT app.source()));

-- policy patient_versions.job_reads: machine-job
DROP POLICY IF EXISTS job_reads ON patient_versions;
CREATE POLICY job_reads ON patient_versions FOR SELECT TO app_worker
  USING (patient_id = (SELECT app.job_id()));

-- policy patient_versions.writes: source-writes
DROP POLICY IF EXISTS writes ON patient_versions;
CREATE POLICY writes ON patient_versions FOR INSERT TO app_rw
  WITH CHECK (source_id = (SELECT app.source()) AND patient_id = ANY ((SELECT app.write_ids())::uuid[]));

-- policy patient_versions.reads: break-glass, own-record, radiologist-study, source-reads-back, ward-staff
DROP POLICY IF EXISTS reads ON patient_versions;
CREATE POLICY reads ON patient_versions FOR SELECT TO app_rw
  USING (patient_id = (SELECT app.reached_id()) OR patient_id IN (SELECT r FROM app.reach_ids() r) OR source_id = (SELECT app.source()));

-- policy patient_identifiers.job_reads: machine-job
DROP POLICY IF EXISTS job_reads ON patient_identifiers;
CREATE POLICY job_reads ON patient_identifiers FOR SELECT TO app_worker
  USING (patient_id = (SELECT app.job_id()));

-- policy patient_identifiers.writes: source-writes
DROP POLICY IF EXISTS writes ON patient_identifiers;
CREATE POLICY writes ON patient_identifiers FOR INSERT TO app_rw
  WITH CHECK (source_id = (SELECT app.source()) AND patient_id = ANY ((SELECT app.write_ids())::uuid[]));

-- policy patient_identifiers.reads: break-glass, own-record, radiologist-study, source-reads-back, ward-staff
DROP POLICY IF EXISTS reads ON patient_identifiers;
CREATE POLICY reads ON patient_identifiers FOR SELECT TO app_rw
  USING (patient_id = (SELECT app.reached_id()) OR patient_id IN (SELECT r FROM app.reach_ids() r) OR source_id = (SELECT app.source()));

-- policy patient_search_terms.job_reads: machine-job
DROP POLICY IF EXISTS job_reads ON patient_search_terms;
CREATE POLICY job_reads ON patient_search_terms FOR SELECT TO app_worker
  USING (patient_id = (SELECT app.job_id()));

-- policy patient_search_terms.writes: source-writes
DROP POLICY IF EXISTS writes ON patient_search_terms;
CREATE POLICY writes ON patient_search_terms FOR INSERT TO app_rw
  WITH CHECK (source_id = (SELECT app.source()) AND patient_id = ANY ((SELECT app.write_ids())::uuid[]));

-- policy patient_search_terms.reads: break-glass, own-record, radiologist-study, source-reads-back, ward-staff
DROP POLICY IF EXISTS reads ON patient_search_terms;
CREATE POLICY reads ON patient_search_terms FOR SELECT TO app_rw
  USING (patient_id = (SELECT app.reached_id()) OR patient_id IN (SELECT r FROM app.reach_ids() r) OR source_id = (SELECT app.source()));

-- policy patient_keys.job_reads: machine-job
DROP POLICY IF EXISTS job_reads ON patient_keys;
CREATE POLICY job_reads ON patient_keys FOR SELECT TO app_worker
  USING (patient_id = (SELECT app.job_id()));

-- policy patient_keys.writes: source-writes
DROP POLICY IF EXISTS writes ON patient_keys;
CREATE POLICY writes ON patient_keys FOR INSERT TO app_rw
  WITH CHECK (source_id = (SELECT app.source()) AND patient_id = ANY ((SELECT app.write_ids())::uuid[]));

-- policy patient_keys.reads: break-glass, own-record, radiologist-study, source-reads-back, ward-staff
DROP POLICY IF EXISTS reads ON patient_keys;
CREATE POLICY reads ON patient_keys FOR SELECT TO app_rw
  USING (patient_id = (SELECT app.reached_id()) OR patient_id IN (SELECT r FROM app.reach_ids() r) OR source_id = (SELECT app.source()) OR patient_id IN (SELECT o FROM app.opened_ids() o));

-- policy patient_links.job_reads: machine-job
DROP POLICY IF EXISTS job_reads ON patient_links;
CREATE POLICY job_reads ON patient_links FOR SELECT TO app_worker
  USING (patient_id = (SELECT app.job_id()));

-- policy patient_links.writes: source-writes
DROP POLICY IF EXISTS writes ON patient_links;
CREATE POLICY writes ON patient_links FOR INSERT TO app_rw
  WITH CHECK (source_id = (SELECT app.source()) AND patient_id = ANY ((SELECT app.write_ids())::uuid[]));

-- policy assessments.reads: break-glass, radiologist-study, ward-staff
DROP POLICY IF EXISTS reads ON assessments;
CREATE POLICY reads ON assessments FOR SELECT TO app_rw
  USING (patient_key = (SELECT app.reached_care_key()) OR patient_key IN (SELECT r FROM app.reach_care() r));

-- policy assessments.job_reads: machine-job
DROP POLICY IF EXISTS job_reads ON assessments;
CREATE POLICY job_reads ON assessments FOR SELECT TO app_worker
  USING (patient_key = (SELECT app.job_key()));

-- policy assessments.job_writes: machine-score
DROP POLICY IF EXISTS job_writes ON assessments;
CREATE POLICY job_writes ON assessments FOR INSERT TO app_worker
  WITH CHECK (patient_key = (SELECT app.job_key()) AND (SELECT app.setting('purpose')) = 'TREAT');

-- policy evidence.reads: break-glass, radiologist-study, ward-staff
DROP POLICY IF EXISTS reads ON evidence;
CREATE POLICY reads ON evidence FOR SELECT TO app_rw
  USING (patient_key = (SELECT app.reached_care_key()) OR patient_key IN (SELECT r FROM app.reach_care() r));

-- policy evidence.job_reads: machine-job
DROP POLICY IF EXISTS job_reads ON evidence;
CREATE POLICY job_reads ON evidence FOR SELECT TO app_worker
  USING (patient_key = (SELECT app.job_key()));

-- policy evidence.job_writes: machine-score
DROP POLICY IF EXISTS job_writes ON evidence;
CREATE POLICY job_writes ON evidence FOR INSERT TO app_worker
  WITH CHECK (patient_key = (SELECT app.job_key()) AND (SELECT app.setting('purpose')) = 'TREAT');

-- policy concordances.reads: break-glass, radiologist-study, ward-staff
DROP POLICY IF EXISTS reads ON concordances;
CREATE POLICY reads ON concordances FOR SELECT TO app_rw
  USING (patient_key = (SELECT app.reached_care_key()) OR patient_key IN (SELECT r FROM app.reach_care() r));

-- policy concordances.job_reads: machine-job
DROP POLICY IF EXISTS job_reads ON concordances;
CREATE POLICY job_reads ON concordances FOR SELECT TO app_worker
  USING (patient_key = (SELECT app.job_key()));

-- policy concordances.job_writes: machine-score
DROP POLICY IF EXISTS job_writes ON concordances;
CREATE POLICY job_writes ON concordances FOR INSERT TO app_worker
  WITH CHECK (patient_key = (SELECT app.job_key()) AND (SELECT app.setting('purpose')) = 'TREAT');

-- policy concordance_reviews.reads: break-glass, radiologist-study, ward-staff
DROP POLICY IF EXISTS reads ON concordance_reviews;
CREATE POLICY reads ON concordance_reviews FOR SELECT TO app_rw
  USING (patient_key = (SELECT app.reached_care_key()) OR patient_key IN (SELECT r FROM app.reach_care() r));

-- policy concordance_reviews.job_reads: machine-job
DROP POLICY IF EXISTS job_reads ON concordance_reviews;
CREATE POLICY job_reads ON concordance_reviews FOR SELECT TO app_worker
  USING (patient_key = (SELECT app.job_key()));

-- policy region_checks.reads: break-glass, radiologist-study, ward-staff
DROP POLICY IF EXISTS reads ON region_checks;
CREATE POLICY reads ON region_checks FOR SELECT TO app_rw
  USING (patient_key = (SELECT app.reached_care_key()) OR patient_key IN (SELECT r FROM app.reach_care() r));

-- policy region_checks.job_reads: machine-job
DROP POLICY IF EXISTS job_reads ON region_checks;
CREATE POLICY job_reads ON region_checks FOR SELECT TO app_worker
  USING (patient_key = (SELECT app.job_key()));

-- policy region_checks.job_writes: machine-score
DROP POLICY IF EXISTS job_writes ON region_checks;
CREATE POLICY job_writes ON region_checks FOR INSERT TO app_worker
  WITH CHECK (patient_key = (SELECT app.job_key()) AND (SELECT app.setting('purpose')) = 'TREAT');

-- policy observations.consent
DROP POLICY IF EXISTS consent ON observations;
CREATE POLICY consent ON observations AS RESTRICTIVE FOR SELECT TO app_rw, app_worker
  USING (source_id = (SELECT app.source()) OR (patient_key, CASE WHEN coalesce(modality, held_modality) IN ('vitals', 'labs', 'radiology-report', 'chest-imaging') THEN coalesce(modality, held_modality) ELSE 'other' END) NOT IN (SELECT w.patient_key, w.data_class FROM app.withheld() w));

-- policy reports.consent
DROP POLICY IF EXISTS consent ON reports;
CREATE POLICY consent ON reports AS RESTRICTIVE FOR SELECT TO app_rw, app_worker
  USING (source_id = (SELECT app.source()) OR (patient_key, 'radiology-report') NOT IN (SELECT w.patient_key, w.data_class FROM app.withheld() w));

-- policy imaging_studies.consent
DROP POLICY IF EXISTS consent ON imaging_studies;
CREATE POLICY consent ON imaging_studies AS RESTRICTIVE FOR SELECT TO app_rw, app_worker
  USING (source_id = (SELECT app.source()) OR (patient_key, 'chest-imaging') NOT IN (SELECT w.patient_key, w.data_class FROM app.withheld() w));

-- policy imaging_series.consent
DROP POLICY IF EXISTS consent ON imaging_series;
CREATE POLICY consent ON imaging_series AS RESTRICTIVE FOR SELECT TO app_rw, app_worker
  USING (source_id = (SELECT app.source()) OR (patient_key, 'chest-imaging') NOT IN (SELECT w.patient_key, w.data_class FROM app.withheld() w));

-- policy imaging_instances.consent
DROP POLICY IF EXISTS consent ON imaging_instances;
CREATE POLICY consent ON imaging_instances AS RESTRICTIVE FOR SELECT TO app_rw, app_worker
  USING (source_id = (SELECT app.source()) OR (patient_key, 'chest-imaging') NOT IN (SELECT w.patient_key, w.data_class FROM app.withheld() w));

-- policy evidence.consent
DROP POLICY IF EXISTS consent ON evidence;
CREATE POLICY consent ON evidence AS RESTRICTIVE FOR SELECT TO app_rw
  USING ((patient_key, CASE WHEN modality IN ('vitals', 'labs', 'radiology-report', 'chest-imaging') THEN modality ELSE 'other' END) NOT IN (SELECT w.patient_key, w.data_class FROM app.withheld() w));

-- policy region_checks.consent
DROP POLICY IF EXISTS consent ON region_checks;
CREATE POLICY consent ON region_checks AS RESTRICTIVE FOR SELECT TO app_rw
  USING ((patient_key, CASE WHEN modality IN ('vitals', 'labs', 'radiology-report', 'chest-imaging') THEN modality ELSE 'other' END) NOT IN (SELECT w.patient_key, w.data_class FROM app.withheld() w));

-- policy consents.writes: own-consent, source-consent
DROP POLICY IF EXISTS writes ON consents;
CREATE POLICY writes ON consents FOR INSERT TO app_rw
  WITH CHECK ((source_id IS NULL AND patient_key IN (SELECT r FROM app.own_keys() r)) OR (source_id = (SELECT app.source()) AND patient_key = ANY ((SELECT app.write_keys())::uuid[])));

-- policy consents.closes: own-consent, source-consent
DROP POLICY IF EXISTS closes ON consents;
CREATE POLICY closes ON consents FOR UPDATE TO app_rw
  USING ((source_id IS NULL AND patient_key IN (SELECT r FROM app.own_keys() r)) OR (source_id = (SELECT app.source()) AND patient_key = ANY ((SELECT app.write_keys())::uuid[])));

-- policy consent_denials.writes: own-consent, source-consent
DROP POLICY IF EXISTS writes ON consent_denials;
CREATE POLICY writes ON consent_denials FOR INSERT TO app_rw
  WITH CHECK ((source_id IS NULL AND patient_key IN (SELECT r FROM app.own_keys() r)) OR (source_id = (SELECT app.source()) AND patient_key = ANY ((SELECT app.write_keys())::uuid[])));

-- policy consent_denials.closes: own-consent, source-consent
DROP POLICY IF EXISTS closes ON consent_denials;
CREATE POLICY closes ON consent_denials FOR UPDATE TO app_rw
  USING ((source_id IS NULL AND patient_key IN (SELECT r FROM app.own_keys() r)) OR (source_id = (SELECT app.source()) AND patient_key = ANY ((SELECT app.write_keys())::uuid[])));

-- policy device_ends.reads: break-glass, radiologist-study, ward-staff
DROP POLICY IF EXISTS reads ON device_ends;
CREATE POLICY reads ON device_ends FOR SELECT TO app_rw
  USING (patient_key = (SELECT app.reached_care_key()) OR patient_key IN (SELECT r FROM app.reach_care() r));

-- policy device_ends.ends: ward-devices
DROP POLICY IF EXISTS ends ON device_ends;
CREATE POLICY ends ON device_ends FOR INSERT TO app_rw
  WITH CHECK (patient_key = (SELECT app.tended_key()) AND issuer = (SELECT app.setting('issuer')) AND subject = (SELECT app.setting('subject')));

-- policy device_ends.lifts: ward-devices
DROP POLICY IF EXISTS lifts ON device_ends;
CREATE POLICY lifts ON device_ends FOR UPDATE TO app_rw
  USING (patient_key = (SELECT app.tended_key()));

-- policy patients.raises_own: own-consent
DROP POLICY IF EXISTS raises_own ON patients;
CREATE POLICY raises_own ON patients FOR UPDATE TO app_rw
  USING (id IN (SELECT o FROM app.own_ids() o));

-- policy patient_versions.closes: source-writes
DROP POLICY IF EXISTS closes ON patient_versions;
CREATE POLICY closes ON patient_versions FOR UPDATE TO app_rw
  USING (source_id = (SELECT app.source()) AND patient_id = ANY ((SELECT app.write_ids())::uuid[]));

-- policy device_links.closes: source-writes
DROP POLICY IF EXISTS closes ON device_links;
CREATE POLICY closes ON device_links FOR UPDATE TO app_rw
  USING (source_id = (SELECT app.source()));

-- policy reconcile_items.erases: machine-job
DROP POLICY IF EXISTS erases ON reconcile_items;
CREATE POLICY erases ON reconcile_items FOR SELECT TO app_worker
  USING ((SELECT app.is_erasing()));

-- policy assessments.job_withdraws: machine-score
DROP POLICY IF EXISTS job_withdraws ON assessments;
CREATE POLICY job_withdraws ON assessments FOR UPDATE TO app_worker
  USING (patient_key = (SELECT app.job_key()) AND (SELECT app.setting('purpose')) = 'TREAT');

-- policy blobs.reads: break-glass, own-record, radiologist-study, source-reads-back, ward-staff
DROP POLICY IF EXISTS reads ON blobs;
CREATE POLICY reads ON blobs FOR SELECT TO app_rw
  USING (patient_key = (SELECT app.reached_key()) OR patient_key IN (SELECT r FROM app.reach() r) OR source_id = (SELECT app.source()));

-- policy blobs.writes: source-writes
DROP POLICY IF EXISTS writes ON blobs;
CREATE POLICY writes ON blobs FOR INSERT TO app_rw
  WITH CHECK (source_id = (SELECT app.source()) AND ((patient_key IS NULL OR patient_key = ANY ((SELECT app.write_keys())::uuid[]))));

-- policy blobs.job_reads: machine-job
DROP POLICY IF EXISTS job_reads ON blobs;
CREATE POLICY job_reads ON blobs FOR SELECT TO app_worker
  USING (patient_key = (SELECT app.job_key()));

-- policy consents.reads: own-consent, source-consent-back
DROP POLICY IF EXISTS reads ON consents;
CREATE POLICY reads ON consents FOR SELECT TO app_rw
  USING (patient_key IN (SELECT r FROM app.own_keys() r) OR source_id = (SELECT app.source()));

-- policy device_pauses.own: own-consent
DROP POLICY IF EXISTS own ON device_pauses;
CREATE POLICY own ON device_pauses FOR ALL TO app_rw
  USING (patient_key IN (SELECT r FROM app.own_keys() r));

-- policy reconcile_items.own: source-reconciles
DROP POLICY IF EXISTS own ON reconcile_items;
CREATE POLICY own ON reconcile_items FOR ALL TO app_rw
  USING (source_id = (SELECT app.source()));

-- policy patient_identifiers.sought: break-glass-ask
DROP POLICY IF EXISTS sought ON patient_identifiers;
CREATE POLICY sought ON patient_identifiers FOR SELECT TO app_rw
  USING ((SELECT app.breaks_glass()) AND value_index = (SELECT decode(app.setting('lookup'), 'hex')));

-- policy patient_versions.sought: break-glass-ask
DROP POLICY IF EXISTS sought ON patient_versions;
CREATE POLICY sought ON patient_versions FOR SELECT TO app_rw
  USING ((SELECT app.breaks_glass()) AND patient_id IN (SELECT s FROM app.sought_ids() s));

-- policy emergency_lookups.counted: break-glass-ask
DROP POLICY IF EXISTS counted ON emergency_lookups;
CREATE POLICY counted ON emergency_lookups FOR SELECT TO app_rw
  USING ((SELECT app.breaks_glass()) AND value_index = (SELECT decode(app.setting('lookup'), 'hex')));

-- policy emergency_lookups.writes: break-glass-ask
DROP POLICY IF EXISTS writes ON emergency_lookups;
CREATE POLICY writes ON emergency_lookups FOR INSERT TO app_rw
  WITH CHECK ((SELECT app.breaks_glass()) AND issuer = (SELECT app.setting('issuer')) AND subject = (SELECT app.setting('subject')) AND (patient_key IS NULL OR patient_key IN (SELECT l.patient_key FROM patient_links l JOIN patient_identifiers i ON i.patient_id = l.patient_id WHERE i.value_index = emergency_lookups.value_index)));

-- policy emergency_grants.writes: break-glass-ask, consent-bars
DROP POLICY IF EXISTS writes ON emergency_grants;
CREATE POLICY writes ON emergency_grants FOR INSERT TO app_rw
  WITH CHECK ((SELECT app.breaks_glass()) AND issuer = (SELECT app.setting('issuer')) AND subject = (SELECT app.setting('subject')) AND purpose = (SELECT app.setting('purpose')) AND starts_at <= now() AND ends_at <= now() + interval '60 minutes' AND patient_key IN (SELECT l.patient_key FROM emergency_lookups l WHERE l.issuer = (SELECT app.setting('issuer')) AND l.subject = (SELECT app.setting('subject')) AND l.looked_at > now() - interval '15 minutes') AND patient_key NOT IN (SELECT b FROM app.barred() b));

-- policy emergency_ends.returns: break-glass-ask
DROP POLICY IF EXISTS returns ON emergency_ends;
CREATE POLICY returns ON emergency_ends FOR INSERT TO app_rw
  WITH CHECK ((SELECT app.breaks_glass()) AND how = 'returned' AND grant_id IN (SELECT g.id FROM emergency_grants g WHERE g.issuer = (SELECT app.setting('issuer')) AND g.subject = (SELECT app.setting('subject'))));

-- policy emergency_grants.reviewed: break-glass-review
DROP POLICY IF EXISTS reviewed ON emergency_grants;
CREATE POLICY reviewed ON emergency_grants FOR SELECT TO app_rw
  USING ((SELECT app.is_officer()));

-- policy emergency_reviews.closes: break-glass-review
DROP POLICY IF EXISTS closes ON emergency_reviews;
CREATE POLICY closes ON emergency_reviews FOR INSERT TO app_rw
  WITH CHECK ((SELECT app.is_officer()) AND issuer = (SELECT app.setting('issuer')) AND subject = (SELECT app.setting('subject')) AND grant_id IN (SELECT g.id FROM emergency_grants g WHERE NOT (g.issuer = (SELECT app.setting('issuer')) AND g.subject = (SELECT app.setting('subject')))));

-- policy reading_alerts.officer_reads: break-glass-review
DROP POLICY IF EXISTS officer_reads ON reading_alerts;
CREATE POLICY officer_reads ON reading_alerts FOR SELECT TO app_rw
  USING ((SELECT app.is_officer()));

-- policy reading_alerts.officer_sees: break-glass-review
DROP POLICY IF EXISTS officer_sees ON reading_alerts;
CREATE POLICY officer_sees ON reading_alerts FOR UPDATE TO app_rw
  USING ((SELECT app.is_officer()) AND seen_by IS NULL AND issuer || '|' || subject <> (SELECT app.me()))
  WITH CHECK (seen_by = (SELECT app.me()));

-- policy audit_events.officer_reads: audit-officer
DROP POLICY IF EXISTS officer_reads ON audit_events;
CREATE POLICY officer_reads ON audit_events FOR SELECT TO app_rw
  USING ((SELECT app.is_officer()));

-- policy audit_events.own_report: own-access-report
DROP POLICY IF EXISTS own_report ON audit_events;
CREATE POLICY own_report ON audit_events FOR SELECT TO app_rw
  USING ((SELECT coalesce(app.setting('purpose') = 'PATRQT' AND app.has_role('patient'), false)) AND patient_key IN (SELECT r.patient_key FROM app.relations() r WHERE r.relationship = 'own-record'));

-- policy audit_exports.asks: audit-officer
DROP POLICY IF EXISTS asks ON audit_exports;
CREATE POLICY asks ON audit_exports FOR INSERT TO app_rw
  WITH CHECK ((SELECT app.is_officer()) AND requester = (SELECT app.setting('issuer') || ' ' || app.setting('subject')));

-- policy audit_exports.own: audit-officer
DROP POLICY IF EXISTS own ON audit_exports;
CREATE POLICY own ON audit_exports FOR SELECT TO app_rw
  USING ((SELECT app.is_officer()) AND requester = (SELECT app.setting('issuer') || ' ' || app.setting('subject')));

-- policy legal_holds.reads: erasure-officer, erasure-second
DROP POLICY IF EXISTS reads ON legal_holds;
CREATE POLICY reads ON legal_holds FOR SELECT TO app_rw
  USING ((SELECT app.is_second()));

-- policy legal_holds.places: erasure-officer
DROP POLICY IF EXISTS places ON legal_holds;
CREATE POLICY places ON legal_holds FOR INSERT TO app_rw
  WITH CHECK ((SELECT app.is_officer()) AND placed_by = (SELECT app.me()));

-- policy legal_holds.lifts: erasure-officer
DROP POLICY IF EXISTS lifts ON legal_holds;
CREATE POLICY lifts ON legal_holds FOR UPDATE TO app_rw
  USING ((SELECT app.is_officer()))
  WITH CHECK (lifted_by = (SELECT app.me()));

-- policy legal_holds.job_reads: machine-job
DROP POLICY IF EXISTS job_reads ON legal_holds;
CREATE POLICY job_reads ON legal_holds FOR SELECT TO app_worker
  USING (patient_id = (SELECT app.job_id()));

-- policy erasure_requests.reads: erasure-officer, erasure-second
DROP POLICY IF EXISTS reads ON erasure_requests;
CREATE POLICY reads ON erasure_requests FOR SELECT TO app_rw
  USING ((SELECT app.is_second()));

-- policy erasure_requests.asks: erasure-officer
DROP POLICY IF EXISTS asks ON erasure_requests;
CREATE POLICY asks ON erasure_requests FOR INSERT TO app_rw
  WITH CHECK ((SELECT app.is_officer()) AND state = 'requested' AND requested_by = (SELECT app.me()) AND NOT EXISTS (SELECT FROM legal_holds h WHERE h.patient_id = erasure_requests.patient_id AND h.lifted_at IS NULL));

-- policy erasure_requests.confirms: erasure-officer, erasure-second
DROP POLICY IF EXISTS confirms ON erasure_requests;
CREATE POLICY confirms ON erasure_requests FOR UPDATE TO app_rw
  USING ((SELECT app.is_second()) AND state = 'requested')
  WITH CHECK (state = 'withdrawn' OR (state = 'confirmed' AND confirmed_by = (SELECT app.me()) AND requested_by <> (SELECT app.me()) AND NOT EXISTS (SELECT FROM legal_holds h WHERE h.patient_id = erasure_requests.patient_id AND h.lifted_at IS NULL)));

-- policy erasure_requests.job_reads: machine-job
DROP POLICY IF EXISTS job_reads ON erasure_requests;
CREATE POLICY job_reads ON erasure_requests FOR SELECT TO app_worker
  USING (patient_id = (SELECT app.job_id()));

-- policy wards.keeps: administration
DROP POLICY IF EXISTS keeps ON wards;
CREATE POLICY keeps ON wards FOR INSERT TO app_rw
  WITH CHECK ((SELECT app.administers()));

-- policy wards.changes: administration
DROP POLICY IF EXISTS changes ON wards;
CREATE POLICY changes ON wards FOR UPDATE TO app_rw
  USING ((SELECT app.administers()));

-- policy sources.keeps: administration
DROP POLICY IF EXISTS keeps ON sources;
CREATE POLICY keeps ON sources FOR INSERT TO app_rw
  WITH CHECK ((SELECT app.administers()));

-- policy sources.changes: administration
DROP POLICY IF EXISTS changes ON sources;
CREATE POLICY changes ON sources FOR UPDATE TO app_rw
  USING ((SELECT app.administers()));

-- policy ward_staff.keeps: administration, own-rights
DROP POLICY IF EXISTS keeps ON ward_staff;
CREATE POLICY keeps ON ward_staff FOR INSERT TO app_rw
  WITH CHECK ((SELECT app.administers()) AND NOT (issuer = (SELECT app.setting('issuer')) AND subject = (SELECT app.setting('subject'))));

-- policy ward_staff.changes: administration, own-rights
DROP POLICY IF EXISTS changes ON ward_staff;
CREATE POLICY changes ON ward_staff FOR UPDATE TO app_rw
  USING ((SELECT app.administers()) AND NOT (issuer = (SELECT app.setting('issuer')) AND subject = (SELECT app.setting('subject'))));

-- policy staff.keeps: administration, own-rights
DROP POLICY IF EXISTS keeps ON staff;
CREATE POLICY keeps ON staff FOR INSERT TO app_rw
  WITH CHECK ((SELECT app.administers()) AND NOT (issuer = (SELECT app.setting('issuer')) AND subject = (SELECT app.setting('subject'))));

-- policy staff.changes: administration, own-rights
DROP POLICY IF EXISTS changes ON staff;
CREATE POLICY changes ON staff FOR UPDATE TO app_rw
  USING ((SELECT app.administers()) AND NOT (issuer = (SELECT app.setting('issuer')) AND subject = (SELECT app.setting('subject'))));

-- policy access_grants.reached: administration, reach-administrator, reach-officer
DROP POLICY IF EXISTS reached ON access_grants;
CREATE POLICY reached ON access_grants FOR SELECT TO app_rw
  USING ((SELECT app.is_second()) AND patient_key = (SELECT app.kept_key()));

-- policy care_teams.administers: administration
DROP POLICY IF EXISTS administers ON care_teams;
CREATE POLICY administers ON care_teams FOR ALL TO app_rw
  USING ((SELECT app.administers()) AND source_id = 'administration' AND patient_key = (SELECT app.kept_key()));

-- policy care_team_members.administers: administration, own-rights
DROP POLICY IF EXISTS administers ON care_team_members;
CREATE POLICY administers ON care_team_members FOR ALL TO app_rw
  USING ((SELECT app.administers()) AND source_id = 'administration' AND patient_key = (SELECT app.kept_key()))
  WITH CHECK ((SELECT app.administers()) AND source_id = 'administration' AND patient_key = (SELECT app.kept_key()) AND NOT (issuer = (SELECT app.setting('issuer')) AND subject = (SELECT app.setting('subject'))));

-- policy access_grants.administers: administration, own-rights
DROP POLICY IF EXISTS administers ON access_grants;
CREATE POLICY administers ON access_grants FOR INSERT TO app_rw
  WITH CHECK ((SELECT app.administers()) AND relationship = 'care-team' AND patient_key = (SELECT app.kept_key()) AND basis IN (SELECT t.id FROM care_teams t WHERE t.source_id = 'administration') AND holder <> 'team:' || (SELECT app.setting('issuer')) || '|' || (SELECT app.setting('subject')));

-- policy access_grants.administers_ends: administration
DROP POLICY IF EXISTS administers_ends ON access_grants;
CREATE POLICY administers_ends ON access_grants FOR DELETE TO app_rw
  USING ((SELECT app.administers()) AND patient_key = (SELECT app.kept_key()) AND basis IN (SELECT t.id FROM care_teams t WHERE t.source_id = 'administration'));

-- policy concordance_reviews.reviews: radiologist-second-look
DROP POLICY IF EXISTS reviews ON concordance_reviews;
CREATE POLICY reviews ON concordance_reviews FOR INSERT TO app_rw
  WITH CHECK ((SELECT app.looks_again()) AND subject = (SELECT app.setting('subject')) AND patient_key IN (SELECT r.patient_key FROM app.relations() r WHERE r.relationship IN ('care-team', 'recent-study')));

-- policy local_validations.writes: model-steward
DROP POLICY IF EXISTS writes ON local_validations;
CREATE POLICY writes ON local_validations FOR INSERT TO app_rw
  WITH CHECK ((SELECT app.is_steward()) AND subject = (SELECT app.setting('subject')));

-- policy local_validations.withdraws: model-steward
DROP POLICY IF EXISTS withdraws ON local_validations;
CREATE POLICY withdraws ON local_validations FOR UPDATE TO app_rw
  USING ((SELECT app.is_steward()) AND withdrawn_at IS NULL)
  WITH CHECK (withdrawn_at IS NOT NULL);
