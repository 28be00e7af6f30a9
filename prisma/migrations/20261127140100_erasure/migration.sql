-- Erasure of a patient: asked for by one person, confirmed by another, done by the worker through one function that refuses
-- anything else. Adds tables and policies; no row of a patient is touched.

CREATE TABLE erasure_requests (
  id uuid PRIMARY KEY,
  -- Until it is done; NULL afterwards.
  patient_id uuid,
  reason text NOT NULL,
  state text NOT NULL,
  requested_by text NOT NULL,
  requested_at timestamptz(3) NOT NULL,
  confirmed_by text,
  confirmed_at timestamptz(3),
  executed_at timestamptz(3)
);
CREATE INDEX erasure_requests_patient ON erasure_requests (patient_id);
ALTER TABLE erasure_requests
  ADD CHECK (reason IN ('no-longer-needed', 'consent-withdrawn', 'objection', 'unlawful', 'legal-obligation')),
  ADD CHECK (state IN ('requested', 'confirmed', 'executed', 'withdrawn')),
  -- Two people, and the database says so too.
  ADD CHECK (confirmed_by <> requested_by),
  ADD CHECK ((state IN ('confirmed', 'executed')) = (confirmed_by IS NOT NULL));

CREATE TABLE legal_holds (
  id uuid PRIMARY KEY,
  patient_id uuid NOT NULL,
  basis text NOT NULL,
  placed_by text NOT NULL,
  placed_at timestamptz(3) NOT NULL,
  lifted_by text,
  lifted_at timestamptz(3)
);
CREATE INDEX legal_holds_patient ON legal_holds (patient_id);
ALTER TABLE legal_holds ADD CHECK (basis IN ('litigation', 'investigation', 'authority', 'public-health'));

-- Pseudonyms whose patient was erased: their scores stay. No row joins one to a request or an id.
CREATE TABLE erased_keys (
  pseudonym uuid PRIMARY KEY
);

-- Names of blob files that an erasure still has to remove: random, and about nobody.
CREATE TABLE erasure_files (
  request_id uuid NOT NULL REFERENCES erasure_requests (id),
  name uuid NOT NULL,
  PRIMARY KEY (request_id, name)
);

DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['erasure_requests', 'legal_holds', 'erasure_files', 'erased_keys'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
  END LOOP;
END $$;

CREATE FUNCTION app.me() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT app.setting('issuer') || '|' || app.setting('subject') $$;
CREATE FUNCTION app.is_second() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT coalesce(app.is_officer() OR (app.has_role('administrator') AND app.setting('purpose') = 'HSYSADMIN'), false) $$;

CREATE POLICY reads ON legal_holds FOR SELECT TO app_rw USING ((SELECT app.is_second()));
CREATE POLICY places ON legal_holds FOR INSERT TO app_rw WITH CHECK ((SELECT app.is_officer()) AND placed_by = (SELECT app.me()));
CREATE POLICY lifts ON legal_holds FOR UPDATE TO app_rw USING ((SELECT app.is_officer())) WITH CHECK (lifted_by = (SELECT app.me()));
CREATE POLICY job_reads ON legal_holds FOR SELECT TO app_worker USING (patient_id = (SELECT app.job_id()));
GRANT SELECT, INSERT ON legal_holds TO app_rw;
GRANT UPDATE (lifted_by, lifted_at) ON legal_holds TO app_rw;
GRANT SELECT ON legal_holds TO app_worker;

CREATE POLICY reads ON erasure_requests FOR SELECT TO app_rw USING ((SELECT app.is_second()));
CREATE POLICY asks ON erasure_requests FOR INSERT TO app_rw
  WITH CHECK ((SELECT app.is_officer()) AND state = 'requested' AND requested_by = (SELECT app.me())
    AND NOT EXISTS (SELECT FROM legal_holds h WHERE h.patient_id = erasure_requests.patient_id AND h.lifted_at IS NULL));
CREATE POLICY confirms ON erasure_requests FOR UPDATE TO app_rw USING ((SELECT app.is_second()) AND state = 'requested')
  WITH CHECK (state = 'withdrawn' OR (state = 'confirmed' AND confirmed_by = (SELECT app.me()) AND requested_by <> (SELECT app.me())
    AND NOT EXISTS (SELECT FROM legal_holds h WHERE h.patient_id = erasure_requests.patient_id AND h.lifted_at IS NULL)));
CREATE POLICY job_reads ON erasure_requests FOR SELECT TO app_worker
  USING (patient_id = (SELECT app.job_id()));
CREATE POLICY job_reads ON erased_keys FOR SELECT TO app_worker USING ((SELECT app.setting('erased_assessment')) IS NOT NULL);
GRANT SELECT ON erased_keys TO app_worker;
GRANT SELECT, INSERT ON erasure_requests TO app_rw;
GRANT UPDATE (state, confirmed_by, confirmed_at) ON erasure_requests TO app_rw;
GRANT SELECT ON erasure_requests TO app_worker;
-- After a restore the ledger outside the database asks again; whoever restores is the owner.
CREATE POLICY restored ON erasure_requests FOR ALL TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY restored ON erasure_files FOR ALL TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY restored ON erased_keys FOR ALL TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY restored ON legal_holds FOR ALL TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE POLICY restored ON patient_keys FOR SELECT TO CURRENT_USER USING (true);

-- True for the one patient of a job whose erasure two people asked for and no hold forbids.
CREATE FUNCTION app.is_erasing() RETURNS boolean LANGUAGE sql STABLE
  AS $$ SELECT EXISTS (SELECT FROM public.erasure_requests r WHERE r.patient_id = app.job_id() AND r.state = 'confirmed')
         AND NOT EXISTS (SELECT FROM public.legal_holds h WHERE h.patient_id = app.job_id() AND h.lifted_at IS NULL) $$;

-- What waits to be matched is opened and compared by who erases: it may name the patient.
CREATE POLICY erases ON reconcile_items FOR SELECT TO app_worker USING ((SELECT app.is_erasing()));
GRANT SELECT ON reconcile_items TO app_worker;

-- The score of an erased patient stays, as numbers under a pseudonym that leads nowhere: a replay answers with it.
CREATE POLICY erased ON assessments FOR SELECT TO app_worker
  USING (id = (SELECT app.setting('erased_assessment'))::uuid AND patient_key IN (SELECT k.pseudonym FROM erased_keys k));

-- Every table that holds a patient lets the owner delete exactly the rows of the patient being erased, but those that stay:
-- the record of accesses, and the scores. Again it adds what a newer migration brought.
CREATE FUNCTION app.make_erasable() RETURNS void LANGUAGE plpgsql AS $$
DECLARE t record; condition text;
BEGIN
  FOR t IN SELECT c.relname AS name, array_agg(a.attname::text) AS columns FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
      WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND c.relname <> ALL (app.kept_after_erasure())
        AND (a.attname IN ('patient_key', 'patient_id') OR (c.relname = 'patients' AND a.attname = 'id')) GROUP BY 1
  LOOP
    CONTINUE WHEN EXISTS (SELECT FROM pg_policies p WHERE p.schemaname = 'public' AND p.tablename = t.name AND p.policyname = 'owner_erases');
    condition := CASE WHEN 'patient_key' = ANY (t.columns) THEN 'patient_key = (SELECT app.setting(''erasing_key''))::uuid'
                      WHEN t.name = 'patients' THEN 'id = (SELECT app.setting(''erasing_id''))::uuid'
                      ELSE 'patient_id = (SELECT app.setting(''erasing_id''))::uuid' END;
    EXECUTE format('CREATE POLICY owner_erases ON %I FOR ALL TO CURRENT_USER USING (%s) WITH CHECK (false)', t.name, condition);
  END LOOP;
END $$;
CREATE FUNCTION app.kept_after_erasure() RETURNS text[] LANGUAGE sql IMMUTABLE AS $$ SELECT ARRAY[
  'assessments', 'audit_events', 'audit_units', 'audit_unit_marks', 'audit_unit_tallies', 'audit_unit_closings', 'audit_leaves',
  'erasure_requests', 'legal_holds', 'erasure_files', 'erased_keys'] $$;
REVOKE EXECUTE ON FUNCTION app.make_erasable() FROM PUBLIC;
SELECT app.make_erasable();
CREATE POLICY owner_erases_link ON patient_links FOR SELECT TO CURRENT_USER USING (patient_id = (SELECT app.setting('erasing_id'))::uuid);
-- Arrivals that were never matched have no pseudonym; the ones that name the patient are given by id.
CREATE POLICY owner_erases_items ON reconcile_items FOR ALL TO CURRENT_USER
  USING (id = ANY ((SELECT string_to_array(app.setting('erasing_items'), ','))::uuid[])) WITH CHECK (false);
CREATE POLICY owner_erases_unmatched ON blobs FOR ALL TO CURRENT_USER
  USING (patient_key IS NULL AND sha256 IN (SELECT i.blob_sha256 FROM reconcile_items i)) WITH CHECK (false);

-- Runs with the owner's rights, for the worker alone, and checks by itself that two people asked for exactly this.
-- @returns names of blob files that are to be removed from the disk.
CREATE FUNCTION app.erase(items uuid[]) RETURNS SETOF uuid LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE who uuid := app.job_id(); pseudonym uuid; request uuid; t record; waiting text[]; next_round text[];
BEGIN
  IF who IS NULL OR NOT app.is_erasing() THEN
    RAISE EXCEPTION 'no confirmed request, or a legal hold' USING ERRCODE = 'insufficient_privilege';
  END IF;
  SELECT r.id INTO request FROM erasure_requests r WHERE r.patient_id = who AND r.state = 'confirmed' ORDER BY r.confirmed_at LIMIT 1;
  PERFORM set_config('app.erasing_id', who::text, true);
  -- Writers of the patient hold this lock: none of them goes on after the rows are gone.
  PERFORM 1 FROM patients WHERE id = who FOR UPDATE;
  SELECT l.patient_key INTO pseudonym FROM patient_links l WHERE l.patient_id = who;
  PERFORM set_config('app.erasing_key', coalesce(pseudonym::text, ''), true), set_config('app.erasing_items', array_to_string(items, ','), true);
  INSERT INTO erasure_files SELECT request, b.name FROM blobs b WHERE b.sealed IS NULL
    AND (b.patient_key = pseudonym OR (b.patient_key IS NULL AND b.sha256 IN (SELECT i.blob_sha256 FROM reconcile_items i WHERE i.id = ANY (items)))) ON CONFLICT DO NOTHING;
  DELETE FROM blobs b WHERE b.patient_key = pseudonym
    OR (b.patient_key IS NULL AND b.sha256 IN (SELECT i.blob_sha256 FROM reconcile_items i WHERE i.id = ANY (items)));
  DELETE FROM reconcile_items i WHERE i.id = ANY (items);
  SELECT array_agg(p.tablename::text) INTO waiting FROM pg_policies p WHERE p.schemaname = 'public' AND p.policyname = 'owner_erases' AND p.tablename <> 'blobs';
  WHILE cardinality(waiting) > 0 LOOP
    next_round := '{}';
    FOR t IN SELECT unnest(waiting) AS name LOOP
      BEGIN
        EXECUTE format('DELETE FROM %I', t.name);
      EXCEPTION WHEN foreign_key_violation THEN next_round := next_round || t.name; -- What points at it goes first.
      END;
    END LOOP;
    IF cardinality(next_round) = cardinality(waiting) THEN RAISE EXCEPTION 'rows point at the patient in a circle'; END IF;
    waiting := next_round;
  END LOOP;
  INSERT INTO erased_keys SELECT pseudonym WHERE pseudonym IS NOT NULL ON CONFLICT DO NOTHING;
  RETURN QUERY SELECT f.name FROM erasure_files f WHERE f.request_id = request;
END $$;

-- The last step, once keys and files are gone: the request forgets whom it was about.
CREATE FUNCTION app.erase_done() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  DELETE FROM erasure_files f USING erasure_requests r WHERE r.id = f.request_id AND r.patient_id = app.job_id() AND r.state = 'confirmed';
  UPDATE erasure_requests SET state = 'executed', executed_at = clock_timestamp(), patient_id = NULL WHERE patient_id = app.job_id() AND state = 'confirmed';
  UPDATE erasure_requests SET state = 'withdrawn', patient_id = NULL WHERE patient_id = app.job_id() AND state = 'requested';
END $$;

-- Deleted rows stand in their pages until the table is rewritten. CLUSTER does what VACUUM FULL does, and may run in a function.
CREATE FUNCTION app.rewrite_links() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  CLUSTER patient_links USING patient_links_pkey;
  CLUSTER patient_identifiers USING patient_identifiers_pkey;
  CLUSTER patient_search_terms USING patient_search_terms_pkey;
  CLUSTER patient_keys USING patient_keys_pkey;
  CLUSTER patient_accounts USING patient_accounts_pkey;
  CLUSTER access_grants USING access_grants_pkey;
  CLUSTER erasure_requests USING erasure_requests_pkey;
  CLUSTER encounters USING encounters_pkey;
  CLUSTER reports USING reports_pkey;
  CLUSTER imaging_studies USING imaging_studies_pkey;
END $$;

REVOKE EXECUTE ON FUNCTION app.erase(uuid[]), app.erase_done(), app.rewrite_links() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.erase(uuid[]), app.erase_done(), app.rewrite_links(), app.is_erasing() TO app_worker;
GRANT EXECUTE ON FUNCTION app.me(), app.is_second() TO app_rw, app_worker;
