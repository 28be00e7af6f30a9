import { err, instant, ok, parseInstant, type Instant, type Result } from '@concord/core/kernel';

/** A half-open stretch of time: `from` belongs to it, `to` does not. */
export interface DateRange {
  readonly from?: Instant;
  readonly to?: Instant;
}

const VALUE = /^(eq|ne|gt|lt|ge|le|sa|eb|ap)?(\d{4}(?:-\d\d(?:-\d\d(?:T.+)?)?)?)$/;

type Ends = Required<DateRange>;

const PREFIXES: Readonly<Record<string, (ends: Ends) => DateRange>> = {
  eq: (ends) => ends,
  gt: ({ to }) => ({ from: to }),
  sa: ({ to }) => ({ from: to }),
  ge: ({ from }) => ({ from }),
  lt: ({ from }) => ({ to: from }),
  eb: ({ from }) => ({ to: from }),
  le: ({ to }) => ({ to }),
};

/** A FHIR date parameter: the value stands for its whole day, month, year or second (R4 3.1.1.4.3). Bare dates are days in UTC. */
export function readDateParameter(text: string): Result<DateRange, string> {
  const [, prefix = 'eq', written = ''] = VALUE.exec(text) ?? [];
  const ends = written === '' ? undefined : spanOf(written);
  if (ends === undefined) return err('a date was expected: YYYY, YYYY-MM, YYYY-MM-DD, or a time with an offset');
  const range = PREFIXES[prefix];
  return range === undefined ? err('the prefixes ne and ap are not supported') : ok(range(ends));
}

/** Both have to hold. */
export function narrowed(a: DateRange, b: DateRange): DateRange {
  const from = a.from === undefined || (b.from !== undefined && b.from > a.from) ? b.from : a.from;
  const to = a.to === undefined || (b.to !== undefined && b.to < a.to) ? b.to : a.to;
  return { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
}

function spanOf(written: string): Ends | undefined {
  if (written.includes('T')) return momentSpan(written);
  const from = parseInstant(`${written}${'-01-01'.slice(written.length === 4 ? 0 : written.length === 7 ? 3 : 6)}T00:00:00Z`);
  if (!from.ok) return undefined;
  const next = new Date(from.value);
  if (written.length === 4) next.setUTCFullYear(next.getUTCFullYear() + 1);
  else if (written.length === 7) next.setUTCMonth(next.getUTCMonth() + 1);
  else next.setUTCDate(next.getUTCDate() + 1);
  return { from: from.value, to: instant(next.getTime()) };
}

function momentSpan(written: string): Ends | undefined {
  // In a URL an unescaped plus arrives as a space.
  const from = parseInstant(written.replace(' ', '+'));
  if (!from.ok) return undefined;
  const width = /\.\d/.test(written) ? 1 : /T\d\d:\d\d:\d\d/.test(written) ? 1_000 : 60_000;
  return { from: from.value, to: instant(from.value + width) };
}
