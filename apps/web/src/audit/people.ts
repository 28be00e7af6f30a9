import type { AuditLine } from './event.ts';

/** One person or machine in the answer: how often, since when, and on what ground. */
export interface Person {
  readonly login: string;
  readonly name: string;
  readonly times: number;
  readonly refused: number;
  readonly lastAtMs: number;
  /** Each ground once: the relation to the patient and the rule in its own words. */
  readonly grounds: readonly string[];
  /** Scores that were shown, with the model bundle behind them. */
  readonly scores: readonly string[];
}

/** Who stands in these lines and why they were allowed; most often first. */
export function peopleIn(lines: readonly AuditLine[]): readonly Person[] {
  const byLogin = new Map<string, AuditLine[]>();
  for (const line of lines) byLogin.set(line.login, [...(byLogin.get(line.login) ?? []), line]);
  return [...byLogin.values()].map(personOf).sort((a, b) => b.times - a.times);
}

function personOf(lines: readonly AuditLine[]): Person {
  const grounds = lines.map((line) => (line.outcome === 'refused' ? `Refused: ${line.because}` : groundOf(line)));
  return {
    login: lines[0]?.login ?? '',
    name: lines[0]?.name ?? '',
    times: lines.length,
    refused: lines.filter(({ outcome }) => outcome === 'refused').length,
    lastAtMs: Math.max(...lines.map(({ atMs }) => atMs)),
    grounds: [...new Set(grounds)],
    scores: [...new Set(lines.flatMap(({ scores }) => scores))],
  };
}

function groundOf({ relation, because }: AuditLine): string {
  return relation === '' ? because : `${relation}. ${because}`;
}
