import { describe, expect, it } from 'vitest';
import { decide, DENIALS, RULES, type AccessQuestion, type Denial, type Rule } from './index.ts';

/**
 * Mutants of the table: each rule without one of its words, each rule away, each denial away or without one strike. One is
 * killed when some question is answered otherwise; that the table itself answers every question right is shown against the
 * oracle of `decide.spec.ts`, so a mutant that changes an answer fails there.
 */
const LISTS = ['relationships', 'purposes', 'actions', 'resources'] as const;

const without = <T>(list: readonly T[], word: T): readonly T[] => list.filter((one) => one !== word);

function mutantsOf(rule: Rule): readonly (readonly [string, Rule | undefined])[] {
  const roles =
    rule.roles === 'any'
      ? []
      : rule.roles.map((role) => [`${rule.id} -${role}`, { ...rule, roles: without(rule.roles as readonly string[], role) } as Rule] as const);
  const words = LISTS.flatMap((list) =>
    (rule[list] as readonly string[]).map((word) => [`${rule.id} -${word}`, { ...rule, [list]: without(rule[list] as readonly string[], word) }] as const),
  );
  return [[`${rule.id} away`, undefined], ...roles, ...words];
}

/** All questions that the rule answers with yes. */
function questionsOf({ roles, relationships, purposes, actions, resources }: Rule): readonly AccessQuestion[] {
  const held = roles === 'any' ? (['physician'] as const) : roles;
  return held.flatMap((role) =>
    relationships.flatMap((relationship) =>
      purposes.flatMap((purpose) =>
        actions.flatMap((action) =>
          resources.map((resource) => ({
            roles: roles === 'any' ? [] : [role],
            purpose,
            action,
            resource,
            relationships: relationship === 'none' ? [] : [relationship],
          })),
        ),
      ),
    ),
  );
}

/** A relation that adds nothing beside `none`: whoever has it is answered by `none` too. */
const EQUIVALENT = ['source-writes -own-source', 'source-reconciles -own-source', 'source-consent -own-source'];

describe('a mutant of the table', () => {
  it('is killed, whichever word of whichever rule is lost', () => {
    const survivors: string[] = [];
    for (const rule of RULES) {
      const questions = questionsOf(rule);
      for (const [name, mutant] of mutantsOf(rule)) {
        const rules = RULES.flatMap((one) => (one === rule ? (mutant === undefined ? [] : [mutant]) : [one]));
        if (questions.every((question) => decide(question, rules).allow === decide(question).allow)) survivors.push(name);
      }
    }
    expect(survivors.filter((name) => !EQUIVALENT.includes(name))).toEqual([]);
  });

  it('is killed, whichever denial or strike is lost', () => {
    const survivors: string[] = [];
    const circumstances = { barred: { isBarred: true }, 'very-restricted': { label: 'V' }, 'concerns-self': { concernsSelf: true } } as const;
    const mutants = DENIALS.flatMap((denial) => [undefined, ...denial.strikes].map((strike) => [denial, strike] as const));
    for (const [denial, strike] of mutants) {
      const rest = DENIALS.filter((one) => one !== denial);
      const mutant: readonly Denial[] = strike === undefined ? rest : [...rest, { ...denial, strikes: without(denial.strikes, strike) }];
      const questions = RULES.flatMap(questionsOf).map((question) => ({ ...question, circumstances: circumstances[denial.when] }));
      if (questions.every((question) => decide(question, RULES, mutant).allow === decide(question).allow)) survivors.push(`${denial.id} -${strike ?? 'all'}`);
    }
    expect(survivors).toEqual([]);
  });
});
