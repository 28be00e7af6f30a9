import { toIso, type Instant } from '@concord/core/kernel';
import type { AccessLine } from './access-lines.ts';
import { csvTable } from './csv.ts';
import { ACCOUNTING_RULES, type Accounting } from './disclosures.ts';

/** What both papers say on top: whose they are, of which time, by whom and when they were made. */
export interface PaperHead {
  /** Opaque id of the patient; no name stands on these papers. */
  readonly patient: string;
  readonly from: Instant;
  readonly to: Instant;
  readonly madeAt: Instant;
  readonly madeFor: string;
}

/** The one style of the papers; its hash stands in the answer's content security policy. */
export const PAPER_STYLE =
  '@page{size:A4;margin:18mm 15mm}' +
  'body{font:14px/1.45 "Source Sans 3",system-ui,sans-serif;color:#16202b;background:#fff;max-width:60rem;margin:2rem auto;padding:0 1rem}' +
  'h1{font-size:1.5rem;margin:0 0 .25rem}p{margin:.25rem 0}table{border-collapse:collapse;width:100%;margin:1.25rem 0}' +
  'caption{text-align:left;font-weight:600;padding:.25rem 0}th,td{text-align:left;vertical-align:top;padding:.4rem .6rem;border-bottom:1px solid #c9d1d9}' +
  'td:first-child{min-width:6rem}th{background:#eef2f5}thead{display:table-header-group}tr{break-inside:avoid}.refused{font-weight:600}footer{color:#44505c;margin-top:2rem}' +
  '@media print{body{margin:0;max-width:none;padding:0;font-size:11px}}';

/** Accounting of disclosures as the patient may be told (`accountToPatient`), to be read, printed, or saved as PDF by the browser. */
export function accountingHtml(head: PaperHead, accounting: Accounting): string {
  const { entries, exempt } = accounting;
  const rows = entries.map((entry) => [
    entry.times === 1 ? day(entry.at) : `${day(entry.at)}, then ${entry.times - 1} more until ${day(entry.lastAt)}`,
    entry.recipient,
    entry.address,
    entry.description,
    entry.purpose,
  ]);
  const left = exempt.map(({ because, citation, count }) => [because, citation, String(count)]);
  return page('Accounting of disclosures', head, [
    table(
      'To whom information about this patient was given',
      ['Date', 'Recipient', 'Address', 'What', 'Purpose'],
      rows,
      'Nothing was given to anybody outside that has to be accounted for.',
    ),
    table('What is not in this accounting, and by which rule', ['Rule', '45 CFR', 'Events'], left, 'Nothing was left out.'),
    `<p>Made under ${escape(ACCOUNTING_RULES)}.</p>`,
  ]);
}

/** Who looked, and why they were allowed. */
export function accessHtml(head: PaperHead, lines: readonly AccessLine[]): string {
  const rows = lines.map((line) => [
    moment(line.at),
    // Some identity providers put the role into the name.
    [line.who, line.who.includes(',') ? '' : line.role].filter((part) => part !== '').join(', '),
    [line.what, ...line.scores].join('; '),
    [word(line.outcome), line.relation, line.why].filter((part) => part !== '').join(' · '),
    line.purpose,
  ]);
  return page('Report of accesses', head, [
    table('Who looked, newest first', ['When (UTC)', 'Who', 'What', 'Why', 'Purpose'], rows, 'Nobody looked in this time.'),
  ]);
}

const WORDS = { allowed: '', emergency: 'Emergency access', refused: 'Refused', failed: 'Failed' } as const;
const word = (outcome: AccessLine['outcome']): string => WORDS[outcome];

/** The accounting as a table. */
export function accountingCsv({ entries }: Accounting): string {
  const head = ['date', 'last_date', 'times', 'recipient', 'address', 'description', 'purpose'];
  return csvTable(
    head,
    entries.map((entry) => [toIso(entry.at), toIso(entry.lastAt), String(entry.times), entry.recipient, entry.address, entry.description, entry.purpose]),
  );
}

/** The report of accesses as a table. */
export function accessCsv(lines: readonly AccessLine[]): string {
  const head = ['when', 'who', 'role', 'what', 'outcome', 'relation', 'why', 'purpose', 'scores'];
  return csvTable(
    head,
    lines.map((line) => [toIso(line.at), line.who, line.role, line.what, line.outcome, line.relation, line.why, line.purpose, line.scores.join('; ')]),
  );
}

function page(title: string, head: PaperHead, parts: readonly string[]): string {
  const about = `<p>Patient ${escape(head.patient)} · ${day(head.from)} to ${day(head.to)}</p><p>Made on ${moment(head.madeAt)} UTC for ${escape(head.madeFor)}</p>`;
  return (
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${title}</title><style>${PAPER_STYLE}</style></head>` +
    `<body><main><h1>${title}</h1>${about}${parts.join('')}</main><footer><p>Concord, research software, not a medical device.</p></footer></body></html>\n`
  );
}

function table(caption: string, head: readonly string[], rows: readonly (readonly string[])[], empty: string): string {
  if (rows.length === 0) return `<h2>${escape(caption)}</h2><p>${escape(empty)}</p>`;
  const cells = (row: readonly string[]): string => `<tr>${row.map((cell) => `<td>${escape(cell)}</td>`).join('')}</tr>`;
  return `<table><caption>${escape(caption)}</caption><thead><tr>${head.map((name) => `<th scope="col">${escape(name)}</th>`).join('')}</tr></thead><tbody>${rows.map(cells).join('')}</tbody></table>`;
}

const day = (at: Instant): string => toIso(at).slice(0, 10);
const moment = (at: Instant): string => toIso(at).slice(0, 19).replace('T', ' ');

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
function escape(text: string): string {
  return text.replace(/[&<>"']/g, (mark) => ENTITIES[mark] ?? mark);
}
