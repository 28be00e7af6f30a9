-- Where the sources of one patient agree and contradict each other: one row whenever that changed, written by the worker's job,
-- sealed but for what the radiologist's queue sorts by. And what a radiologist said of a contradiction. New tables; no existing
-- row is touched. Rows are about a patient: row-level security as for scores.
CREATE TABLE concordances (
  id uuid NOT NULL PRIMARY KEY,
  patient_key uuid NOT NULL,
  as_of timestamptz(3) NOT NULL,
  stored_at timestamptz(3) NOT NULL,
  revision bigint NOT NULL,
  bundle text NOT NULL,
  -- Keyed hash of the content without its times: equal content is not stored twice.
  content_mac bytea NOT NULL,
  disagreements integer NOT NULL,
  mislink_suspected boolean NOT NULL,
  sealed bytea NOT NULL,
  CHECK (disagreements >= 0)
);
CREATE INDEX concordances_patient ON concordances (patient_key, as_of DESC, stored_at DESC, id);

CREATE TABLE concordance_reviews (
  id uuid NOT NULL PRIMARY KEY,
  concordance_id uuid NOT NULL UNIQUE REFERENCES concordances (id),
  patient_key uuid NOT NULL,
  outcome text NOT NULL,
  issuer text NOT NULL,
  subject text NOT NULL,
  login text NOT NULL,
  reviewed_at timestamptz(3) NOT NULL,
  CHECK (outcome IN ('report-stands', 'film-stands', 'both-possible', 'not-this-patient'))
);
CREATE INDEX concordance_reviews_patient ON concordance_reviews (patient_key);

DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['concordances', 'concordance_reviews']
  LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY reads ON %I FOR SELECT TO app_rw USING (patient_key IN (SELECT r FROM app.reach_care() r))', t);
    EXECUTE format('CREATE POLICY job_reads ON %I FOR SELECT TO app_worker USING (patient_key = (SELECT app.job_key()))', t);
    EXECUTE format('GRANT SELECT, INSERT ON %I TO app_rw', t);
    EXECUTE format('GRANT SELECT ON %I TO app_worker', t);
  END LOOP;
END $$;

CREATE POLICY job_writes ON concordances FOR INSERT TO app_worker WITH CHECK (patient_key = (SELECT app.job_key()));
GRANT INSERT ON concordances TO app_worker;
REVOKE INSERT ON concordances FROM app_rw;
-- Only a radiologist says how a contradiction ends, in their own name, of a patient whom they reach.
CREATE POLICY reviews ON concordance_reviews FOR INSERT TO app_rw WITH CHECK (
  (SELECT app.has_role('radiologist')) AND subject = (SELECT app.setting('subject')) AND patient_key IN (SELECT r FROM app.reach_care() r));
