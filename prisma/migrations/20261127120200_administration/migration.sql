-- An administrator keeps wards, staff, care teams and sources, never their own. Adds no row and changes none.

-- Who works here, under the name that the identity provider gives; wards are linked in ward_staff.
CREATE TABLE staff (
  issuer text NOT NULL,
  subject text NOT NULL,
  login text NOT NULL,
  name text NOT NULL,
  PRIMARY KEY (issuer, subject)
);

CREATE FUNCTION app.administers() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT coalesce(app.setting('purpose') = 'HSYSADMIN' AND app.has_role('administrator'), false) $$;
-- The pseudonym of the one patient whose reach is asked for, or whose team is kept; read from the pair by its own policy.
CREATE FUNCTION app.kept_key() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT app.setting('reach_key')::uuid $$;
REVOKE EXECUTE ON FUNCTION app.administers(), app.kept_key() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.administers(), app.kept_key() TO app_rw, app_worker;

DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['wards', 'sources', 'ward_staff', 'staff'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY reads ON %I FOR SELECT USING (true)', t);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE ON %I TO app_rw', t);
  END LOOP;
  FOREACH t IN ARRAY ARRAY['wards', 'sources'] LOOP
    EXECUTE format('CREATE POLICY keeps ON %I FOR INSERT TO app_rw WITH CHECK ((SELECT app.administers()))', t);
    EXECUTE format('CREATE POLICY changes ON %I FOR UPDATE TO app_rw USING ((SELECT app.administers()))', t);
  END LOOP;
  FOREACH t IN ARRAY ARRAY['ward_staff', 'staff'] LOOP
    EXECUTE format('CREATE POLICY keeps ON %I FOR INSERT TO app_rw WITH CHECK ((SELECT app.administers()) AND NOT (issuer = (SELECT app.setting(''issuer'')) AND subject = (SELECT app.setting(''subject''))))', t);
    EXECUTE format('CREATE POLICY changes ON %I FOR UPDATE TO app_rw USING ((SELECT app.administers()) AND NOT (issuer = (SELECT app.setting(''issuer'')) AND subject = (SELECT app.setting(''subject''))))', t);
  END LOOP;
END $$;
GRANT SELECT ON staff TO app_worker;

-- Who can reach a patient: the pair of id and pseudonym, and the relations, of the one patient asked about.
CREATE POLICY reached ON patient_links FOR SELECT TO app_rw
  USING (((SELECT app.administers()) OR (SELECT app.is_officer())) AND patient_id = (SELECT app.setting('reach_id'))::uuid);
CREATE POLICY reached ON access_grants FOR SELECT TO app_rw
  USING (((SELECT app.administers()) OR (SELECT app.is_officer())) AND patient_key = (SELECT app.kept_key()));

-- Care teams that an administrator keeps: of the one patient, and never with themselves in it.
CREATE POLICY administers ON care_teams FOR ALL TO app_rw USING ((SELECT app.administers()) AND source_id = 'administration' AND patient_key = (SELECT app.kept_key()));
CREATE POLICY administers ON care_team_members FOR ALL TO app_rw
  USING ((SELECT app.administers()) AND source_id = 'administration' AND patient_key = (SELECT app.kept_key()))
  WITH CHECK ((SELECT app.administers()) AND source_id = 'administration' AND patient_key = (SELECT app.kept_key())
    AND NOT (issuer = (SELECT app.setting('issuer')) AND subject = (SELECT app.setting('subject'))));
CREATE POLICY administers ON access_grants FOR INSERT TO app_rw
  WITH CHECK ((SELECT app.administers()) AND relationship = 'care-team' AND patient_key = (SELECT app.kept_key())
    AND basis IN (SELECT t.id FROM care_teams t WHERE t.source_id = 'administration')
    AND holder <> 'team:' || (SELECT app.setting('issuer')) || '|' || (SELECT app.setting('subject')));
CREATE POLICY administers_ends ON access_grants FOR DELETE TO app_rw
  USING ((SELECT app.administers()) AND patient_key = (SELECT app.kept_key()) AND basis IN (SELECT t.id FROM care_teams t WHERE t.source_id = 'administration'));
