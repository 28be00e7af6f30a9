import { describe, expect, it } from 'vitest';
import type { AccessAction } from '@concord/core/ports';
import { DENIALS, policyStatements, RULES, type Rule } from '../index.ts';

const LOOKS: readonly AccessAction[] = ['read', 'vread', 'search'];
/** The statements alone: that a rule is named beside one is not that its words are in it. */
const sqlOf = (...of: Parameters<typeof policyStatements>): string =>
  policyStatements(...of)
    .map(({ sql }) => sql)
    .join('\n');
const TEXT = sqlOf();

/** The rule with one word less; the three ways to look are one to a database. */
function mutantsOf(rule: Rule): readonly (readonly [word: string, Rule | undefined])[] {
  const without = (list: 'relationships' | 'purposes' | 'resources') =>
    (rule[list] as readonly string[]).map((word) => [word, { ...rule, [list]: (rule[list] as readonly string[]).filter((one) => one !== word) }] as const);
  const roles = rule.roles === 'any' ? [] : rule.roles;
  const acts = [...(rule.actions.some((one) => LOOKS.includes(one)) ? [LOOKS] : []), ...rule.actions.filter((one) => !LOOKS.includes(one)).map((one) => [one])];
  return [
    ['away', undefined],
    ...roles.map((role) => [role, { ...rule, roles: roles.filter((one) => one !== role) }] as const),
    ...acts.map((list) => [list.join('/'), { ...rule, actions: rule.actions.filter((one) => !list.includes(one)) }] as const),
    ...(['relationships', 'purposes', 'resources'] as const).flatMap(without),
  ];
}

function textOf(rules: readonly Rule[]): string {
  try {
    return sqlOf(rules);
  } catch (error) {
    // What the database cannot say stops the generator: that is noticed too.
    return String(error);
  }
}

/** Words that the application alone hears, each with its reason; a pattern over `rule: word`. */
const APPLICATION_ALONE: readonly (readonly [pattern: RegExp, because: string])[] = [
  [/^ward-worklist: |: (Timeline|Worklist)$/, 'a page: it is made of rows, each under its own policy'],
  [/^radiologist-second-look: read/, 'a page: its contradictions are rows beside scores, and read like them'],
  [/^ward-devices: read/, 'a list: what waits are readings, which read like any other'],
  [/^own-session: /, 'a session is about no patient'],
  [/^model-steward: (read|execute|Metrics)/, 'bundles are files and running figures are the process’s: no row'],
  [/^administration: read/, 'names of wards, staff and sources are about no patient, and stand beside what everybody reads'],
  [/^reach-administrator: /, 'the same pair is shown to who keeps the care team'],
  [/^access-report-officer: /, 'a report is made of rows of the record, which the officer reads'],
  [/^audit-officer: create$/, 'everybody writes into the record, in their own name'],
  [/^break-glass-ask: read/, 'whoever has a grant is shown it for any purpose: a question is asked again under it'],
  [/^machine-job: execute$/, 'a job acts by reading rows and storing others, each under its own policy'],
  [/^source-(reconciles|consent): own-source$/, 'adds nothing beside `none`, in the decision either (table.spec.ts)'],
];

describe('what the table says to the database', () => {
  it('holds every word of every rule, but those that the application alone guards', () => {
    const survivors = RULES.flatMap((rule) =>
      mutantsOf(rule).flatMap(([word, mutant]) =>
        textOf(RULES.flatMap((one) => (one === rule ? (mutant === undefined ? [] : [mutant]) : [one]))) === TEXT ? [`${rule.id}: ${word}`] : [],
      ),
    );
    expect(survivors.filter((name) => !APPLICATION_ALONE.some(([pattern]) => pattern.test(name)))).toEqual([]);
    expect(APPLICATION_ALONE.filter(([pattern]) => !survivors.some((name) => pattern.test(name)))).toEqual([]);
  });

  it('holds every strike of every denial', () => {
    const survivors = DENIALS.flatMap((denial) =>
      denial.strikes.flatMap((strike) => {
        const strikes = denial.strikes.filter((one) => one !== strike);
        const text = sqlOf(
          RULES,
          DENIALS.map((one) => (one === denial ? { ...one, strikes } : one)),
        );
        return text === TEXT ? [`${denial.id}: ${strike}`] : [];
      }),
    );
    expect(survivors).toEqual([]);
  });

  it('refuses to be written where the database could not tell apart whom the table tells apart', () => {
    const swapped = (id: string, change: Partial<Rule>): string => textOf(RULES.map((rule) => (rule.id === id ? { ...rule, ...change } : rule)));
    const more = (rule: Rule): string => textOf([...RULES, rule]);
    const ward = RULES.find(({ id }) => id === 'ward-staff');
    if (ward === undefined) throw new Error('the rule of the ward is not there');
    // After a discharge physicians alone: the same hand holds the ward's patients of today.
    const later: Rule = { ...ward, id: 'later', roles: ['physician'], relationships: ['discharged-72h'] };
    expect(textOf([...RULES.filter((rule) => rule !== ward), { ...ward, relationships: ['ward', 'care-team'] }, later])).toMatch(
      /tells ward from discharged-72h/,
    );
    // A team may name a steward, for contradictions alone: the hand would open the record.
    expect(more({ ...ward, id: 'steward', roles: ['steward'], relationships: ['care-team'], resources: ['Discordance'] })).toMatch(
      /the table lets fewer do this/,
    );
    expect(swapped('source-consent', { purposes: ['HOPERAT'] })).not.toBe(TEXT);
  });

  it('names in each statement the rules whose words it holds, so that whoever changes a rule finds it', () => {
    const of = (name: string) => policyStatements().find((one) => one.name === name)?.rules;
    expect(of('policy observations.reads')).toEqual(['break-glass', 'own-record', 'radiologist-study', 'source-reads-back', 'ward-staff']);
    expect(of('policy assessments.reads')).toEqual(['break-glass', 'radiologist-study', 'ward-staff']);
    expect(of('policy assessments.job_writes')).toEqual(['machine-score']);
    expect(of('function relations')).toEqual(['consent-bars', 'very-restricted']);
    const named = new Set(policyStatements().flatMap(({ rules }) => rules));
    expect(RULES.map(({ id }) => id).filter((id) => !named.has(id))).toEqual(['ward-worklist', 'access-report-officer', 'own-session']);
  });

  it('shows and takes nothing when the table allows nothing', () => {
    const open = policyStatements([], DENIALS).flatMap(({ name, sql }) => {
      if (!name.startsWith('policy ') || sql.includes('AS RESTRICTIVE')) return [];
      const first = /(?:USING|WITH CHECK) \((.*)\)/.exec(sql)?.[1];
      return first === 'false' ? [] : [`${name}: ${first ?? ''}`];
    });
    // The words of a refusal are sealed for the patient whom it is about: that one key, while it is being recorded.
    expect(open).toEqual(['policy patient_keys.reads: patient_id IN (SELECT o FROM app.opened_ids() o)']);
  });
});
