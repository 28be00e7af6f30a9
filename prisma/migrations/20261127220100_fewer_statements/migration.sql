-- The functions that every request asks, without a statement where PL/pgSQL can evaluate by itself: an assignment costs a tenth of
-- a statement. What they answer is the same. Adds no row and changes none.

-- In whose hands a grant must lie to be the actor's: roles and purpose decide which kinds count at all.
CREATE OR REPLACE FUNCTION app.hands_of(wards text[]) RETURNS text[] LANGUAGE plpgsql STABLE AS $$
DECLARE me text := app.setting('issuer') || '|' || app.setting('subject'); hands text[] := '{}'; ward text;
BEGIN
  IF app.setting('purpose') = 'TREAT' THEN
    IF app.has_role('physician', 'nurse') THEN
      FOREACH ward IN ARRAY wards LOOP hands := hands || ('ward:' || ward); END LOOP;
    END IF;
    IF app.has_role('physician', 'nurse', 'radiologist') THEN hands := hands || ('team:' || me); END IF;
    IF app.has_role('radiologist') THEN hands := hands || 'radiology'::text; END IF;
  END IF;
  IF app.breaks_glass() THEN hands := hands || ('glass:' || me); END IF;
  IF app.setting('purpose') = 'PATRQT' AND app.has_role('patient') THEN hands := hands || ('self:' || me); END IF;
  RETURN hands;
END $$;

-- The relations that hold now, before anything is struck from them.
CREATE OR REPLACE FUNCTION app.held() RETURNS TABLE (patient_key uuid, relationship text) LANGUAGE plpgsql STABLE ROWS 100 AS $$
#variable_conflict use_column
BEGIN
  IF app.setting('scope_id') IS NOT NULL THEN
    patient_key := app.setting('scope_key')::uuid;
    FOREACH relationship IN ARRAY coalesce(string_to_array(app.setting('scope_held'), ','), '{}') LOOP RETURN NEXT; END LOOP;
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
    patient_key := app.setting('scope_key')::uuid;
    FOREACH relationship IN ARRAY coalesce(string_to_array(app.setting('scope_left'), ','), '{}') LOOP RETURN NEXT; END LOOP;
  ELSE
    RETURN QUERY SELECT h.patient_key, h.relationship FROM app.held() h
      WHERE h.patient_key NOT IN (SELECT b FROM app.barred() b)
        AND NOT (h.relationship IN ('ward', 'discharged-72h', 'recent-study') AND h.patient_key IN (SELECT l.patient_key FROM public.patient_labels l WHERE l.label = 'V'));
  END IF;
END $$;

CREATE OR REPLACE FUNCTION app.reach_ids() RETURNS SETOF uuid LANGUAGE plpgsql STABLE ROWS 100 AS $$
BEGIN
  IF app.setting('scope_id') IS NOT NULL THEN
    IF app.setting('scope_left') IS NOT NULL THEN RETURN NEXT app.setting('scope_id')::uuid; END IF;
  ELSE
    RETURN QUERY SELECT l.patient_id FROM public.patient_links l WHERE l.patient_key IN (SELECT r FROM app.reach() r);
  END IF;
END $$;

-- What is withheld of the patients whom this transaction could reach.
CREATE OR REPLACE FUNCTION app.withheld() RETURNS TABLE (patient_key uuid, data_class text) LANGUAGE plpgsql STABLE ROWS 10 AS $$
#variable_conflict use_column
BEGIN
  IF app.setting('scope_id') IS NOT NULL THEN
    patient_key := app.setting('scope_key')::uuid;
    FOREACH data_class IN ARRAY coalesce(string_to_array(app.setting('scope_withheld'), ','), '{}') LOOP RETURN NEXT; END LOOP;
  ELSE
    RETURN QUERY SELECT w.patient_key, w.data_class
      FROM (SELECT h.patient_key FROM app.held() h UNION SELECT app.job_key()) k CROSS JOIN LATERAL app.withheld_of(k.patient_key) w;
  END IF;
END $$;

-- Begins a request: sets the context that the policies read, answers the facts of the decision, and, where it is about one
-- patient, works out once what holds between the actor and that patient. Each step is a statement of its own, for a setting
-- that is made and read in one statement may be read before it is made.
-- @param names, vals the context, `app.` left out of the names.
-- @param about the one patient the request names, NULL when it names none.
CREATE OR REPLACE FUNCTION app.enter(names text[], vals text[], about uuid, OUT at float8, OUT wards text[], OUT relationships text[], OUT is_barred boolean, OUT label text,
  OUT grant_id uuid, OUT grant_purpose text, OUT patient_key uuid, OUT opens boolean) LANGUAGE plpgsql VOLATILE AS $$
#variable_conflict use_variable
DECLARE pseudonym uuid; held text[] := '{}'; remaining text[] := '{}'; kept text[] := '{}'; made text;
BEGIN
  -- Assignments, not PERFORM: what PL/pgSQL can evaluate by itself costs a tenth of a statement.
  FOR i IN 1 .. cardinality(names) LOOP made := set_config('app.' || names[i], vals[i], true); END LOOP;
  at := floor(extract(epoch FROM clock_timestamp()) * 1000);
  relationships := '{}'; is_barred := false; label := 'N'; opens := false; wards := '{}';
  IF app.job_id() IS NOT NULL THEN RETURN; END IF;
  wards := ARRAY(SELECT w FROM app.wards() w);
  made := set_config('app.hands', app.hands_of(wards)::text, true);
  IF about IS NOT NULL THEN
    -- From here on nobody else is reached. The pair is shown for one look, to find the relations by, and shut again.
    made := set_config('app.scope_id', about::text, true);
    made := set_config('app.recorded_id', about::text, true);
    SELECT l.patient_key INTO pseudonym FROM public.patient_links l WHERE l.patient_id = about;
    made := set_config('app.recorded_id', '', true);
    held := ARRAY(SELECT DISTINCT g.relationship FROM public.access_grants g
      WHERE g.patient_key = pseudonym AND g.holder = ANY (app.holders()) AND g.starts_at <= now() AND (g.ends_at IS NULL OR g.ends_at > now()));
    IF cardinality(held) > 0 THEN
      SELECT EXISTS (SELECT FROM app.barred() b WHERE b = pseudonym), coalesce((SELECT p.label FROM public.patient_labels p WHERE p.patient_key = pseudonym), 'N'),
        ARRAY(SELECT DISTINCT w.data_class FROM app.withheld_of(pseudonym) w) INTO is_barred, label, kept;
      IF NOT is_barred THEN remaining := held; END IF;
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
