import { err, ok, parseInstant, type Instant, type Result } from '@concord/core/kernel';
import { readRecords, type CsvError, type CsvRecord } from './csv-records.ts';

/** The columns of `POST /api/v1/ingest/wearables/csv`, in this order and spelling. */
export const CSV_HEADER = ['patient', 'device', 'code', 'value', 'unit', 'effectiveAt', 'sentAt'] as const;
/** A day of one signal every second; more is another file. */
export const CSV_ROWS_MAX = 100_000;

export interface CsvRow {
  readonly line: number;
  /** Identifier value under the source's own authority. */
  readonly patient: string;
  readonly device?: string;
  /** LOINC. */
  readonly code: string;
  readonly value: number;
  /** UCUM, as sent. */
  readonly unit: string;
  readonly effectiveAt: Instant;
  readonly sentAt?: Instant;
}

export interface CsvFile {
  readonly rows: readonly CsvRow[];
  /** Rows that cannot be read, by line; the header is line 1. */
  readonly refused: readonly CsvError[];
}

/** Reads the file; without the exact header, or with a quote that never closes, nothing of it can be read. */
export function readVitalsCsv(text: string): Result<CsvFile, CsvError> {
  const nul = text.indexOf('\0');
  if (nul >= 0) return err({ line: text.slice(0, nul).split('\n').length, reason: 'the text holds NUL' });
  const records = readRecords(text);
  if (!records.ok) return records;
  const [header, ...rest] = records.value;
  if (header?.cells.join() !== CSV_HEADER.join()) return err({ line: 1, reason: `the first line is not ${CSV_HEADER.join()}` });
  if (rest.length > CSV_ROWS_MAX) return err({ line: CSV_ROWS_MAX + 2, reason: `more than ${CSV_ROWS_MAX} rows` });
  const rows: CsvRow[] = [];
  const refused: CsvError[] = [];
  for (const record of rest) {
    const row = readRow(record);
    if (row.ok) rows.push(row.value);
    else refused.push({ line: record.line, reason: row.error });
  }
  return ok({ rows, refused });
}

// Digits with a decimal point; an exponent is allowed, hexadecimal, thousands and words are not.
const NUMBER = /^[+-]?\d+(\.\d+)?([eE][+-]?\d+)?$/;
const CELL_LENGTH_MAX = 256;

function readRow(record: CsvRecord): Result<CsvRow, string> {
  const cells = cellsOf(record);
  if (typeof cells === 'string') return err(cells);
  const { device, value, effectiveAt, sentAt, ...named } = cells;
  const number = NUMBER.test(value) ? Number(value) : Number.NaN;
  if (!Number.isFinite(number)) return err('value is not a decimal number');
  const times = readTimes(effectiveAt, sentAt);
  if (!times.ok) return times;
  return ok({ line: record.line, ...named, value: number, ...times.value, ...(device === '' ? {} : { device }) });
}

type Cells = Readonly<Record<(typeof CSV_HEADER)[number], string>>;

/** The cells by name, or what is wrong with them. */
function cellsOf({ cells }: CsvRecord): Cells | string {
  if (cells.length !== CSV_HEADER.length) return `expected ${CSV_HEADER.length} cells, found ${cells.length}`;
  const named = Object.fromEntries(CSV_HEADER.map((name, column) => [name, cells[column] ?? ''])) as Cells;
  return wrongCell(cells) ?? missingCell(named) ?? named;
}

function readTimes(effectiveAt: string, sentAt: string): Result<Pick<CsvRow, 'effectiveAt' | 'sentAt'>, string> {
  const effective = readTime('effectiveAt', effectiveAt);
  if (!effective.ok || sentAt === '') return effective.ok ? ok({ effectiveAt: effective.value }) : effective;
  const sent = readTime('sentAt', sentAt);
  return sent.ok ? ok({ effectiveAt: effective.value, sentAt: sent.value }) : sent;
}

function wrongCell(cells: readonly string[]): string | undefined {
  const place = cells.findIndex((cell) => cell.length > CELL_LENGTH_MAX || !cell.isWellFormed());
  return place < 0 ? undefined : `${String(CSV_HEADER[place])} is too long or no text`;
}

const NEEDED = ['patient', 'code', 'value', 'unit', 'effectiveAt'] as const;

function missingCell(cells: Cells): string | undefined {
  const name = NEEDED.find((key) => cells[key].trim() === '');
  return name === undefined ? undefined : `${name} is empty`;
}

const TIME_REASON = { 'not-an-instant': 'is not an ISO 8601 time', 'no-offset': 'has no offset', 'no-such-time': 'does not exist' } as const;

function readTime(name: string, text: string): Result<Instant, string> {
  const moment = parseInstant(text);
  return moment.ok ? moment : err(`${name} ${TIME_REASON[moment.error.kind]}`);
}
