-- A patient sees who looked: the events about the person whose own record it is, and nobody else's. Changes no row.
CREATE POLICY own_report ON audit_events FOR SELECT TO app_rw
  USING ((SELECT app.has_role('patient') AND app.setting('purpose') = 'PATRQT')
         AND patient_key IN (SELECT r.patient_key FROM app.relations() r WHERE r.relationship = 'own-record'));
