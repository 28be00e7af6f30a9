-- A score whose model was not tested on real patients of a setting like this one stays in the shadow: outside the demo it is
-- computed and stored, and no reader gets it, until a steward has recorded a local validation of that bundle, question and set
-- of inputs for the ward where the patient lay when it was made. Changes no row; only what app_rw may read of those there are.
-- The setting `shadow` comes from the process (on outside the demo), never from a request.
CREATE POLICY shown ON assessments AS RESTRICTIVE FOR SELECT TO app_rw USING (
  (SELECT app.setting('shadow')) IS NULL
  OR outcome = 'abstained'
  OR evidence_level IN ('real-external', 'real-internal')
  OR EXISTS (
    SELECT FROM local_validations v JOIN encounter_locations l ON l.ward_id = v.ward_id
    JOIN encounters e ON e.id = l.encounter_id AND e.version = l.version AND e.superseded_at IS NULL AND e.retracted_at IS NULL
    WHERE v.withdrawn_at IS NULL AND v.bundle = assessments.bundle AND v.task = assessments.task AND v.pattern = assessments.pattern
      AND l.encounter_id = assessments.encounter_id AND coalesce(l.status, 'active') IN ('active', 'completed')
      AND (l.starts_at IS NULL OR l.starts_at <= assessments.as_of) AND (l.ends_at IS NULL OR l.ends_at > assessments.as_of)));

-- What a score rests on is shown with the score, or not at all.
CREATE POLICY shown ON evidence AS RESTRICTIVE FOR SELECT TO app_rw USING (
  (SELECT app.setting('shadow')) IS NULL OR EXISTS (SELECT FROM assessments a WHERE a.id = evidence.assessment_id));
