import type { Instant } from '@concord/core/kernel';
import type { AuditRow, AuditTally } from '@concord/core/ports';

/** Under which title something was given to somebody outside. */
export const BASES = [
  'public-health',
  'oversight',
  'law-enforcement',
  'judicial',
  'research',
  'required-by-law',
  'threat-to-safety',
  'workers-compensation',
  'decedents',
  'authorization',
  'individual',
  'incident',
  'directory-or-family',
  'national-security',
  'custody',
  'limited-data-set',
] as const;
export type DisclosureBasis = (typeof BASES)[number];

/** Kinds of information, so that a description holds no free text about a patient. */
export const DISCLOSED = ['demographics', 'stays', 'vital-signs', 'laboratory', 'reports', 'images', 'risk-scores', 'access-record', 'whole-record'] as const;

/** What the record keeps of a disclosure beside its recipient. */
export interface DisclosureDetail {
  readonly basis: DisclosureBasis;
  /** ISO 8601; when it was given, which may lie before it was recorded. */
  readonly disclosedAt: string;
  readonly what: readonly (typeof DISCLOSED)[number][];
}

/** What a rule looks at: events that are the same in it need not be told apart. */
type Sort = Pick<AuditRow, 'kind' | 'action' | 'unitPart' | 'outcome' | 'purpose' | 'detail'>;

/** A rule that takes a line out of the accounting, and where it stands in 45 CFR. */
export interface Exemption {
  readonly id: string;
  readonly citation: string;
  readonly because: string;
  readonly applies: (row: Sort) => boolean;
}

const detailOf = (row: Sort): Partial<DisclosureDetail> => (typeof row.detail === 'object' && row.detail !== null ? row.detail : {});
const isGiven = (row: Sort): boolean => row.kind === 'disclosure';
const isFor =
  (...purposes: readonly string[]): Exemption['applies'] =>
  (row) =>
    !isGiven(row) && purposes.includes(row.purpose);
const under =
  (basis: DisclosureBasis): Exemption['applies'] =>
  (row) =>
    isGiven(row) && detailOf(row).basis === basis;

/** Version of the rules below; stands on every accounting. */
export const ACCOUNTING_RULES = '45 CFR 164.528, rules of 2026-11';

/** In this order: the first that applies is the one that is named. */
export const EXEMPTIONS: readonly Exemption[] = [
  { id: 'refused', citation: '164.528(a)(1)', because: 'Nothing was disclosed: the request was refused or failed.', applies: (row) => row.outcome !== 0 },
  {
    id: 'received',
    citation: '164.528(a)(1)',
    because: 'Nothing was disclosed: information came in or was changed.',
    applies: (row) => !isGiven(row) && (row.action === 'C' || row.action === 'U'),
  },
  {
    id: 'unit',
    citation: '164.528(a)(1)',
    because: 'No disclosure of its own: a line that ends or administers others.',
    applies: (row) => row.unitPart === 'close' || row.unitPart === 'lost' || (row.kind !== undefined && row.kind !== 'disclosure' && row.kind !== 'export'),
  },
  {
    id: 'individual',
    citation: '164.528(a)(1)(ii)',
    because: 'To the individual, about themselves.',
    applies: (row) => isFor('PATRQT')(row) || under('individual')(row),
  },
  { id: 'treatment', citation: '164.528(a)(1)(i)', because: 'To carry out treatment.', applies: isFor('TREAT', 'ETREAT', 'BTG') },
  { id: 'payment', citation: '164.528(a)(1)(i)', because: 'To carry out payment.', applies: isFor('HPAYMT') },
  { id: 'operations', citation: '164.528(a)(1)(i)', because: 'To carry out health care operations.', applies: isFor('HOPERAT', 'HSYSADMIN') },
  { id: 'incident', citation: '164.528(a)(1)(iii)', because: 'Incident to a use that is permitted.', applies: under('incident') },
  { id: 'authorization', citation: '164.528(a)(1)(iv)', because: 'Under the individual’s authorization.', applies: under('authorization') },
  {
    id: 'directory-or-family',
    citation: '164.528(a)(1)(v)',
    because: 'Facility directory, or persons involved in care.',
    applies: under('directory-or-family'),
  },
  { id: 'national-security', citation: '164.528(a)(1)(vi)', because: 'National security or intelligence.', applies: under('national-security') },
  { id: 'custody', citation: '164.528(a)(1)(vii)', because: 'To a correctional institution or law enforcement having custody.', applies: under('custody') },
  { id: 'limited-data-set', citation: '164.528(a)(1)(viii)', because: 'Part of a limited data set.', applies: under('limited-data-set') },
];

/** One line of an accounting; repeats to one recipient for one purpose are one line (164.528(b)(3)). */
export interface Disclosure {
  readonly at: Instant;
  readonly recipient: string;
  readonly address: string;
  readonly description: string;
  readonly purpose: string;
  readonly times: number;
  readonly lastAt: Instant;
}

export interface Accounting {
  readonly entries: readonly Disclosure[];
  /** What was left out, by the rule that did it. */
  readonly exempt: readonly { readonly id: string; readonly citation: string; readonly because: string; readonly count: number }[];
  /** Left out for now at an agency's request (164.528(a)(2)); for the officer alone, and only how many. */
  readonly suspended: number;
}

interface Suspension {
  readonly agency: string;
  readonly from: Instant;
  readonly until: Instant;
}

/** An oral request suspends for at most this long (164.528(a)(2)(ii)(C)). */
export const ORAL_SUSPENSION_DAYS = 30;
/** An accounting reaches this far back (164.528(a)(3)). */
export const ACCOUNTING_YEARS = 6;

/** What is known about a patient's disclosures: what a period holds is asked for apart from what holds whenever it was written down. */
export interface Known {
  /** All events of the period, counted: hardly any is a disclosure. */
  readonly tallies: readonly AuditTally[];
  /** The events of the period under each of `duePurposes`. */
  readonly due: readonly AuditRow[];
  /** Every `disclosure` and `suspension` about the patient, of any time: the first count when they were given, the second hold until they end. */
  readonly statements: readonly AuditRow[];
  readonly from: Instant;
  readonly to: Instant;
  readonly now: Instant;
}

const ruleOf = (row: Sort): Exemption | undefined => EXEMPTIONS.find(({ applies }) => applies(row));

/** Purposes under which something left that no rule takes out: their events are lines of an accounting. */
export function duePurposes(tallies: readonly AuditTally[]): readonly string[] {
  return [...new Set(tallies.filter((sort) => !isGiven(sort) && ruleOf(sort) === undefined).map(({ purpose }) => purpose))];
}

/** The accounting of a patient's disclosures of one period. */
export function accountOf({ tallies, due: asked, statements, from, to, now }: Known): Accounting {
  const given = statements.filter((row) => isGiven(row) && from <= givenAt(row) && givenAt(row) < to);
  const due = [...asked.filter((row) => !isGiven(row)), ...given].filter((row) => ruleOf(row) === undefined);
  const ruled = [...tallies.filter((sort) => !isGiven(sort)), ...given.map((row) => ({ ...row, times: 1 }))].map((sort) => ({
    rule: ruleOf(sort),
    times: sort.times,
  }));
  const isSuspended = suspendedIn(statements, now);
  return {
    entries: summarised(due.filter((row) => !isSuspended(row)).map(disclosureOf)),
    exempt: EXEMPTIONS.map(({ id, citation, because }) => {
      const times = ruled.filter(({ rule }) => rule?.id === id).map((one) => one.times);
      return { id, citation, because, count: times.reduce((sum, one) => sum + one, 0) };
    }).filter(({ count }) => count > 0),
    suspended: due.filter(isSuspended).length,
  };
}

/** What is known of the accesses to a patient's record. */
export interface Accesses extends Pick<Known, 'statements' | 'now'> {
  /** Events recorded in the period. */
  readonly recorded: readonly AuditRow[];
}

/** What of their own record a patient is told: not that an agency asked for silence, nor, as long as it holds, what was given to it. */
export function toldToPatient({ recorded, statements, now }: Accesses): readonly AuditRow[] {
  const isSuspended = suspendedIn(statements, now);
  return recorded.filter((row) => row.kind !== 'suspension' && !(isGiven(row) && isSuspended(row)));
}

/** The accounting as the patient may have it: nothing in it says that an agency asked for silence, not even a number. */
export function accountToPatient(known: Known): Accounting {
  const { entries, exempt } = accountOf(known);
  return { entries, exempt: exempt.filter(({ id }) => id !== 'unit'), suspended: 0 };
}

function suspendedIn(statements: readonly AuditRow[], now: Instant): (row: AuditRow) => boolean {
  const running = statements.flatMap(suspensionOf).filter(({ from, until }) => from <= now && now < until);
  const agencies = new Set(running.map(({ agency }) => folded(agency)));
  return (row) => agencies.has(folded(recipientOf(row)));
}

/** One agency, however it was typed. */
const folded = (name: string): string => name.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim();

function suspensionOf(row: AuditRow): readonly Suspension[] {
  if (row.kind !== 'suspension' || row.outcome !== 0 || row.recipient === undefined) return [];
  const detail = row.detail as { readonly until?: unknown };
  const until = typeof detail.until === 'string' ? Date.parse(detail.until) : NaN;
  return Number.isNaN(until) ? [] : [{ agency: row.recipient.name, from: row.recordedAt, until: until as Instant }];
}

const recipientOf = (row: AuditRow): string => row.recipient?.name ?? row.actor.name;

/** When it was given, which may lie long before it was written down. */
function givenAt(row: AuditRow): Instant {
  const given = Date.parse(detailOf(row).disclosedAt ?? '');
  return Number.isNaN(given) ? row.recordedAt : (given as Instant);
}

function disclosureOf(row: AuditRow): Disclosure {
  const { basis, what } = detailOf(row);
  const at = givenAt(row);
  return {
    at,
    lastAt: at,
    recipient: recipientOf(row),
    address: row.recipient?.address ?? '',
    description: what === undefined ? row.resource : what.join(', '),
    purpose: basis ?? row.purpose,
    times: 1,
  };
}

function summarised(entries: readonly Disclosure[]): readonly Disclosure[] {
  const groups = new Map<string, Disclosure>();
  for (const entry of [...entries].sort((a, b) => a.at - b.at)) {
    const key = JSON.stringify([entry.recipient, entry.address, entry.purpose, entry.description]);
    const first = groups.get(key);
    groups.set(key, first === undefined ? entry : { ...first, times: first.times + 1, lastAt: entry.at });
  }
  return [...groups.values()];
}
