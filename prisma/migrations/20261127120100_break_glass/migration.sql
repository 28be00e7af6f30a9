-- Looking past the usual relations in an emergency: the look-up, the grant of at most an hour, its end and its review. Each row is
-- written once. Adds no row and changes none.

CREATE TABLE emergency_lookups (
  id uuid PRIMARY KEY,
  issuer text NOT NULL,
  subject text NOT NULL,
  -- The identifier that was asked for, in its look-up form: to count the look-ups of one patient, found or not.
  value_index bytea NOT NULL,
  -- Whom it found; NULL when identifier and birth date did not name one patient.
  patient_key uuid,
  looked_at timestamptz(3) NOT NULL
);
CREATE INDEX emergency_lookups_actor ON emergency_lookups (issuer, subject, looked_at);
CREATE INDEX emergency_lookups_value ON emergency_lookups (value_index, looked_at);

CREATE TABLE emergency_grants (
  id uuid PRIMARY KEY,
  patient_key uuid NOT NULL,
  issuer text NOT NULL,
  subject text NOT NULL,
  login text NOT NULL,
  purpose text NOT NULL,
  reason_code text NOT NULL,
  reason_sealed bytea NOT NULL,
  starts_at timestamptz(3) NOT NULL,
  ends_at timestamptz(3) NOT NULL
);
CREATE INDEX emergency_grants_actor ON emergency_grants (issuer, subject, starts_at);
ALTER TABLE emergency_grants
  ADD CHECK (purpose IN ('BTG', 'ETREAT')),
  ADD CHECK (ends_at > starts_at AND ends_at <= starts_at + interval '60 minutes');

-- How it ended: given back, or its time was over.
CREATE TABLE emergency_ends (
  grant_id uuid PRIMARY KEY REFERENCES emergency_grants (id),
  patient_key uuid NOT NULL,
  how text NOT NULL CHECK (how IN ('returned', 'expired')),
  ended_at timestamptz(3) NOT NULL
);

CREATE TABLE emergency_reviews (
  grant_id uuid PRIMARY KEY REFERENCES emergency_grants (id),
  patient_key uuid NOT NULL,
  issuer text NOT NULL,
  subject text NOT NULL,
  login text NOT NULL,
  finding text NOT NULL CHECK (finding IN ('justified', 'not-justified')),
  note_sealed bytea NOT NULL,
  closed_at timestamptz(3) NOT NULL
);

ALTER TABLE access_grants DROP CONSTRAINT access_grants_relationship_check;
ALTER TABLE access_grants ADD CHECK (relationship IN ('ward', 'discharged-72h', 'care-team', 'recent-study', 'own-record', 'own-source', 'break-glass'));

DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['emergency_lookups', 'emergency_grants', 'emergency_ends', 'emergency_reviews'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('GRANT SELECT, INSERT ON %I TO app_rw', t);
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'backup_ro') THEN
      EXECUTE format('GRANT SELECT ON %I TO backup_ro', t);
    END IF;
  END LOOP;
END $$;

-- Who may break the glass, while they say that this is what they do.
CREATE FUNCTION app.breaks_glass() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT coalesce(app.setting('purpose') IN ('BTG', 'ETREAT') AND app.has_role('physician', 'nurse'), false) $$;
CREATE FUNCTION app.is_officer() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT coalesce(app.setting('purpose') = 'HOPERAT' AND app.has_role('privacy'), false) $$;
-- The patient whom exactly this identifier names.
CREATE FUNCTION app.sought_ids() RETURNS SETOF uuid LANGUAGE sql STABLE
  AS $$ SELECT i.patient_id FROM public.patient_identifiers i WHERE app.breaks_glass() AND i.value_index = decode(app.setting('lookup'), 'hex') $$;

CREATE OR REPLACE FUNCTION app.holders() RETURNS text[] LANGUAGE sql STABLE
  AS $$ SELECT ARRAY(
    SELECT 'ward:' || w FROM app.wards() w WHERE app.setting('purpose') = 'TREAT' AND app.has_role('physician', 'nurse')
    UNION ALL
    SELECT 'team:' || app.setting('issuer') || '|' || app.setting('subject')
      WHERE app.setting('purpose') = 'TREAT' AND app.has_role('physician', 'nurse', 'radiologist')
    UNION ALL
    SELECT 'radiology' WHERE app.setting('purpose') = 'TREAT' AND app.has_role('radiologist')
    UNION ALL
    SELECT 'glass:' || app.setting('issuer') || '|' || app.setting('subject') WHERE app.breaks_glass()
    UNION ALL
    SELECT 'self:' || app.setting('issuer') || '|' || app.setting('subject') WHERE app.setting('purpose') = 'PATRQT' AND app.has_role('patient')) $$;

REVOKE EXECUTE ON FUNCTION app.breaks_glass(), app.is_officer(), app.sought_ids() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.breaks_glass(), app.is_officer(), app.sought_ids() TO app_rw, app_worker;

CREATE POLICY sought ON patient_identifiers FOR SELECT TO app_rw
  USING ((SELECT app.breaks_glass()) AND value_index = (SELECT decode(app.setting('lookup'), 'hex')));
-- The pair of id and pseudonym cannot ask for the identifier here (its own policy asks for the pair): the id that it found.
CREATE POLICY sought ON patient_links FOR SELECT TO app_rw USING ((SELECT app.breaks_glass()) AND patient_id = (SELECT app.setting('sought_id'))::uuid);
DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['patient_versions', 'patient_keys'] LOOP
    EXECUTE format('CREATE POLICY sought ON %I FOR SELECT TO app_rw USING (patient_id IN (SELECT s FROM app.sought_ids() s))', t);
  END LOOP;
END $$;

CREATE POLICY own ON emergency_lookups FOR SELECT TO app_rw
  USING (issuer = (SELECT app.setting('issuer')) AND subject = (SELECT app.setting('subject')));
CREATE POLICY counted ON emergency_lookups FOR SELECT TO app_rw
  USING ((SELECT app.breaks_glass()) AND value_index = (SELECT decode(app.setting('lookup'), 'hex')));
CREATE POLICY writes ON emergency_lookups FOR INSERT TO app_rw
  WITH CHECK ((SELECT app.breaks_glass()) AND issuer = (SELECT app.setting('issuer')) AND subject = (SELECT app.setting('subject'))
    AND (patient_key IS NULL OR patient_key IN (SELECT l.patient_key FROM patient_links l JOIN patient_identifiers i ON i.patient_id = l.patient_id WHERE i.value_index = emergency_lookups.value_index)));

-- Whoever found the patient a moment ago seals their reason under the patient's key.
CREATE POLICY found ON patient_keys FOR SELECT TO app_rw
  USING ((SELECT app.breaks_glass()) AND patient_id IN (SELECT l.patient_id FROM patient_links l JOIN emergency_lookups e ON e.patient_key = l.patient_key
    WHERE e.issuer = (SELECT app.setting('issuer')) AND e.subject = (SELECT app.setting('subject')) AND e.looked_at > now() - interval '15 minutes'));

CREATE POLICY own ON emergency_grants FOR SELECT TO app_rw
  USING (issuer = (SELECT app.setting('issuer')) AND subject = (SELECT app.setting('subject')));
CREATE POLICY reviewed ON emergency_grants FOR SELECT TO app_rw USING ((SELECT app.is_officer()));
-- Only for a patient found by this actor within a quarter of an hour, from now on, and never where consent refuses it.
CREATE POLICY writes ON emergency_grants FOR INSERT TO app_rw
  WITH CHECK ((SELECT app.breaks_glass()) AND issuer = (SELECT app.setting('issuer')) AND subject = (SELECT app.setting('subject')) AND purpose = (SELECT app.setting('purpose'))
    AND starts_at <= now() AND ends_at <= now() + interval '60 minutes'
    AND patient_key IN (SELECT l.patient_key FROM emergency_lookups l WHERE l.issuer = (SELECT app.setting('issuer')) AND l.subject = (SELECT app.setting('subject'))
      AND l.looked_at > now() - interval '15 minutes')
    AND patient_key NOT IN (SELECT b FROM app.barred() b));

CREATE POLICY follows ON emergency_ends FOR SELECT TO app_rw USING (grant_id IN (SELECT g.id FROM emergency_grants g));
CREATE POLICY returns ON emergency_ends FOR INSERT TO app_rw
  WITH CHECK (how = 'returned' AND grant_id IN (SELECT g.id FROM emergency_grants g WHERE g.issuer = (SELECT app.setting('issuer')) AND g.subject = (SELECT app.setting('subject'))));
CREATE POLICY follows ON emergency_reviews FOR SELECT TO app_rw USING (grant_id IN (SELECT g.id FROM emergency_grants g));
-- Closed by the officer, and by nobody for themselves.
CREATE POLICY closes ON emergency_reviews FOR INSERT TO app_rw
  WITH CHECK ((SELECT app.is_officer()) AND issuer = (SELECT app.setting('issuer')) AND subject = (SELECT app.setting('subject'))
    AND grant_id IN (SELECT g.id FROM emergency_grants g WHERE NOT (g.issuer = (SELECT app.setting('issuer')) AND g.subject = (SELECT app.setting('subject')))));

-- The officer reads the reason that was given: the pair of id and pseudonym and the key of the patients of grants alone.
CREATE POLICY reviewed ON patient_links FOR SELECT TO app_rw
  USING ((SELECT app.is_officer()) AND patient_key IN (SELECT g.patient_key FROM emergency_grants g));
CREATE POLICY reviewed ON patient_keys FOR SELECT TO app_rw
  USING ((SELECT app.is_officer()) AND patient_id IN (SELECT l.patient_id FROM patient_links l JOIN emergency_grants g ON g.patient_key = l.patient_key));

-- The relation of a grant lives exactly as long as the grant.
CREATE POLICY glass ON access_grants FOR INSERT TO app_rw
  WITH CHECK (relationship = 'break-glass' AND holder = 'glass:' || (SELECT app.setting('issuer')) || '|' || (SELECT app.setting('subject'))
    AND EXISTS (SELECT FROM emergency_grants g WHERE g.id = basis AND g.patient_key = access_grants.patient_key AND g.ends_at = access_grants.ends_at
      AND g.issuer = (SELECT app.setting('issuer')) AND g.subject = (SELECT app.setting('subject'))));
CREATE POLICY glass_ends ON access_grants FOR DELETE TO app_rw
  USING (relationship = 'break-glass' AND holder = 'glass:' || (SELECT app.setting('issuer')) || '|' || (SELECT app.setting('subject')));

-- The worker's sweeper says that a grant's time is over.
GRANT SELECT ON emergency_grants, emergency_ends TO app_worker;
GRANT INSERT ON emergency_ends TO app_worker;
CREATE POLICY sweeps ON emergency_grants FOR SELECT TO app_worker USING ((SELECT app.setting('sweep')) = 'audit-units');
CREATE POLICY sweeps ON emergency_ends FOR ALL TO app_worker
  USING ((SELECT app.setting('sweep')) = 'audit-units') WITH CHECK ((SELECT app.setting('sweep')) = 'audit-units' AND how = 'expired');
