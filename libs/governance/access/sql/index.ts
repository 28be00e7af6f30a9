import { DENIALS, type Denial } from '../denials.ts';
import { RULES, type Rule } from '../table.ts';
import { Facts } from './facts.ts';
import { FUNCTIONS } from './functions.ts';
import { HOUSE_POLICIES } from './policies-house.ts';
import { RECORD_POLICIES } from './policies-record.ts';
import type { FunctionSpec, PolicySpec } from './statement.ts';

/** One function or policy of the database as the table would have it now. */
export interface Statement {
  /** `function hands_of`, `policy observations.reads`. */
  readonly name: string;
  /** Rules and denials of the table whose words it holds. */
  readonly rules: readonly string[];
  /** Idempotent: it can be run on a database that has the statement already. */
  readonly sql: string;
}

/** What of row-level security the table says: every function and policy that holds a word of it. Pure; the same table gives the same text. */
export function policyStatements(rules: readonly Rule[] = RULES, denials: readonly Denial[] = DENIALS): readonly Statement[] {
  const written = <T>(name: string, spec: T, write: (spec: T, facts: Facts) => string): Statement => {
    const facts = new Facts(rules, denials);
    const sql = write(spec, facts);
    return { name, rules: [...facts.used].sort(), sql };
  };
  return [
    ...FUNCTIONS.map((spec) => written(`function ${spec.name}`, spec, functionSql)),
    ...[...RECORD_POLICIES, ...HOUSE_POLICIES].map((spec) => written(`policy ${spec.table}.${spec.name}`, spec, policySql)),
  ];
}

function functionSql({ name, args, returns, about, body }: FunctionSpec, facts: Facts): string {
  const types = args
    .split(',')
    .filter((arg) => arg !== '' && !/^\s*OUT /.test(arg))
    .map((arg) => arg.trim().split(' ')[1]);
  const signature = `app.${name}(${types.join(', ')})`;
  return [
    `-- ${about}`,
    `CREATE OR REPLACE FUNCTION app.${name}(${args}) ${returns} AS $$${body(facts)}$$;`,
    `REVOKE EXECUTE ON FUNCTION ${signature} FROM PUBLIC;`,
    `GRANT EXECUTE ON FUNCTION ${signature} TO app_rw, app_worker;`,
  ].join('\n');
}

function policySql({ table, name, command, to, restrictive, using, check }: PolicySpec, facts: Facts): string {
  const parts = [
    `CREATE POLICY ${name} ON ${table}`,
    restrictive === true ? ' AS RESTRICTIVE' : '',
    ` FOR ${command} TO ${to}`,
    using === undefined ? '' : `\n  USING (${using(facts)})`,
    check === undefined ? '' : `\n  WITH CHECK (${check(facts)})`,
  ];
  return `DROP POLICY IF EXISTS ${name} ON ${table};\n${parts.join('')};`;
}

/** All of it as one reviewable text, which is also the body of a migration after the table changed. */
export function policyText(statements: readonly Statement[] = policyStatements()): string {
  const head = [
    '-- What the table of `libs/governance/access` says, as row-level security (`npm run generate`; ADR 0072). Not applied from here:',
    '-- a migration holds the text of its day. Each statement names the rules and denials whose words it holds.',
  ];
  const one = ({ name, rules, sql }: Statement): string => `-- ${name}${rules.length === 0 ? '' : `: ${rules.join(', ')}`}\n${sql}`;
  return `${[head.join('\n'), ...statements.map(one)].join('\n\n')}\n`;
}
