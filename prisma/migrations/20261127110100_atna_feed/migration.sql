-- The worker hands every event on to the house's audit repository. It may read the record and the outside's ids of patients in
-- that work alone, which says so in its transaction. Changes no row.
GRANT SELECT ON audit_events TO app_worker;
CREATE POLICY atna_feed ON audit_events FOR SELECT TO app_worker USING ((SELECT app.setting('feed')) = 'atna');
CREATE POLICY atna_feed ON patient_links FOR SELECT TO app_worker USING ((SELECT app.setting('feed')) = 'atna');
