import { CONSENT_CLASSES } from '@concord/core/clinical';
import { words, type Facts } from './facts.ts';
import type { FunctionSpec } from './statement.ts';
import { withoutRelations } from './reach.ts';

/**
 * Begins a request. In few statements and expressions, for setting one up costs more than the rows (ADR 0062); the relations
 * that a circumstance strikes, the classes of data and who breaks the glass are the table's.
 */
export const enter: FunctionSpec = {
  name: 'enter',
  args: `names text[], vals text[], about uuid, OUT at float8, OUT wards text[], OUT relationships text[], OUT is_barred boolean, OUT label text,
  OUT grant_id uuid, OUT grant_purpose text, OUT patient_key uuid, OUT opens boolean`,
  returns: 'LANGUAGE plpgsql VOLATILE',
  about:
    'Begins a request: sets the context (`names` without `app.`; what is not named is not set), answers the facts of the decision, and works out what holds between the actor and the one patient that it is about, NULL when it names none.',
  body: (facts) => `
#variable_conflict use_variable
DECLARE pseudonym uuid; hands text[]; held text[]; remaining text[] := ARRAY[]::text[]; kept text[]; made text;
BEGIN
  -- Assignments, not PERFORM: what PL/pgSQL can evaluate by itself costs a tenth of a statement.
  FOR i IN 1 .. cardinality(names) LOOP made := set_config('app.' || names[i], vals[i], true); END LOOP;
  at := floor(extract(epoch FROM clock_timestamp()) * 1000);
  relationships := ARRAY[]::text[]; is_barred := false; label := 'N'; opens := false; wards := ARRAY[]::text[];
  -- A job holds no relation of a person: whose it is, its policies ask.
  IF app.setting('patient') IS NOT NULL THEN RETURN; END IF;
  wards := ARRAY(SELECT w FROM app.wards() w);
  hands := app.hands_of(wards);
  made := set_config('app.hands', hands::text, true);
${aboutOne(facts)}  IF ${facts.is(facts.whoHolds('break-glass'))} THEN SELECT g.id, g.purpose INTO grant_id, grant_purpose FROM app.open_grant(about) g; END IF;
END `,
};

/** What holds between the actor and the one patient, worked out once: from then on the policies compare. */
function aboutOne(facts: Facts): string {
  return `  IF about IS NOT NULL THEN
    -- From here on nobody else is reached. The pair is shown for one look, to find the relations by, and shut again.
    made := set_config('app.scope_id', about::text, true);
    made := set_config('app.recorded_id', about::text, true);
    SELECT l.patient_key INTO pseudonym FROM public.patient_links l WHERE l.patient_id = about;
    made := set_config('app.recorded_id', '', true);
    held := ARRAY(SELECT g.relationship FROM public.access_grants g
      WHERE g.patient_key = pseudonym AND g.holder = ANY (hands) AND g.starts_at <= now() AND (g.ends_at IS NULL OR g.ends_at > now()));
    IF cardinality(held) > 0 THEN
      SELECT coalesce((SELECT p.label FROM public.patient_labels p WHERE p.patient_key = pseudonym), 'N'),
        ARRAY(SELECT d.data_class FROM public.consent_denials d WHERE d.patient_key = pseudonym AND d.closed_revision IS NULL AND d.purpose = app.setting('purpose')
          AND d.starts_at <= now() AND (d.ends_at IS NULL OR d.ends_at > now())) INTO label, kept;
      remaining := held;
      IF '*' = ANY (kept) THEN
        is_barred := true; kept := ARRAY[${words(CONSENT_CLASSES)}];
        remaining := ${withoutRelations(facts.strikes('barred'))};
      END IF;
      IF label = 'V' THEN remaining := ${withoutRelations(facts.strikes('very-restricted'))}; END IF;
      made := set_config('app.scope_key', pseudonym::text, true);
      made := set_config('app.scope_held', array_to_string(held, ','), true);
      made := set_config('app.scope_left', array_to_string(remaining, ','), true);
      made := set_config('app.scope_withheld', array_to_string(kept, ','), true);
      -- Whoever holds a relation is shown the pair, and the keys where one is left (policies \`reads\`); else the policies are asked.
      patient_key := pseudonym;
    ELSE
      patient_key := (SELECT l.patient_key FROM public.patient_links l WHERE l.patient_id = about);
    END IF;
    opens := cardinality(remaining) > 0;
    IF NOT opens THEN opens := EXISTS (SELECT FROM public.patient_keys k WHERE k.patient_id = about); END IF;
    relationships := held;
    IF app.source() IS NOT NULL THEN
      IF EXISTS (SELECT FROM public.patients p WHERE p.id = about AND p.source_id = app.source()) OR about IN (SELECT s FROM app.source_ids() s) THEN
        relationships := relationships || 'own-source'::text;
      END IF;
    END IF;
  END IF;
`;
}
