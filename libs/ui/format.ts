/** No-break space: a number never parts from its unit. */
export const NBSP = '\u00a0';
/** The minus sign of print; a hyphen reads as a dash at three in the morning. */
export const MINUS = '\u2212';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

/** A probability as the screen shows it, in whole percent without the sign: `34`, `< 1`, `> 99`. */
export function wholePercent(probability: number): string {
  if (probability < 0.01) return `<${NBSP}1`;
  if (probability > 0.99) return `>${NBSP}99`;
  return String(Math.round(probability * 100));
}

/** `34 %`, `< 1 %`. */
export function percent(probability: number): string {
  return `${wholePercent(probability)}${NBSP}%`;
}

/** The stored figure, four decimals as percent: `34.12 %`. */
export function storedPercent(probability: number): string {
  return `${(probability * 100).toFixed(2)}${NBSP}%`;
}

/** `24 to 45 %`, or `below 1 %` when both ends round there. */
export function interval([low, high]: readonly [number, number]): string {
  if (high < 0.01) return `below 1${NBSP}%`;
  const from = low < 0.01 ? `below 1` : wholePercent(low);
  return `${from} to ${wholePercent(high)}${NBSP}%`;
}

/** How many, in groups of three: `10,574`. */
export function count(whole: number): string {
  return whole.toLocaleString('en-GB');
}

/** A change of probability in whole points: `+12`, `−3`, `±0`. */
export function points(change: number): string {
  const whole = Math.round(change * 100);
  if (whole === 0) return '±0';
  return whole > 0 ? `+${String(whole)}` : `${MINUS}${String(-whole)}`;
}

/** Signed, fixed digits, with a printed minus: `+0.74`, `−2.71`. */
export function signed(value: number, digits = 2): string {
  const text = Math.abs(value).toFixed(digits);
  if (Number(text) === 0) return `±${text}`;
  return value > 0 ? `+${text}` : `${MINUS}${text}`;
}

/** How old something is: `< 1 min`, `12 min`, `3 h 20`, `19 h`, `4 days`. */
export function age(atMs: number, nowMs: number): string {
  const elapsed = Math.max(0, nowMs - atMs);
  if (elapsed < MINUTE) return `<${NBSP}1${NBSP}min`;
  if (elapsed < HOUR) return `${String(Math.floor(elapsed / MINUTE))}${NBSP}min`;
  const whole = Math.floor(elapsed / HOUR);
  if (whole < 10) return `${String(whole)}${NBSP}h${NBSP}${pad(Math.floor((elapsed % HOUR) / MINUTE))}`;
  if (whole < 48) return `${String(whole)}${NBSP}h`;
  return `${String(Math.floor(whole / 24))}${NBSP}days`;
}

interface Wall {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** The wall clock of the site. Names of days and months are our own: browsers disagree on "Sept". */
export function wall(atMs: number, zone: string): Wall {
  let format = formats.get(zone);
  if (!format) {
    const fields = { year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' } as const;
    format = new Intl.DateTimeFormat('en-GB', { timeZone: zone, hourCycle: 'h23', ...fields });
    formats.set(zone, format);
  }
  const found = new Map(format.formatToParts(atMs).map((part) => [part.type, Number(part.value)]));
  const field = (name: Intl.DateTimeFormatPartTypes) => found.get(name) ?? 0;
  return { year: field('year'), month: field('month'), day: field('day'), hour: field('hour'), minute: field('minute'), second: field('second') };
}

/** `03:12` on the site's clock. */
export function clock(atMs: number, zone: string): string {
  const { hour, minute } = wall(atMs, zone);
  return `${pad(hour)}:${pad(minute)}`;
}

/** `03:12:09` on the site's clock. */
export function clockSeconds(atMs: number, zone: string): string {
  return `${clock(atMs, zone)}:${pad(wall(atMs, zone).second)}`;
}

/** `22 Nov` on the site's calendar. */
export function day(atMs: number, zone: string): string {
  const { day: date, month } = wall(atMs, zone);
  return `${String(date)}${NBSP}${monthName(month)}`;
}

/** `Mon 23 Nov`. */
export function weekday(atMs: number, zone: string): string {
  const { year, month, day: date } = wall(atMs, zone);
  const name = DAYS[new Date(Date.UTC(year, month - 1, date)).getUTCDay()] ?? '';
  return `${name}${NBSP}${day(atMs, zone)}`;
}

/** `Mon 23 Nov 03:12`. */
export function stamp(atMs: number, zone: string): string {
  return `${weekday(atMs, zone)} ${clock(atMs, zone)}`;
}

/** `22:31`, and the day in front of it when it is not today: `22 Nov 22:31`. */
export function when(atMs: number, nowMs: number, zone: string): string {
  const same = day(atMs, zone) === day(nowMs, zone);
  return same ? clock(atMs, zone) : `${day(atMs, zone)} ${clock(atMs, zone)}`;
}

/** A birth date as a person says it: `18 Apr 1957`. */
export function birthDate(date: string): string {
  const [year, month, dayOfMonth] = date.split('-').map(Number);
  const parts = [dayOfMonth, month ? monthName(month) : undefined, year].filter((part) => part !== undefined);
  return parts.join(NBSP);
}

/** A record number in groups of four from the right, as it is read aloud: `44107723` becomes `4410 7723`. */
export function recordNumber(value: string): string {
  return /^\d{6,}$/.test(value) ? value.replace(/(?<=\d)(?=(?:\d{4})+$)/g, NBSP) : value;
}

const UNITS: Readonly<Record<string, string>> = { 'mm[Hg]': 'mmHg', Cel: '°C', '/min': '/min', '%': '%', 'L/min': 'L/min', '1': '' };

/** UCUM as people write it. */
export function unitWords(ucum: string): string {
  return UNITS[ucum] ?? ucum;
}

/** A measured value with no more digits than its unit bears: temperature one, all else whole. */
export function measured(value: number, ucum: string): string {
  const text = ucum === 'Cel' ? value.toFixed(1) : String(Math.round(value));
  return text.replace('-', MINUS);
}

function monthName(month: number): string {
  return MONTHS[month - 1] ?? '';
}

function pad(value: number): string {
  return String(value).padStart(2, '0');
}
