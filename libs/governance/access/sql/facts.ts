import { CONSENT_CLASSES } from '@concord/core/clinical';
import type { AccessAction, Purpose, Relationship, ResourceKind, Role } from '@concord/core/ports';
import type { Denial } from '../denials.ts';
import type { Rule } from '../table.ts';

/** The actions that read: what SELECT is to the database. */
export const LOOKS: readonly AccessAction[] = ['read', 'vread', 'search'];
export const ANY: readonly AccessAction[] = [...LOOKS, 'create', 'update', 'export', 'execute'];

/** Roles and the purposes under which they may: `(one of the purposes) and (one of the roles)`. */
export interface Who {
  readonly roles: readonly Role[];
  readonly purposes: readonly Purpose[];
}

/** Functions of the database that say who somebody is, and the question of the table that each answers. */
const STANDINGS = {
  breaks_glass: (facts: Facts) => facts.who('BreakGlass', ['create'], 'none'),
  is_officer: (facts: Facts) => facts.who('AuditEvent', ['read'], 'none'),
  administers: (facts: Facts) => facts.who('Ward', ['create'], 'none'),
  is_second: (facts: Facts) => facts.who('Erasure', ['update'], 'none'),
  looks_again: (facts: Facts) => facts.who('Discordance', ['update']),
  is_steward: (facts: Facts) => facts.who('ModelBundle', ['update'], 'none'),
} as const;
export type Standing = keyof typeof STANDINGS;
export const STANDING_NAMES = Object.keys(STANDINGS) as readonly Standing[];

/** Sets of patients that the database has functions of its own for, by the resource whose relations they hold. */
const REACHES: readonly (readonly [of: ResourceKind, sql: (column: string) => string])[] = [
  ['Patient', (column) => `${column} = (SELECT app.reached_key()) OR ${column} IN (SELECT r FROM app.reach() r)`],
  ['RiskAssessment', (column) => `${column} = (SELECT app.reached_care_key()) OR ${column} IN (SELECT r FROM app.reach_care() r)`],
  ['Consent', (column) => `${column} IN (SELECT r FROM app.own_keys() r)`],
];

/**
 * What the table says, as words of SQL. One for each statement: it remembers which rules and denials the words came from, so
 * that a statement can name them.
 */
export class Facts {
  readonly used = new Set<string>();
  readonly #rules: readonly Rule[];
  readonly #denials: readonly Denial[];

  constructor(rules: readonly Rule[], denials: readonly Denial[]) {
    this.#rules = rules;
    this.#denials = denials;
  }

  /** The lines of the table about these resources and actions that also fit; those are remembered. */
  #lines(resources: ResourceKind | readonly ResourceKind[] | undefined, actions: readonly AccessAction[], fits: (rule: Rule) => boolean): readonly Rule[] {
    const kinds = typeof resources === 'string' ? [resources] : resources;
    const found = this.#rules.filter(
      (rule) =>
        (kinds === undefined || rule.resources.some((kind) => kinds.includes(kind))) && rule.actions.some((action) => actions.includes(action)) && fits(rule),
    );
    for (const { id } of found) this.used.add(id);
    return found;
  }

  /** Which people may; our own machine is no person. Roles with the same purposes stand together. */
  who(resources: ResourceKind | readonly ResourceKind[] | undefined, actions: readonly AccessAction[], relation?: Relationship): readonly Who[] {
    const lines = this.#lines(resources, actions, (rule) => rule.roles !== 'any' && (relation === undefined || rule.relationships.includes(relation)));
    const purposesOf = new Map<Role, Set<Purpose>>();
    for (const { roles, purposes } of lines)
      for (const role of roles === 'any' ? [] : roles) for (const purpose of purposes) purposesOf.set(role, (purposesOf.get(role) ?? new Set()).add(purpose));
    const together = new Map<string, { roles: Role[]; purposes: readonly Purpose[] }>();
    for (const [role, set] of purposesOf) {
      const purposes = [...set].sort();
      const group = together.get(purposes.join()) ?? { roles: [], purposes };
      together.set(purposes.join(), group);
      group.roles.push(role);
    }
    return [...together.values()];
  }

  /** The relations that a grant gives (`HOLDERS`) under which somebody may do this. */
  relations(resource: ResourceKind, actions: readonly AccessAction[]): readonly Relationship[] {
    const lines = this.#lines(resource, actions, (rule) => rule.roles !== 'any' && rule.relationships.some(isHeld));
    return [...new Set(lines.flatMap(({ relationships }) => relationships))].filter(isHeld).sort();
  }

  /** For whom a relation counts at all, whatever they do by it. */
  whoHolds(relation: Relationship): readonly Who[] {
    return this.who(undefined, ANY, relation);
  }

  /** Purposes under which our own machine may do this with the patient of its job. */
  jobPurposes(resource: ResourceKind | undefined, actions: readonly AccessAction[]): readonly Purpose[] {
    return [...new Set(this.#lines(resource, actions, ({ relationships }) => relationships.includes('job')).flatMap(({ purposes }) => purposes))].sort();
  }

  /** What this circumstance strikes. */
  strikes(when: Denial['when']): readonly Relationship[] {
    const found = this.#denials.filter((one) => one.when === when);
    for (const { id } of found) this.used.add(id);
    return [...new Set(found.flatMap(({ strikes }) => strikes))].sort();
  }

  /** A condition inside a function. */
  is(who: readonly Who[]): string {
    const named = STANDING_NAMES.find((name) => sameWho(STANDINGS[name](this.#apart()), who));
    return named === undefined ? condition(who) : `app.${named}()`;
  }

  /** A condition of a policy: asked once a statement. */
  may(resources: ResourceKind | readonly ResourceKind[], actions: readonly AccessAction[], relation?: Relationship): string {
    const who = this.who(resources, actions, relation);
    return who.length === 0 ? 'false' : `(SELECT ${this.is(who)})`;
  }

  /** The body of a function that says who somebody is. */
  standing(name: Standing): string {
    return condition(STANDINGS[name](this));
  }

  /**
   * True for the patients of whom this may be done by a relation, whoever asks: that they have the relation says who they are.
   * @throws when the table gives the relation for this to fewer than it gives it at all: the database could not tell them apart.
   */
  reached(resource: ResourceKind, actions: readonly AccessAction[], column: string): string {
    const relations = this.relations(resource, actions);
    const other = relations.find((relation) => !sameWho(this.who(resource, actions, relation), this.#apart().whoHolds(relation)));
    if (other !== undefined) throw new Error(`${actions.join()} of ${resource} by ${other}: the table lets fewer do this than hold the relation`);
    return this.reachedBy(relations, column);
  }

  /** True for the patients whom one of these relations reaches. */
  reachedBy(relations: readonly Relationship[], column: string): string {
    if (relations.length === 0) return 'false';
    const named = REACHES.find(([resource]) => same(relations, this.#apart().relations(resource, LOOKS)));
    if (named !== undefined) return named[1](column);
    return `${column} IN (SELECT r.patient_key FROM app.relations() r WHERE ${isOneOf('r.relationship', relations)})`;
  }

  /** The patient's own rows, by the id that the outside knows. */
  reachedById(column: string): string {
    if (this.reached('Patient', LOOKS, column) === 'false') return 'false';
    return `${column} = (SELECT app.reached_id()) OR ${column} IN (SELECT r FROM app.reach_ids() r)`;
  }

  /** What a source may do with what it sent, or sends (`none`: nobody has to have a relation for that), and nobody else by this arm. */
  bySource(resource: ResourceKind, actions: readonly AccessAction[], relation: 'own-source' | 'none' = 'own-source'): string {
    return this.who(resource, actions, relation).length === 0 ? 'false' : 'source_id = (SELECT app.source())';
  }

  /** What our own machine may do with the rows of its job's patient. */
  byJob(resource: ResourceKind, actions: readonly AccessAction[], whose: string): string {
    const purposes = this.jobPurposes(resource, actions);
    if (purposes.length === 0) return 'false';
    return same(purposes, this.#apart().jobPurposes(undefined, ANY)) ? whose : `${whose} AND ${isOneOf("(SELECT app.setting('purpose'))", purposes)}`;
  }

  /** The same table, for a question that adds no rule to those that a statement names. */
  #apart(): Facts {
    return new Facts(this.#rules, this.#denials);
  }
}

/** In whose hands a grant of each relation lies (the table `access_grants` is filled by `libs/adapters/postgres/stores/grants.ts`). */
export const HOLDERS: Readonly<Partial<Record<Relationship, 'ward' | 'team' | 'radiology' | 'glass' | 'self'>>> = {
  ward: 'ward',
  'discharged-72h': 'ward',
  'care-team': 'team',
  'recent-study': 'radiology',
  'break-glass': 'glass',
  'own-record': 'self',
};

export const RELATIONS = Object.keys(HOLDERS) as readonly Relationship[];

function isHeld(relation: Relationship): boolean {
  return relation in HOLDERS;
}

/** The class under which a consent names a row: its modality where a consent knows the word, else `other`. */
export function classOfModality(modality: string): string {
  const known = CONSENT_CLASSES.filter((one) => one !== 'other');
  return `CASE WHEN ${isOneOf(modality, known)} THEN ${modality} ELSE 'other' END`;
}

export function words(list: readonly string[]): string {
  return list.map((word) => `'${word}'`).join(', ');
}

/** @returns never true for an empty list. */
export function isOneOf(expression: string, list: readonly string[]): string {
  if (list.length === 0) return 'false';
  return list.length === 1 ? `${expression} = ${words(list)}` : `${expression} IN (${words(list)})`;
}

/** Never NULL: a request without a purpose is nobody's. */
function condition(who: readonly Who[]): string {
  const parts = who.map(({ roles, purposes }) => `${isOneOf("app.setting('purpose')", purposes)} AND app.has_role(${words(roles)})`);
  if (parts.length === 0) return 'false';
  return `coalesce(${parts.length === 1 ? parts.join('') : parts.map((part) => `(${part})`).join(' OR ')}, false)`;
}

export function sameWho(a: readonly Who[], b: readonly Who[]): boolean {
  return same(flat(a), flat(b));
}

function flat(who: readonly Who[]): readonly string[] {
  return who.flatMap(({ roles, purposes }) => roles.flatMap((role) => purposes.map((purpose) => `${role} ${purpose}`)));
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((one) => b.includes(one));
}
