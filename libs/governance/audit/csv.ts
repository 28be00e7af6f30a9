/** A cell that a spreadsheet would take for a formula begins with one of these (OWASP ASVS 1.2.10). */
const FORMULA = /^[=+\-@\t\r\0]/;

/**
 * A table as RFC 4180 says: CRLF after every record, quotes where a cell needs them, doubled inside. A cell that a spreadsheet
 * would run gets a leading `'`; that changes its bytes, so a CSV is for reading and never what a proof hashes.
 */
export function csvTable(head: readonly string[], rows: Iterable<readonly string[]>): string {
  return [head, ...rows].map((row) => `${row.map(csvCell).join(',')}\r\n`).join('');
}

/** One cell, safe to open in a spreadsheet. */
export function csvCell(value: string): string {
  const safe = FORMULA.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
