-- A person at the bed says that a device does not speak for a patient any more, and settles readings whose patient is not sure. What such a device
-- sends under the old name, and what lay between another patient's readings, is kept with the modality that would read it: no model, no chart and no
-- early-warning score sees it until a person says whose it is. Existing rows: none was ever kept with its modality, so both new columns are empty
-- there, and what was kept before cannot be settled.
ALTER TABLE observations ADD COLUMN held_modality text, ADD COLUMN held_outcome text,
  ADD CHECK (held_outcome IN ('this-patient', 'not-this-patient')),
  ADD CHECK (held_modality IS NULL OR (modality IS NOT NULL) = (held_outcome IS NOT DISTINCT FROM 'this-patient'));
CREATE INDEX observations_held ON observations (patient_key) WHERE held_modality IS NOT NULL AND held_outcome IS NULL;

-- From when on a device does not speak for the patient, by whose word, and by whose word it does again.
CREATE TABLE device_ends (
  id uuid NOT NULL PRIMARY KEY,
  patient_key uuid NOT NULL,
  device text NOT NULL,
  ends_at timestamptz(3) NOT NULL,
  issuer text NOT NULL,
  subject text NOT NULL,
  login text NOT NULL,
  lifted_at timestamptz(3),
  lifted_login text
);
CREATE INDEX device_ends_patient ON device_ends (patient_key, device);
CREATE UNIQUE INDEX device_ends_open ON device_ends (patient_key, device) WHERE lifted_at IS NULL;

ALTER TABLE device_ends ENABLE ROW LEVEL SECURITY;
ALTER TABLE device_ends FORCE ROW LEVEL SECURITY;

-- As the table of access writes it (prisma/policies.sql).
-- function tended_key: ward-devices
-- The one patient of the request, while its maker works at that patient’s bed: a look after discharge changes nothing.
CREATE OR REPLACE FUNCTION app.tended_key() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS $$ SELECT CASE WHEN coalesce(app.setting('purpose') = 'TREAT' AND app.has_role('physician', 'nurse'), false) THEN app.reached_by(ARRAY['care-team', 'ward']::text[]) END $$;
REVOKE EXECUTE ON FUNCTION app.tended_key() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.tended_key() TO app_rw, app_worker;

-- policy device_ends.reads: break-glass, radiologist-study, ward-staff
DROP POLICY IF EXISTS reads ON device_ends;
CREATE POLICY reads ON device_ends FOR SELECT TO app_rw
  USING (patient_key = (SELECT app.reached_care_key()) OR patient_key IN (SELECT r FROM app.reach_care() r));

-- policy device_ends.ends: ward-devices
DROP POLICY IF EXISTS ends ON device_ends;
CREATE POLICY ends ON device_ends FOR INSERT TO app_rw
  WITH CHECK (patient_key = (SELECT app.tended_key()) AND issuer = (SELECT app.setting('issuer')) AND subject = (SELECT app.setting('subject')));

-- policy device_ends.lifts: ward-devices
DROP POLICY IF EXISTS lifts ON device_ends;
CREATE POLICY lifts ON device_ends FOR UPDATE TO app_rw
  USING (patient_key = (SELECT app.tended_key()));

-- A source learns of an end only of the patient it writes to, to keep apart what the device sends.
CREATE POLICY heeded ON device_ends FOR SELECT TO app_rw USING (patient_key = ANY ((SELECT app.write_keys())::uuid[]));
GRANT SELECT, INSERT ON device_ends TO app_rw;
GRANT UPDATE (lifted_at, lifted_login) ON device_ends TO app_rw;

-- What is held falls under the consent of what it would be.
-- policy observations.consent
DROP POLICY IF EXISTS consent ON observations;
CREATE POLICY consent ON observations AS RESTRICTIVE FOR SELECT TO app_rw, app_worker
  USING (source_id = (SELECT app.source()) OR (patient_key, CASE WHEN coalesce(modality, held_modality) IN ('vitals', 'labs', 'radiology-report', 'chest-imaging') THEN coalesce(modality, held_modality) ELSE 'other' END) NOT IN (SELECT w.patient_key, w.data_class FROM app.withheld() w));

CREATE POLICY owner_settles_seen ON observations FOR SELECT TO CURRENT_USER
  USING (patient_key = (SELECT app.setting('settling_key'))::uuid AND held_modality IS NOT NULL);
CREATE POLICY owner_settles ON observations FOR UPDATE TO CURRENT_USER
  USING (patient_key = (SELECT app.setting('settling_key'))::uuid AND held_modality IS NOT NULL);
CREATE POLICY owner_settles_seen ON patients FOR SELECT TO CURRENT_USER USING (id = (SELECT app.setting('settling_id'))::uuid);
CREATE POLICY owner_settles ON patients FOR UPDATE TO CURRENT_USER USING (id = (SELECT app.setting('settling_id'))::uuid);

-- Says of all readings of one device that wait whose they are. Runs with the owner's rights, for whoever works at the bed of the request's one
-- patient, and checks that by itself. What is the patient's becomes available at this moment, not earlier, under a new revision.
-- @returns how many readings were settled; those that consent keeps from this reader stay as they are.
CREATE FUNCTION app.settle_held(from_device text, outcome text) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE pseudonym uuid := app.tended_key(); kept text[] := coalesce(string_to_array(app.setting('scope_withheld'), ','), '{}'); raised bigint; moment timestamptz; settled integer;
BEGIN
  IF pseudonym IS NULL THEN RAISE EXCEPTION 'only who works at the bed settles a reading' USING ERRCODE = 'insufficient_privilege'; END IF;
  PERFORM set_config('app.settling_key', pseudonym::text, true), set_config('app.settling_id', app.reached_id()::text, true);
  -- Writers of the patient hold this lock. Never before the last change: a clock that was set back must not make a later row look earlier.
  UPDATE patients SET revision = revision + 1, updated_at = greatest(clock_timestamp(), updated_at) WHERE id = app.reached_id() RETURNING revision, updated_at INTO raised, moment;
  UPDATE observations o SET held_outcome = outcome,
      modality = CASE outcome WHEN 'this-patient' THEN held_modality END,
      revision = CASE outcome WHEN 'this-patient' THEN raised ELSE o.revision END,
      available_at = CASE outcome WHEN 'this-patient' THEN date_trunc('milliseconds', moment) ELSE o.available_at END
    WHERE o.patient_key = pseudonym AND o.device = from_device AND o.held_modality IS NOT NULL AND o.held_outcome IS NULL AND o.superseded_at IS NULL
      AND o.retracted_at IS NULL
      AND CASE WHEN o.held_modality IN ('vitals', 'labs', 'radiology-report', 'chest-imaging') THEN o.held_modality ELSE 'other' END <> ALL (kept);
  GET DIAGNOSTICS settled = ROW_COUNT;
  PERFORM set_config('app.settling_key', '', true), set_config('app.settling_id', '', true);
  RETURN settled;
END $$;

REVOKE EXECUTE ON FUNCTION app.settle_held(text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.settle_held(text, text) TO app_rw;
SELECT app.make_erasable();
