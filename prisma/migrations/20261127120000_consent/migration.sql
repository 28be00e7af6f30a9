-- What patients said about the use of their data, as lines that row-level security reads; labels that close a record to a
-- ward; devices whose collection is paused. Adds no row and changes none.

-- A consent as it was said, sealed; a later one of the same author or identifier is its next version.
CREATE TABLE consents (
  id uuid NOT NULL,
  version integer NOT NULL,
  patient_key uuid NOT NULL,
  status text NOT NULL,
  said_at timestamptz(3) NOT NULL,
  sealed bytea NOT NULL,
  content_mac bytea NOT NULL,
  revision bigint NOT NULL,
  closed_revision bigint,
  available_at timestamptz(3) NOT NULL,
  superseded_at timestamptz(3),
  source_id text,
  issuer text NOT NULL,
  subject text NOT NULL,
  PRIMARY KEY (id, version)
);
CREATE INDEX consents_patient ON consents (patient_key);

-- What it refuses: this use of this class of data, in this stretch of time. `*` is every class.
CREATE TABLE consent_denials (
  consent_id uuid NOT NULL,
  version integer NOT NULL,
  place integer NOT NULL,
  patient_key uuid NOT NULL,
  purpose text NOT NULL,
  data_class text NOT NULL,
  starts_at timestamptz(3) NOT NULL,
  ends_at timestamptz(3),
  revision bigint NOT NULL,
  closed_revision bigint,
  source_id text,
  PRIMARY KEY (consent_id, version, place)
);
CREATE INDEX consent_denials_patient ON consent_denials (patient_key, purpose);
CREATE INDEX consent_denials_whole ON consent_denials (purpose, patient_key) WHERE data_class = '*' AND closed_revision IS NULL;
ALTER TABLE consent_denials
  ADD CHECK (purpose IN ('TREAT', 'ETREAT', 'BTG', 'HRESCH', 'SCORE')),
  ADD CHECK (data_class IN ('vitals', 'labs', 'radiology-report', 'chest-imaging', 'other', '*'));

-- Confidentiality of a whole record beyond normal; V is open to a named care team only.
CREATE TABLE patient_labels (
  patient_key uuid PRIMARY KEY,
  label text NOT NULL CHECK (label IN ('R', 'V')),
  set_at timestamptz(3) NOT NULL,
  source_id text NOT NULL
);

-- From when until when nothing that this device measures is taken in.
CREATE TABLE device_pauses (
  id uuid PRIMARY KEY,
  patient_key uuid NOT NULL,
  device text NOT NULL,
  starts_at timestamptz(3) NOT NULL,
  ends_at timestamptz(3)
);
CREATE INDEX device_pauses_patient ON device_pauses (patient_key, device);
CREATE UNIQUE INDEX device_pauses_open ON device_pauses (patient_key, device) WHERE ends_at IS NULL;

DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['consents', 'consent_denials', 'patient_labels', 'device_pauses'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
  END LOOP;
END $$;

-- The relations that hold now, before anything is struck from them.
CREATE FUNCTION app.held() RETURNS TABLE (patient_key uuid, relationship text) LANGUAGE sql STABLE
  AS $$ SELECT g.patient_key, g.relationship FROM public.access_grants g
        WHERE g.holder = ANY ((SELECT app.holders())::text[]) AND g.starts_at <= now() AND (g.ends_at IS NULL OR g.ends_at > now()) $$;

CREATE FUNCTION app.own_keys() RETURNS SETOF uuid LANGUAGE sql STABLE
  AS $$ SELECT h.patient_key FROM app.held() h WHERE h.relationship = 'own-record' $$;

-- The uses of this transaction that a consent may refuse: its purpose, and being scored for a job of the worker.
CREATE FUNCTION app.uses() RETURNS text[] LANGUAGE sql STABLE
  AS $$ SELECT ARRAY[app.setting('purpose')] || CASE WHEN app.job_id() IS NOT NULL AND app.setting('purpose') = 'TREAT' THEN ARRAY['SCORE'] ELSE '{}' END $$;

-- Patients whose consent refuses everything for this purpose.
CREATE FUNCTION app.barred() RETURNS SETOF uuid LANGUAGE sql STABLE
  AS $$ SELECT d.patient_key FROM public.consent_denials d
        WHERE d.data_class = '*' AND d.closed_revision IS NULL AND d.purpose = app.setting('purpose')
          AND d.starts_at <= now() AND (d.ends_at IS NULL OR d.ends_at > now()) $$;

-- What is withheld of the patients whom this transaction could reach; `*` is said class by class.
CREATE FUNCTION app.withheld() RETURNS TABLE (patient_key uuid, data_class text) LANGUAGE sql STABLE
  AS $$ SELECT d.patient_key, c.data_class
        FROM (SELECT h.patient_key FROM app.held() h UNION SELECT app.job_key()) k JOIN public.consent_denials d ON d.patient_key = k.patient_key
          CROSS JOIN LATERAL unnest(CASE d.data_class WHEN '*' THEN ARRAY['vitals', 'labs', 'radiology-report', 'chest-imaging', 'other'] ELSE ARRAY[d.data_class] END) AS c (data_class)
        WHERE d.closed_revision IS NULL AND d.purpose = ANY ((SELECT app.uses())::text[])
          AND d.starts_at <= now() AND (d.ends_at IS NULL OR d.ends_at > now()) $$;

-- The relations that are left: a consent that refuses the purpose strikes them all, a label strikes ward and department.
CREATE OR REPLACE FUNCTION app.relations() RETURNS TABLE (patient_key uuid, relationship text) LANGUAGE sql STABLE
  AS $$ SELECT h.patient_key, h.relationship FROM app.held() h
        WHERE h.patient_key NOT IN (SELECT b FROM app.barred() b)
          AND NOT (h.relationship IN ('ward', 'discharged-72h', 'recent-study') AND h.patient_key IN (SELECT l.patient_key FROM public.patient_labels l WHERE l.label = 'V')) $$;

REVOKE EXECUTE ON FUNCTION app.held(), app.own_keys(), app.uses(), app.barred(), app.withheld() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.held(), app.own_keys(), app.uses(), app.barred(), app.withheld() TO app_rw, app_worker;

-- A patient whom consent closes keeps the pair of id and pseudonym for whoever holds a relation: the decision names its reason.
DROP POLICY reads ON patient_links;
CREATE POLICY reads ON patient_links FOR SELECT TO app_rw
  USING (patient_key IN (SELECT h.patient_key FROM app.held() h) OR source_id = (SELECT app.source()) OR patient_id = ANY ((SELECT app.write_ids())::uuid[])
         OR patient_key IN (SELECT r FROM app.source_keys() r));

-- The patient's own word, and a source that passes one on.
CREATE POLICY reads ON consents FOR SELECT TO app_rw USING (patient_key IN (SELECT r FROM app.own_keys() r) OR source_id = (SELECT app.source()));
-- The lines are pseudonyms and codes, and open: a line that a policy hid would refuse nothing.
CREATE POLICY reads ON consent_denials FOR SELECT TO app_rw, app_worker USING (true);
CREATE POLICY reads ON patient_labels FOR SELECT TO app_rw, app_worker USING (true);
DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['consents', 'consent_denials'] LOOP
    EXECUTE format('CREATE POLICY writes ON %I FOR INSERT TO app_rw WITH CHECK ((source_id IS NULL AND patient_key IN (SELECT r FROM app.own_keys() r)) OR (source_id = (SELECT app.source()) AND patient_key = ANY ((SELECT app.write_keys())::uuid[])))', t);
    EXECUTE format('CREATE POLICY closes ON %I FOR UPDATE TO app_rw USING ((source_id IS NULL AND patient_key IN (SELECT r FROM app.own_keys() r)) OR (source_id = (SELECT app.source()) AND patient_key = ANY ((SELECT app.write_keys())::uuid[])))', t);
    EXECUTE format('GRANT SELECT, INSERT ON %I TO app_rw', t);
  END LOOP;
END $$;
GRANT UPDATE (superseded_at, closed_revision) ON consents TO app_rw;
GRANT UPDATE (closed_revision) ON consent_denials TO app_rw;
GRANT SELECT ON consent_denials, patient_labels TO app_worker;

CREATE POLICY labels ON patient_labels FOR ALL TO app_rw
  USING (source_id = (SELECT app.source()) AND patient_key = ANY ((SELECT app.write_keys())::uuid[]));
GRANT SELECT, INSERT, UPDATE, DELETE ON patient_labels TO app_rw;

CREATE POLICY own ON device_pauses FOR ALL TO app_rw USING (patient_key IN (SELECT r FROM app.own_keys() r));
-- A source learns of a pause only of the patient it writes to, to refuse what the device sends.
CREATE POLICY heeded ON device_pauses FOR SELECT TO app_rw USING (patient_key = ANY ((SELECT app.write_keys())::uuid[]));
GRANT SELECT, INSERT ON device_pauses TO app_rw;
GRANT UPDATE (ends_at) ON device_pauses TO app_rw;

-- A consent is a change of the record: it raises the patient's revision.
CREATE POLICY raises_own ON patients FOR UPDATE TO app_rw
  USING (id IN (SELECT l.patient_id FROM patient_links l WHERE l.patient_key IN (SELECT r FROM app.own_keys() r)));

-- Consent outweighs every relation. A source goes on reading what it wrote itself: it has it anyway, and must know it to
-- recognise a repeat.
CREATE POLICY consent ON observations AS RESTRICTIVE FOR SELECT TO app_rw, app_worker
  USING (source_id = (SELECT app.source()) OR (patient_key, coalesce(modality, 'other')) NOT IN (SELECT w.patient_key, w.data_class FROM app.withheld() w));
CREATE POLICY consent ON evidence AS RESTRICTIVE FOR SELECT TO app_rw
  USING ((patient_key, modality) NOT IN (SELECT w.patient_key, w.data_class FROM app.withheld() w));
CREATE POLICY consent ON reports AS RESTRICTIVE FOR SELECT TO app_rw, app_worker
  USING (source_id = (SELECT app.source()) OR (patient_key, 'radiology-report') NOT IN (SELECT w.patient_key, w.data_class FROM app.withheld() w));
DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['imaging_studies', 'imaging_series', 'imaging_instances'] LOOP
    EXECUTE format('CREATE POLICY consent ON %I AS RESTRICTIVE FOR SELECT TO app_rw, app_worker USING (source_id = (SELECT app.source()) OR (patient_key, ''chest-imaging'') NOT IN (SELECT w.patient_key, w.data_class FROM app.withheld() w))', t);
  END LOOP;
END $$;
-- The bytes that were sent may hold several classes: where one is withheld only images stay readable, each by its own row.
CREATE POLICY consent ON blobs AS RESTRICTIVE FOR SELECT TO app_rw, app_worker
  USING (source_id = (SELECT app.source()) OR patient_key IS NULL OR patient_key NOT IN (SELECT w.patient_key FROM app.withheld() w)
         OR sha256 IN (SELECT i.blob_sha256 FROM imaging_instances i WHERE i.patient_key = blobs.patient_key));

-- What a paused device measured is not taken in.
CREATE POLICY paused ON observations AS RESTRICTIVE FOR INSERT TO app_rw
  WITH CHECK (device IS NULL OR NOT EXISTS (SELECT FROM device_pauses p WHERE p.patient_key = observations.patient_key AND p.device = observations.device
    AND p.starts_at <= observations.effective_at AND (p.ends_at IS NULL OR observations.effective_at < p.ends_at)));

DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'backup_ro') THEN
    GRANT SELECT ON consents, consent_denials, patient_labels, device_pauses TO backup_ro;
  END IF;
END $$;
