-- Seals what is stored of a patient anew under a fresh data key. Rows change their sealed columns alone, as the owner, and only
-- of the one patient whom the transaction names. Adds a column with a constant default (no table is rewritten), two tables and policies.

-- When this version of a patient's key was made: a run renews whoever has no version that is younger than the run.
ALTER TABLE patient_keys ADD COLUMN made_at timestamptz(3) NOT NULL DEFAULT now();

-- One line a run; without an end it goes on with the next call.
CREATE TABLE key_reseals (
  id uuid PRIMARY KEY,
  began_at timestamptz(3) NOT NULL DEFAULT now(),
  finished_at timestamptz(3)
);
CREATE UNIQUE INDEX key_reseals_one_open ON key_reseals ((finished_at IS NULL)) WHERE finished_at IS NULL;

-- Names of blob files that were written anew under another name, until nobody can be reading the old one: random, about nobody.
CREATE TABLE resealed_files (
  name uuid PRIMARY KEY
);

DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['key_reseals', 'resealed_files'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY owner_reseals ON %I FOR ALL TO CURRENT_USER USING (true) WITH CHECK (true)', t);
  END LOOP;
  FOREACH t IN ARRAY ARRAY['encounters', 'observations', 'reports', 'imaging_studies', 'imaging_series', 'imaging_instances', 'assessments', 'blobs',
      'consents', 'emergency_grants', 'emergency_reviews', 'concordances', 'region_checks'] LOOP
    EXECUTE format('CREATE POLICY owner_reseals_seen ON %I FOR SELECT TO CURRENT_USER USING (patient_key = (SELECT app.setting(''resealing_key''))::uuid)', t);
    EXECUTE format('CREATE POLICY owner_reseals ON %I FOR UPDATE TO CURRENT_USER USING (patient_key = (SELECT app.setting(''resealing_key''))::uuid)', t);
  END LOOP;
  FOREACH t IN ARRAY ARRAY['patient_versions', 'patient_identifiers'] LOOP
    EXECUTE format('CREATE POLICY owner_reseals_seen ON %I FOR SELECT TO CURRENT_USER USING (patient_id = (SELECT app.setting(''resealing_id''))::uuid)', t);
    EXECUTE format('CREATE POLICY owner_reseals ON %I FOR UPDATE TO CURRENT_USER USING (patient_id = (SELECT app.setting(''resealing_id''))::uuid)', t);
  END LOOP;
END $$;
CREATE POLICY owner_reseals_seen ON patients FOR SELECT TO CURRENT_USER USING (id = (SELECT app.setting('resealing_id'))::uuid);
-- For the lock alone: writers of the patient hold it, and so does an erasure.
CREATE POLICY owner_reseals ON patients FOR UPDATE TO CURRENT_USER USING (id = (SELECT app.setting('resealing_id'))::uuid);
CREATE POLICY owner_reseals_seen ON patient_links FOR SELECT TO CURRENT_USER USING (patient_id = (SELECT app.setting('resealing_id'))::uuid);
CREATE POLICY owner_reseals ON patient_keys FOR ALL TO CURRENT_USER
  USING (patient_id = (SELECT app.setting('resealing_id'))::uuid) WITH CHECK (patient_id = (SELECT app.setting('resealing_id'))::uuid);
