-- One person opened the records of many patients in a short time: the privacy officer is told. Nobody is stopped: care may need it.
-- Counts alone, no patient. Adds a table and policies; no row is touched.
CREATE TABLE reading_alerts (
  id uuid PRIMARY KEY,
  issuer text NOT NULL,
  subject text NOT NULL,
  login text NOT NULL,
  patients integer NOT NULL CHECK (patients > 0),
  from_at timestamptz(3) NOT NULL,
  to_at timestamptz(3) NOT NULL,
  seen_by text,
  seen_at timestamptz(3),
  CHECK ((seen_by IS NULL) = (seen_at IS NULL))
);
CREATE INDEX reading_alerts_person ON reading_alerts (issuer, subject, to_at DESC);
ALTER TABLE reading_alerts ENABLE ROW LEVEL SECURITY;
ALTER TABLE reading_alerts FORCE ROW LEVEL SECURITY;

-- The worker's sweeper counts in the record and writes; the officer reads, and says that an alert was looked at, never one about themselves.
CREATE POLICY sweeps ON audit_events FOR SELECT TO app_worker USING ((SELECT app.setting('sweep')) = 'audit-units');
CREATE POLICY sweeps ON reading_alerts FOR SELECT TO app_worker USING ((SELECT app.setting('sweep')) = 'audit-units');
CREATE POLICY raises ON reading_alerts FOR INSERT TO app_worker WITH CHECK ((SELECT app.setting('sweep')) = 'audit-units' AND seen_by IS NULL);
CREATE POLICY officer_reads ON reading_alerts FOR SELECT TO app_rw USING ((SELECT app.is_officer()));
CREATE POLICY officer_sees ON reading_alerts FOR UPDATE TO app_rw
  USING ((SELECT app.is_officer()) AND seen_by IS NULL AND issuer || '|' || subject <> (SELECT app.me())) WITH CHECK (seen_by = (SELECT app.me()));
GRANT SELECT, INSERT ON reading_alerts TO app_worker;
GRANT SELECT, UPDATE (seen_by, seen_at) ON reading_alerts TO app_rw;
