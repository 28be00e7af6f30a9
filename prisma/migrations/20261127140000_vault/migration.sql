-- Patients' keys leave the database, and the free text that still stood open in a column gets a sealed one beside it. Rows are
-- moved afterwards by the program that holds the keys (schema/move-keys.ts), for SQL has none. Locks last milliseconds: no
-- table is rewritten.

-- A row still says, under row-level security, who may fetch whose keys; the key itself is in the key store.
ALTER TABLE patient_keys ALTER COLUMN wrapped DROP NOT NULL;

ALTER TABLE observations ADD COLUMN text_sealed bytea;
ALTER TABLE imaging_studies ADD COLUMN description_sealed bytea;
ALTER TABLE imaging_series ADD COLUMN description_sealed bytea;

-- Free text of an event of the record is sealed under the patient's key by whoever writes the event, and opened by the privacy
-- officer who reads it: for both the row that stands for the key is shown, for exactly that patient.
CREATE POLICY recorded ON patient_keys FOR SELECT TO app_rw USING (patient_id = (SELECT app.setting('recorded_id'))::uuid);
CREATE POLICY audited ON patient_keys FOR SELECT TO app_rw
  USING ((SELECT app.has_role('privacy') AND app.setting('purpose') = 'HOPERAT') AND
         (patient_id = (SELECT app.setting('audited_id'))::uuid OR patient_id IN (
           SELECT l.patient_id FROM patient_links l WHERE l.patient_key = ANY ((SELECT string_to_array(app.setting('audited_keys'), ','))::uuid[]))));
