-- A sensor that consents have no word for falls under `other`: a patient who refuses everything, or everything else, refuses it too.
-- Existing rows: none carries another modality than the four, so nothing that is readable today becomes unreadable or the reverse.
ALTER POLICY consent ON observations
  USING (source_id = (SELECT app.source())
    OR (patient_key, CASE WHEN modality IN ('vitals', 'labs', 'radiology-report', 'chest-imaging') THEN modality ELSE 'other' END)
       NOT IN (SELECT w.patient_key, w.data_class FROM app.withheld() w));
ALTER POLICY consent ON evidence
  USING ((patient_key, CASE WHEN modality IN ('vitals', 'labs', 'radiology-report', 'chest-imaging') THEN modality ELSE 'other' END)
       NOT IN (SELECT w.patient_key, w.data_class FROM app.withheld() w));
