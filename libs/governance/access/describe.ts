import { DENIALS, type Denial } from './denials.ts';
import { RULES, type Rule } from './table.ts';

/** The table as Markdown, one row a rule; `docs/` shows exactly this text. */
export function describeRules(rules: readonly Rule[] = RULES): string {
  const head = '| rule | who | relation to the patient | purpose | may | what | why |\n|---|---|---|---|---|---|---|';
  return [head, ...rules.map(row)].join('\n');
}

function row(rule: Rule): string {
  const who = rule.roles === 'any' ? 'our own machine' : rule.roles.join(', ');
  const cells = [rule.id, who, rule.relationships.join(', '), rule.purposes.join(', '), rule.actions.join(', '), rule.resources.join(', '), rule.because];
  return `| ${cells.join(' | ')} |`;
}

/** The denials as Markdown: what outweighs every rule. */
export function describeDenials(denials: readonly Denial[] = DENIALS): string {
  const head = '| denial | when | strikes | why |\n|---|---|---|---|';
  return [head, ...denials.map(({ id, when, strikes, because }) => `| ${[id, when, strikes.join(', '), because].join(' | ')} |`)].join('\n');
}
