-- Retention of the record of accesses. Bytes of events may go after six years (45 CFR 164.316(b)(2)(i)); their leaves never do,
-- so that every proof that was ever given out still verifies. No row is touched here.

-- The owner alone, only what is old enough, and nothing of a patient under a legal hold: the database says so, not a program.
CREATE FUNCTION app.may_expire(recorded timestamptz, pseudonym uuid) RETURNS boolean LANGUAGE sql STABLE
  AS $$ SELECT recorded < now() - interval '6 years' AND NOT EXISTS (
          SELECT FROM public.legal_holds h JOIN public.patient_links l ON l.patient_id = h.patient_id WHERE h.lifted_at IS NULL AND l.patient_key = pseudonym) $$;
CREATE POLICY expires_seen ON audit_events FOR SELECT TO CURRENT_USER USING (recorded_at < now() - interval '6 years');
CREATE POLICY expires ON audit_events FOR DELETE TO CURRENT_USER USING (app.may_expire(recorded_at, patient_key));
CREATE POLICY expires_seen ON audit_leaves FOR SELECT TO CURRENT_USER USING (true);
CREATE POLICY expires_seen ON audit_checkpoints FOR SELECT TO CURRENT_USER USING (true);
-- Which pseudonym a hold is about: asked for the patients under hold alone.
CREATE POLICY held ON patient_links FOR SELECT TO CURRENT_USER
  USING (patient_id IN (SELECT h.patient_id FROM legal_holds h WHERE h.lifted_at IS NULL));

-- Insert-only stays the rule; the one exception says its name first, and row-level security above bounds what it reaches.
CREATE OR REPLACE FUNCTION app.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' AND TG_TABLE_NAME = 'audit_events' AND app.setting('retiring') = 'audit_events' THEN RETURN NULL; END IF;
  RAISE EXCEPTION 'the record of accesses is insert-only';
END $$;
