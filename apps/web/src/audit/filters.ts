/** What the officer asks for; every part may be left out. */
export interface AuditFilters {
  readonly patient: string;
  readonly user: string;
  /** `2026-11-23T03:00`, on the site's clock, as the browser's field gives it. */
  readonly from: string;
  readonly to: string;
  readonly purpose: string;
  readonly outcome: string;
}

type Query = Readonly<Record<string, string | readonly string[] | undefined>>;

export function filtersOf(query: Query): AuditFilters {
  const one = (name: string) => {
    const value = query[name];
    return typeof value === 'string' ? value.trim().slice(0, 200) : '';
  };
  return { patient: one('patient'), user: one('user'), from: one('from'), to: one('to'), purpose: one('purpose'), outcome: one('outcome') };
}

/** What a signed export can be narrowed by; purpose and outcome are left out, for it proves that nothing is missing. */
export function exportQuery(filters: AuditFilters, zone: string): string {
  return auditQuery({ ...filters, purpose: '', outcome: '' }, zone);
}

/** The query of `/audit`: the same names, times as instants. */
export function auditQuery(filters: AuditFilters, zone: string): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(filters)) {
    const text = String(value);
    if (text === '') continue;
    const said = name === 'from' || name === 'to' ? siteInstant(text, zone) : text;
    if (said !== null) query.set(name, said);
  }
  return query.toString();
}

const LOCAL = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)$/;

/**
 * A time as it was written on the site's clock, as an instant. The hour that daylight saving skips moves forward; of the
 * hour that comes twice the first is meant.
 */
export function siteInstant(local: string, zone: string): string | null {
  const match = LOCAL.exec(local);
  if (!match) return null;
  const [year, month, day, hour, minute] = match.slice(1).map(Number);
  if (year === undefined || month === undefined) return null;
  const asUtc = Date.UTC(year, month - 1, day, hour, minute);
  if (Number.isNaN(asUtc)) return null;
  const offsets = [asUtc - 86_400_000, asUtc + 86_400_000].map((at) => offsetMs(at, zone)).sort((a, b) => b - a);
  const candidates = offsets.map((offset) => asUtc - offset);
  const exact = candidates.find((at) => at + offsetMs(at, zone) === asUtc);
  return new Date(exact ?? candidates.at(-1) ?? asUtc).toISOString();
}

function offsetMs(at: number, zone: string): number {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  }).formatToParts(at);
  const field = (type: Intl.DateTimeFormatPartTypes) => Number(parts.find((part) => part.type === type)?.value ?? 0);
  return Date.UTC(field('year'), field('month') - 1, field('day'), field('hour'), field('minute')) - Math.floor(at / 60_000) * 60_000;
}
