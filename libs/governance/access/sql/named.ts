import { LOOK_UP_MINUTES } from '../break-glass.ts';
import { ANY, isOneOf, LOOKS, words, type Facts } from './facts.ts';

/** @throws when two groups of roles may act as a source, for different purposes. */
export function source(facts: Facts): string {
  const who = facts.whoHolds('own-source');
  if (who.length > 1) throw new Error('the table lets two groups of roles act as a source, for different purposes: who that is, is one condition here');
  const [one] = who;
  if (one === undefined) return ' SELECT NULL::text ';
  return ` SELECT CASE WHEN ${isOneOf("app.setting('purpose')", one.purposes)} AND app.has_role(${words(one.roles)}) THEN app.setting('source') END `;
}

export function jobId(facts: Facts): string {
  const purposes = facts.jobPurposes(undefined, ANY);
  return ` SELECT CASE WHEN ${isOneOf("app.setting('purpose')", purposes)} THEN app.setting('patient')::uuid END `;
}

export function namedIds(facts: Facts): string {
  return `
DECLARE ids uuid[] := app.write_ids();
BEGIN
  IF ${facts.is(facts.who('AuditEvent', ['search'], 'none'))} THEN ids := ids || app.setting('audited_id')::uuid; END IF;
  IF ${facts.is(facts.who(['Reach', 'CareTeam'], ['read', 'create'], 'none'))} THEN ids := ids || app.setting('reach_id')::uuid; END IF;
  IF ${facts.is(facts.who('BreakGlass', ['create'], 'none'))} THEN ids := ids || app.setting('sought_id')::uuid; END IF;
  RETURN ids;
END `;
}

export function namedKeys(facts: Facts): string {
  return `
BEGIN
  IF app.source() IS NOT NULL THEN RETURN QUERY SELECT s FROM app.source_keys() s; END IF;
  IF ${facts.is(facts.who('AuditEvent', ['search'], 'none'))} THEN
    RETURN QUERY SELECT k::uuid FROM unnest(string_to_array(app.setting('audited_keys'), ',')) k;
  END IF;
  IF ${facts.is(facts.who('EmergencyReview', LOOKS, 'none'))} THEN RETURN QUERY SELECT g.patient_key FROM public.emergency_grants g; END IF;
END `;
}

export function openedIds(facts: Facts): string {
  return `
BEGIN
  IF app.setting('recorded_id') IS NOT NULL THEN RETURN NEXT app.setting('recorded_id')::uuid; END IF;
  IF app.source() IS NOT NULL THEN RETURN QUERY SELECT w FROM unnest(app.write_ids()) w UNION ALL SELECT s FROM app.source_ids() s; END IF;
  IF ${facts.is(facts.who('AuditEvent', ['search'], 'none'))} THEN
    RETURN QUERY SELECT app.setting('audited_id')::uuid UNION ALL SELECT l.patient_id FROM public.patient_links l
      WHERE l.patient_key = ANY (string_to_array(app.setting('audited_keys'), ',')::uuid[]);
  END IF;
  IF ${facts.is(facts.who('EmergencyReview', LOOKS, 'none'))} THEN
    RETURN QUERY SELECT l.patient_id FROM public.patient_links l WHERE l.patient_key IN (SELECT g.patient_key FROM public.emergency_grants g);
  END IF;
  IF ${facts.is(facts.who('BreakGlass', ['create'], 'none'))} THEN
    RETURN QUERY SELECT s FROM app.sought_ids() s UNION ALL SELECT l.patient_id FROM public.patient_links l JOIN public.emergency_lookups e ON e.patient_key = l.patient_key
      WHERE e.issuer = app.setting('issuer') AND e.subject = app.setting('subject') AND e.looked_at > now() - interval '${LOOK_UP_MINUTES} minutes';
  END IF;
END `;
}

export function openGrant(facts: Facts): string {
  const roles = facts.whoHolds('break-glass').flatMap((who) => who.roles);
  const holds = roles.length === 0 ? 'false' : `app.has_role(${words(roles)})`;
  return `
#variable_conflict use_variable
BEGIN
  SELECT g.id, g.purpose INTO id, purpose FROM public.emergency_grants g
    WHERE ${holds} AND g.issuer = app.setting('issuer') AND g.subject = app.setting('subject') AND g.ends_at > now()
      AND NOT EXISTS (SELECT FROM public.emergency_ends e WHERE e.grant_id = g.id)
    ORDER BY g.patient_key IS NOT DISTINCT FROM app.key_of(about) DESC, g.starts_at DESC LIMIT 1;
END `;
}
