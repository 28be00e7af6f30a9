-- What covering parts of a picture showed of a stored score: the second version of its regions, beside the score and never in it,
-- once a score, sealed. New table; no existing row is touched. A score without a row shows its regions as a preview. Rows are
-- about a patient: row-level security as for evidence, the shadow included, and erased with the patient.
CREATE TABLE region_checks (
  assessment_id uuid NOT NULL PRIMARY KEY REFERENCES assessments (id),
  patient_key uuid NOT NULL,
  modality text NOT NULL,
  stored_at timestamptz(3) NOT NULL,
  -- How many regions were named, and how many of them hold.
  regions integer NOT NULL,
  holding integer NOT NULL,
  sealed bytea NOT NULL,
  CHECK (holding >= 0 AND holding <= regions)
);
CREATE INDEX region_checks_patient ON region_checks (patient_key);

ALTER TABLE region_checks ENABLE ROW LEVEL SECURITY;
ALTER TABLE region_checks FORCE ROW LEVEL SECURITY;
CREATE POLICY reads ON region_checks FOR SELECT TO app_rw USING (patient_key IN (SELECT r FROM app.reach_care() r));
CREATE POLICY shown ON region_checks AS RESTRICTIVE FOR SELECT TO app_rw USING (
  (SELECT app.setting('shadow')) IS NULL OR app.is_shown(assessment_id));
-- A sensor that consents have no word for falls under `other`, as for evidence.
CREATE POLICY consent ON region_checks AS RESTRICTIVE FOR SELECT TO app_rw USING (
  (patient_key, CASE WHEN modality IN ('vitals', 'labs', 'radiology-report', 'chest-imaging') THEN modality ELSE 'other' END)
    NOT IN (SELECT w.patient_key, w.data_class FROM app.withheld() w));
CREATE POLICY job_reads ON region_checks FOR SELECT TO app_worker USING (patient_key = (SELECT app.job_key()));
CREATE POLICY job_writes ON region_checks FOR INSERT TO app_worker WITH CHECK (patient_key = (SELECT app.job_key()));
GRANT SELECT ON region_checks TO app_rw;
GRANT SELECT, INSERT ON region_checks TO app_worker;
