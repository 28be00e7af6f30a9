import { CONSENT_CLASSES } from '@concord/core/clinical';
import type { Purpose, Relationship } from '@concord/core/ports';
import { HOLDERS, isOneOf, LOOKS, RELATIONS, sameWho, words, type Facts, type Who } from './facts.ts';

type Holder = NonNullable<(typeof HOLDERS)[Relationship]>;

/** What is done to `hands` where a holder of this kind counts. */
const HAND: Readonly<Record<Holder, string>> = {
  ward: "FOREACH ward IN ARRAY wards LOOP hands := hands || ('ward:' || ward); END LOOP;",
  team: "hands := hands || ('team:' || me);",
  radiology: "hands := hands || 'radiology'::text;",
  glass: "hands := hands || ('glass:' || me);",
  self: "hands := hands || ('self:' || me);",
};

/** @throws when two relations lie in one kind of hand and the table gives them to different people: the database could not tell them apart. */
export function handsOf(facts: Facts): string {
  const lines: { readonly purposes: readonly Purpose[]; readonly sql: string }[] = [];
  for (const holder of Object.keys(HAND) as Holder[]) {
    for (const { roles, purposes } of whoOf(holder, facts)) lines.push({ purposes, sql: `IF roles && ARRAY[${words(roles)}] THEN ${HAND[holder]} END IF;` });
  }
  const purposes = [...new Set(lines.map((line) => line.purposes.join()))];
  const blocks = purposes.map((list) => {
    const inside = lines.filter((line) => line.purposes.join() === list).map(({ sql }) => `    ${sql}`);
    return [`  IF ${isOneOf('purpose', list.split(','))} THEN`, ...inside, '  END IF;'].join('\n');
  });
  return `
DECLARE me text := app.setting('issuer') || '|' || app.setting('subject'); hands text[] := '{}'; ward text;
  -- Asked once: a request sets every expression up anew.
  purpose text := app.setting('purpose'); roles text[] := string_to_array(app.setting('roles'), ',');
BEGIN
${blocks.join('\n')}
  RETURN hands;
END `;
}

function whoOf(holder: Holder, facts: Facts): readonly Who[] {
  const held = RELATIONS.filter((relation) => HOLDERS[relation] === holder)
    .map((relation) => ({ relation, who: facts.whoHolds(relation) }))
    .filter(({ who }) => who.length > 0);
  const [first] = held;
  const other = held.find(({ who }) => first !== undefined && !sameWho(who, first.who));
  if (first !== undefined && other !== undefined)
    throw new Error(`the database tells ${first.relation} from ${other.relation} by no hand of its own, and the table gives them to different people`);
  return first?.who ?? [];
}

export function relationsLeft(facts: Facts): string {
  const barred = strike(facts.strikes('barred'), 'SELECT b FROM app.barred() b');
  const label = strike(facts.strikes('very-restricted'), "SELECT l.patient_key FROM public.patient_labels l WHERE l.label = 'V'");
  return `
#variable_conflict use_column
BEGIN
  IF app.setting('scope_id') IS NOT NULL THEN
    patient_key := app.setting('scope_key')::uuid;
    FOREACH relationship IN ARRAY coalesce(string_to_array(app.setting('scope_left'), ','), '{}') LOOP RETURN NEXT; END LOOP;
  ELSE
    RETURN QUERY SELECT h.patient_key, h.relationship FROM app.held() h
      WHERE ${barred}
        AND ${label};
  END IF;
END `;
}

function strike(relations: readonly Relationship[], whom: string): string {
  return `NOT (${isOneOf('h.relationship', relations)} AND h.patient_key IN (${whom}))`;
}

/** What is left of `remaining` once these are struck. */
export function withoutRelations(relations: readonly Relationship[]): string {
  return relations.reduce((left, relation) => `array_remove(${left}, '${relation}')`, 'remaining');
}

export function reachOf(relations: readonly Relationship[]): string {
  return whereNobodyIsNamed(`SELECT r.patient_key FROM app.relations() r${whereRelated(relations)}`);
}

export function reachIds(relations: readonly Relationship[]): string {
  return whereNobodyIsNamed(
    `SELECT l.patient_id FROM public.patient_links l WHERE l.patient_key IN (SELECT r.patient_key FROM app.relations() r${whereRelated(relations)})`,
  );
}

function whereNobodyIsNamed(query: string): string {
  return `
BEGIN
  IF app.setting('scope_id') IS NULL THEN RETURN QUERY ${query}; END IF;
END `;
}

function whereRelated(relations: readonly Relationship[]): string {
  return isEvery(relations) ? '' : ` WHERE ${isOneOf('r.relationship', relations)}`;
}

export function reached(relations: readonly Relationship[], setting: 'scope_key' | 'scope_id'): string {
  const left = "app.setting('scope_left')";
  const some = isEvery(relations) ? `${left} IS NOT NULL` : `string_to_array(${left}, ',') && ARRAY[${words(relations)}]::text[]`;
  return ` SELECT CASE WHEN ${some} THEN app.setting('${setting}')::uuid END `;
}

/** The one patient of the request, where the table lets the asker act at that patient's bed. */
export function tended(facts: Facts): string {
  const relations = facts.relations('DeviceTurn', ['update']);
  return ` SELECT CASE WHEN ${facts.is(facts.who('DeviceTurn', ['update']))} THEN app.reached_by(ARRAY[${words(relations)}]::text[]) END `;
}

/** Whoever holds anything holds one of these: nothing has to be asked. */
function isEvery(relations: readonly Relationship[]): boolean {
  return RELATIONS.every((relation) => relations.includes(relation));
}

export function ownKeys(facts: Facts): string {
  return ` SELECT h.patient_key FROM app.held() h WHERE ${isOneOf('h.relationship', facts.relations('Consent', LOOKS))} `;
}

export function withheldOf(): string {
  return ` SELECT d.patient_key, c.data_class FROM public.consent_denials d
          CROSS JOIN LATERAL unnest(CASE d.data_class WHEN '*' THEN ARRAY[${words(CONSENT_CLASSES)}] ELSE ARRAY[d.data_class] END) AS c (data_class)
        WHERE d.patient_key = pseudonym AND d.closed_revision IS NULL AND d.purpose = ANY ((SELECT app.uses())::text[])
          AND d.starts_at <= now() AND (d.ends_at IS NULL OR d.ends_at > now()) `;
}
