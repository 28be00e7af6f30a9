-- The same walls, flat. A policy that reads a table has that table's policies woven into every statement that meets it, and theirs
-- in turn: a point read was a plan of 600 nodes, and setting one up cost six milliseconds before the first row. Sets that policies
-- ask for are functions of a body of their own now, planned once a connection and run only where an earlier arm did not settle the
-- question. A request about one patient is answered what holds between the actor and that patient once, when it begins, and from
-- there on reaches nobody else. Nothing that was hidden is shown. Adds no row and changes none.

-- In whose hands a grant must lie to be the actor's: roles and purpose decide which kinds count at all.
CREATE FUNCTION app.hands_of(wards text[]) RETURNS text[] LANGUAGE plpgsql STABLE AS $$
DECLARE me text := app.setting('issuer') || '|' || app.setting('subject'); hands text[] := '{}';
BEGIN
  IF app.setting('purpose') = 'TREAT' THEN
    IF app.has_role('physician', 'nurse') THEN hands := hands || ARRAY(SELECT 'ward:' || w FROM unnest(wards) w); END IF;
    IF app.has_role('physician', 'nurse', 'radiologist') THEN hands := hands || ('team:' || me); END IF;
    IF app.has_role('radiologist') THEN hands := hands || 'radiology'::text; END IF;
  END IF;
  IF app.breaks_glass() THEN hands := hands || ('glass:' || me); END IF;
  IF app.setting('purpose') = 'PATRQT' AND app.has_role('patient') THEN hands := hands || ('self:' || me); END IF;
  RETURN hands;
END $$;
CREATE OR REPLACE FUNCTION app.holders() RETURNS text[] LANGUAGE plpgsql STABLE AS $$
BEGIN
  -- Worked out when the request began; every policy asks again.
  IF app.setting('hands') IS NOT NULL THEN RETURN app.setting('hands')::text[]; END IF;
  RETURN app.hands_of(ARRAY(SELECT w FROM app.wards() w));
END $$;

-- The relations that hold now, before anything is struck from them.
CREATE OR REPLACE FUNCTION app.held() RETURNS TABLE (patient_key uuid, relationship text) LANGUAGE plpgsql STABLE ROWS 100 AS $$
#variable_conflict use_column
BEGIN
  IF app.setting('scope_id') IS NOT NULL THEN
    RETURN QUERY SELECT app.setting('scope_key')::uuid, r FROM unnest(string_to_array(app.setting('scope_held'), ',')) r;
  ELSE
    RETURN QUERY SELECT g.patient_key, g.relationship FROM public.access_grants g
      WHERE g.holder = ANY ((SELECT app.holders())::text[]) AND g.starts_at <= now() AND (g.ends_at IS NULL OR g.ends_at > now());
  END IF;
END $$;

-- The relations that are left: a consent that refuses the purpose strikes them all, a label strikes ward and department.
CREATE OR REPLACE FUNCTION app.relations() RETURNS TABLE (patient_key uuid, relationship text) LANGUAGE plpgsql STABLE ROWS 100 AS $$
#variable_conflict use_column
BEGIN
  IF app.setting('scope_id') IS NOT NULL THEN
    RETURN QUERY SELECT app.setting('scope_key')::uuid, r FROM unnest(string_to_array(app.setting('scope_left'), ',')) r;
  ELSE
    RETURN QUERY SELECT h.patient_key, h.relationship FROM app.held() h
      WHERE h.patient_key NOT IN (SELECT b FROM app.barred() b)
        AND NOT (h.relationship IN ('ward', 'discharged-72h', 'recent-study') AND h.patient_key IN (SELECT l.patient_key FROM public.patient_labels l WHERE l.label = 'V'));
  END IF;
END $$;

CREATE OR REPLACE FUNCTION app.reach_ids() RETURNS SETOF uuid LANGUAGE plpgsql STABLE ROWS 100 AS $$
BEGIN
  IF app.setting('scope_id') IS NOT NULL THEN
    RETURN QUERY SELECT app.setting('scope_id')::uuid WHERE app.setting('scope_left') IS NOT NULL;
  ELSE
    RETURN QUERY SELECT l.patient_id FROM public.patient_links l WHERE l.patient_key IN (SELECT r FROM app.reach() r);
  END IF;
END $$;

-- What consent withholds of one patient, for the uses of this transaction; `*` is said class by class.
CREATE FUNCTION app.withheld_of(pseudonym uuid) RETURNS TABLE (patient_key uuid, data_class text) LANGUAGE sql STABLE
  AS $$ SELECT d.patient_key, c.data_class FROM public.consent_denials d
          CROSS JOIN LATERAL unnest(CASE d.data_class WHEN '*' THEN ARRAY['vitals', 'labs', 'radiology-report', 'chest-imaging', 'other'] ELSE ARRAY[d.data_class] END) AS c (data_class)
        WHERE d.patient_key = pseudonym AND d.closed_revision IS NULL AND d.purpose = ANY ((SELECT app.uses())::text[])
          AND d.starts_at <= now() AND (d.ends_at IS NULL OR d.ends_at > now()) $$;

-- What is withheld of the patients whom this transaction could reach.
CREATE OR REPLACE FUNCTION app.withheld() RETURNS TABLE (patient_key uuid, data_class text) LANGUAGE plpgsql STABLE ROWS 10 AS $$
#variable_conflict use_column
BEGIN
  IF app.setting('scope_id') IS NOT NULL THEN
    RETURN QUERY SELECT app.setting('scope_key')::uuid, c FROM unnest(string_to_array(app.setting('scope_withheld'), ',')) c;
  ELSE
    RETURN QUERY SELECT w.patient_key, w.data_class
      FROM (SELECT h.patient_key FROM app.held() h UNION SELECT app.job_key()) k CROSS JOIN LATERAL app.withheld_of(k.patient_key) w;
  END IF;
END $$;
-- Pseudonyms the source has written about: it may open its own rows, which takes the link and the key, and no others.
CREATE OR REPLACE FUNCTION app.source_keys() RETURNS SETOF uuid LANGUAGE plpgsql STABLE ROWS 100 AS $$
BEGIN
  IF app.source() IS NULL THEN RETURN; END IF;
  RETURN QUERY SELECT g.patient_key FROM public.access_grants g WHERE g.relationship = 'own-source' AND g.holder = 'source:' || app.source();
END $$;
CREATE OR REPLACE FUNCTION app.source_ids() RETURNS SETOF uuid LANGUAGE plpgsql STABLE ROWS 100 AS $$
BEGIN
  IF app.source() IS NULL THEN RETURN; END IF;
  RETURN QUERY SELECT l.patient_id FROM public.patient_links l WHERE l.patient_key IN (SELECT r FROM app.source_keys() r);
END $$;

CREATE OR REPLACE FUNCTION app.job_key() RETURNS uuid LANGUAGE plpgsql STABLE AS $$
BEGIN
  IF app.job_id() IS NULL THEN RETURN NULL; END IF;
  RETURN (SELECT l.patient_key FROM public.patient_links l WHERE l.patient_id = app.job_id());
END $$;

-- The pseudonym of one patient, where the pair is shown.
CREATE FUNCTION app.key_of(patient uuid) RETURNS uuid LANGUAGE plpgsql STABLE AS $$
BEGIN
  IF patient IS NULL THEN RETURN NULL; END IF;
  RETURN (SELECT l.patient_key FROM public.patient_links l WHERE l.patient_id = patient);
END $$;

CREATE OR REPLACE FUNCTION app.sought_ids() RETURNS SETOF uuid LANGUAGE plpgsql STABLE ROWS 10 AS $$
BEGIN
  RETURN QUERY SELECT i.patient_id FROM public.patient_identifiers i WHERE i.value_index = decode(app.setting('lookup'), 'hex');
END $$;

-- Pairs of id and pseudonym that are shown because something else names the patient: by id, what this transaction writes to, the
-- one patient a refusal is recorded under, whom the officer asks the record about, whose reach is asked for, and whom an emergency
-- look-up found; by pseudonym, whom a source wrote about, and for the officer the patients of events and of emergency grants.
CREATE FUNCTION app.named_ids() RETURNS uuid[] LANGUAGE plpgsql STABLE AS $$
DECLARE ids uuid[] := app.write_ids() || app.setting('recorded_id')::uuid;
BEGIN
  IF app.is_officer() THEN ids := ids || app.setting('audited_id')::uuid; END IF;
  IF app.administers() OR app.is_officer() THEN ids := ids || app.setting('reach_id')::uuid; END IF;
  IF app.breaks_glass() THEN ids := ids || app.setting('sought_id')::uuid; END IF;
  RETURN ids;
END $$;
CREATE FUNCTION app.named_keys() RETURNS SETOF uuid LANGUAGE plpgsql STABLE ROWS 100 AS $$
BEGIN
  IF app.source() IS NOT NULL THEN RETURN QUERY SELECT s FROM app.source_keys() s; END IF;
  IF app.is_officer() THEN
    RETURN QUERY SELECT k::uuid FROM unnest(string_to_array(app.setting('audited_keys'), ',')) k UNION ALL SELECT g.patient_key FROM public.emergency_grants g;
  END IF;
END $$;

-- Whose keys are shown for more than reading: to a source, those of the patients it writes to or wrote about; for free text of the
-- record, the patient it is about; to the officer, patients of events and of emergency grants, whose words were sealed; to whoever
-- breaks the glass, the patient found by identifier now or a moment ago.
CREATE FUNCTION app.opened_ids() RETURNS SETOF uuid LANGUAGE plpgsql STABLE ROWS 100 AS $$
BEGIN
  IF app.setting('recorded_id') IS NOT NULL THEN RETURN NEXT app.setting('recorded_id')::uuid; END IF;
  IF app.source() IS NOT NULL THEN RETURN QUERY SELECT w FROM unnest(app.write_ids()) w UNION ALL SELECT s FROM app.source_ids() s; END IF;
  IF app.is_officer() THEN
    RETURN QUERY SELECT app.setting('audited_id')::uuid UNION ALL SELECT l.patient_id FROM public.patient_links l
      WHERE l.patient_key = ANY (string_to_array(app.setting('audited_keys'), ',')::uuid[]) OR l.patient_key IN (SELECT g.patient_key FROM public.emergency_grants g);
  END IF;
  IF app.breaks_glass() THEN
    RETURN QUERY SELECT s FROM app.sought_ids() s UNION ALL SELECT l.patient_id FROM public.patient_links l JOIN public.emergency_lookups e ON e.patient_key = l.patient_key
      WHERE e.issuer = app.setting('issuer') AND e.subject = app.setting('subject') AND e.looked_at > now() - interval '15 minutes';
  END IF;
END $$;

CREATE FUNCTION app.own_ids() RETURNS SETOF uuid LANGUAGE plpgsql STABLE ROWS 1 AS $$
BEGIN
  RETURN QUERY SELECT l.patient_id FROM public.patient_links l WHERE l.patient_key IN (SELECT r FROM app.own_keys() r);
END $$;

-- A steward recorded that a bundle was checked, for this question and set of inputs, on the ward where the patient lay.
CREATE FUNCTION app.is_validated(bundle text, task text, pattern text[], encounter uuid, moment timestamptz) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_variable
BEGIN
  RETURN EXISTS (
    SELECT FROM public.local_validations v JOIN public.encounter_locations l ON l.ward_id = v.ward_id
    JOIN public.encounters e ON e.id = l.encounter_id AND e.version = l.version AND e.superseded_at IS NULL AND e.retracted_at IS NULL
    WHERE v.withdrawn_at IS NULL AND v.bundle = is_validated.bundle AND v.task = is_validated.task AND v.pattern = is_validated.pattern
      AND l.encounter_id = encounter AND coalesce(l.status, 'active') IN ('active', 'completed')
      AND (l.starts_at IS NULL OR l.starts_at <= moment) AND (l.ends_at IS NULL OR l.ends_at > moment));
END $$;
CREATE FUNCTION app.is_shown(assessment uuid) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN EXISTS (SELECT FROM public.assessments a WHERE a.id = assessment);
END $$;

-- These bytes are an image of this patient whose own row is shown.
CREATE FUNCTION app.is_image(hash bytea, pseudonym uuid) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN EXISTS (SELECT FROM public.imaging_instances i WHERE i.blob_sha256 = hash AND i.patient_key = pseudonym);
END $$;

DROP POLICY audited ON patient_links;
DROP POLICY reached ON patient_links;
DROP POLICY recorded ON patient_links;
DROP POLICY reviewed ON patient_links;
DROP POLICY sought ON patient_links;
ALTER POLICY reads ON patient_links USING (patient_key IN (SELECT h.patient_key FROM app.held() h) OR source_id = (SELECT app.source())
  OR patient_id = ANY ((SELECT app.named_ids())::uuid[]) OR patient_key IN (SELECT n FROM app.named_keys() n));
DROP POLICY matched ON patient_keys;
DROP POLICY found ON patient_keys;
DROP POLICY reviewed ON patient_keys;
DROP POLICY audited ON patient_keys;
DROP POLICY recorded ON patient_keys;
DROP POLICY sought ON patient_keys;
ALTER POLICY reads ON patient_keys USING (patient_id IN (SELECT r FROM app.reach_ids() r) OR source_id = (SELECT app.source())
  OR patient_id IN (SELECT o FROM app.opened_ids() o));
ALTER POLICY sought ON patient_versions USING ((SELECT app.breaks_glass()) AND patient_id IN (SELECT s FROM app.sought_ids() s));
ALTER POLICY raises_own ON patients USING (id IN (SELECT o FROM app.own_ids() o));
ALTER POLICY shown ON assessments USING (
  (SELECT app.setting('shadow')) IS NULL OR outcome = 'abstained' OR evidence_level IN ('real-external', 'real-internal')
  OR app.is_validated(bundle, task, pattern, encounter_id, as_of));
ALTER POLICY shown ON evidence USING ((SELECT app.setting('shadow')) IS NULL OR app.is_shown(assessment_id));
ALTER POLICY consent ON blobs USING (source_id = (SELECT app.source()) OR patient_key IS NULL OR patient_key NOT IN (SELECT w.patient_key FROM app.withheld() w)
  OR app.is_image(sha256, patient_key));

-- The emergency grant of the actor that is open now; of this patient, where there is one.
CREATE FUNCTION app.open_grant(about uuid, OUT id uuid, OUT purpose text) LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_variable
BEGIN
  SELECT g.id, g.purpose INTO id, purpose FROM public.emergency_grants g
    WHERE app.has_role('physician', 'nurse') AND g.issuer = app.setting('issuer') AND g.subject = app.setting('subject') AND g.ends_at > now()
      AND NOT EXISTS (SELECT FROM public.emergency_ends e WHERE e.grant_id = g.id)
    ORDER BY g.patient_key IS NOT DISTINCT FROM app.key_of(about) DESC, g.starts_at DESC LIMIT 1;
END $$;

-- Begins a request: sets the context that the policies read, answers the facts of the decision, and, where it is about one
-- patient, works out once what holds between the actor and that patient. Each step is a statement of its own, for a setting
-- that is made and read in one statement may be read before it is made.
-- @param names, vals the context, `app.` left out of the names.
-- @param about the one patient the request names, NULL when it names none.
CREATE FUNCTION app.enter(names text[], vals text[], about uuid, OUT at float8, OUT wards text[], OUT relationships text[], OUT is_barred boolean, OUT label text,
  OUT grant_id uuid, OUT grant_purpose text, OUT patient_key uuid, OUT opens boolean) LANGUAGE plpgsql VOLATILE AS $$
#variable_conflict use_variable
DECLARE pseudonym uuid; held text[] := '{}'; remaining text[] := '{}'; kept text[] := '{}';
BEGIN
  PERFORM set_config('app.' || s.n, s.v, true) FROM unnest(names, vals) AS s (n, v);
  at := floor(extract(epoch FROM clock_timestamp()) * 1000);
  relationships := '{}'; is_barred := false; label := 'N'; opens := false; wards := '{}';
  IF app.job_id() IS NOT NULL THEN RETURN; END IF;
  wards := ARRAY(SELECT w FROM app.wards() w);
  PERFORM set_config('app.hands', app.hands_of(wards)::text, true);
  IF about IS NOT NULL THEN
    -- From here on nobody else is reached. The pair is shown for one look, to find the relations by, and shut again.
    PERFORM set_config('app.scope_id', about::text, true), set_config('app.recorded_id', about::text, true);
    SELECT l.patient_key INTO pseudonym FROM public.patient_links l WHERE l.patient_id = about;
    PERFORM set_config('app.recorded_id', '', true);
    held := ARRAY(SELECT DISTINCT g.relationship FROM public.access_grants g
      WHERE g.patient_key = pseudonym AND g.holder = ANY (app.holders()) AND g.starts_at <= now() AND (g.ends_at IS NULL OR g.ends_at > now()));
    IF cardinality(held) > 0 THEN
      SELECT EXISTS (SELECT FROM app.barred() b WHERE b = pseudonym), coalesce((SELECT p.label FROM public.patient_labels p WHERE p.patient_key = pseudonym), 'N'),
        ARRAY(SELECT DISTINCT w.data_class FROM app.withheld_of(pseudonym) w) INTO is_barred, label, kept;
      IF NOT is_barred THEN
        remaining := ARRAY(SELECT h FROM unnest(held) h WHERE NOT (label = 'V' AND h IN ('ward', 'discharged-72h', 'recent-study')));
      END IF;
      PERFORM set_config('app.scope_key', pseudonym::text, true), set_config('app.scope_held', array_to_string(held, ','), true),
        set_config('app.scope_left', array_to_string(remaining, ','), true), set_config('app.scope_withheld', array_to_string(kept, ','), true);
    END IF;
    relationships := held;
    IF app.source() IS NOT NULL AND (EXISTS (SELECT FROM public.patients p WHERE p.id = about AND p.source_id = app.source())
        OR about IN (SELECT s FROM app.source_ids() s)) THEN
      relationships := relationships || 'own-source'::text;
    END IF;
    -- Whoever holds a relation is shown the pair, and the keys where one is left (policies `reads`); else the policies are asked.
    patient_key := CASE WHEN cardinality(held) > 0 THEN pseudonym ELSE (SELECT l.patient_key FROM public.patient_links l WHERE l.patient_id = about) END;
    opens := cardinality(remaining) > 0 OR EXISTS (SELECT FROM public.patient_keys k WHERE k.patient_id = about);
  END IF;
  IF app.breaks_glass() THEN SELECT g.id, g.purpose INTO grant_id, grant_purpose FROM app.open_grant(about) g; END IF;
END $$;

REVOKE EXECUTE ON FUNCTION app.hands_of(text[]), app.withheld_of(uuid), app.key_of(uuid), app.named_ids(), app.named_keys(), app.opened_ids(), app.own_ids(), app.open_grant(uuid),
  app.is_validated(text, text, text[], uuid, timestamptz), app.is_shown(uuid), app.is_image(bytea, uuid), app.enter(text[], text[], uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.hands_of(text[]), app.withheld_of(uuid), app.key_of(uuid), app.named_ids(), app.named_keys(), app.opened_ids(), app.own_ids(), app.open_grant(uuid),
  app.is_validated(text, text, text[], uuid, timestamptz), app.is_shown(uuid), app.is_image(bytea, uuid), app.enter(text[], text[], uuid) TO app_rw, app_worker;
