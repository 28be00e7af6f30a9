-- What a site found when it checked a score on its own patients: aggregates that a steward records, per bundle, task, set of
-- inputs and ward. A new table: no existing row is touched. Nothing is changed later but the moment it was withdrawn.
-- The table of bundles goes: no program ever wrote it, the bundles of the installation and the file beside its data say more.
CREATE TABLE local_validations (
  id uuid NOT NULL PRIMARY KEY,
  bundle text NOT NULL,
  task text NOT NULL,
  pattern text[] NOT NULL,
  ward_id text NOT NULL REFERENCES wards (id),
  patients integer NOT NULL,
  events integer NOT NULL,
  auroc double precision,
  slope double precision,
  observed_expected double precision,
  note text NOT NULL,
  issuer text NOT NULL,
  subject text NOT NULL,
  login text NOT NULL,
  recorded_at timestamptz(3) NOT NULL,
  withdrawn_at timestamptz(3),
  withdrawn_by text,
  CHECK (patients > 0 AND events >= 0 AND events <= patients),
  CHECK (auroc IS NULL OR auroc BETWEEN 0 AND 1),
  CHECK (cardinality(pattern) > 0),
  CHECK ((withdrawn_at IS NULL) = (withdrawn_by IS NULL))
);
CREATE INDEX local_validations_task ON local_validations (bundle, task, ward_id);

ALTER TABLE local_validations ENABLE ROW LEVEL SECURITY;
ALTER TABLE local_validations FORCE ROW LEVEL SECURITY;
-- Everyone who shows a score must know whether it was checked here; only a steward says so.
CREATE POLICY reads ON local_validations FOR SELECT TO app_rw, app_worker USING (true);
CREATE POLICY writes ON local_validations FOR INSERT TO app_rw
  WITH CHECK ((SELECT app.has_role('steward')) AND subject = (SELECT app.setting('subject')));
CREATE POLICY withdraws ON local_validations FOR UPDATE TO app_rw
  USING ((SELECT app.has_role('steward')) AND withdrawn_at IS NULL) WITH CHECK (withdrawn_at IS NOT NULL);
GRANT SELECT, INSERT ON local_validations TO app_rw;
GRANT UPDATE (withdrawn_at, withdrawn_by) ON local_validations TO app_rw;
GRANT SELECT ON local_validations TO app_worker;

DROP TABLE model_bundles;
