import { err, ok, type Result } from '@concord/core/kernel';
import type { SuiteError, SuiteFiles } from './suite.ts';

/** One row by column name; `line` counts from 1, the header included. */
export interface Row {
  readonly line: number;
  readonly cells: Readonly<Record<string, string>>;
}

/**
 * Reads a small table with a header into memory.
 * @param separator `,` with quoted cells, or a tab without.
 */
export async function readTable(files: SuiteFiles, name: string, separator: ',' | '\t' = ','): Promise<Result<readonly Row[], SuiteError>> {
  const text = await files.text(name);
  if (text === undefined) return err({ kind: 'missing-file', name });
  const [header, ...lines] = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  const columns = cellsOf(header ?? '', separator);
  const rows: Row[] = [];
  for (const [index, line] of lines.entries()) {
    if (line === '') continue;
    const cells = cellsOf(line, separator);
    if (cells.length !== columns.length) {
      return err({ kind: 'unreadable', name, line: index + 2, reason: `${cells.length} cells where the header has ${columns.length}` });
    }
    rows.push({ line: index + 2, cells: Object.fromEntries(columns.map((column, at) => [column, cells[at] ?? ''])) });
  }
  return ok(rows);
}

/** Cells of one line. In a comma-separated line a quoted cell may hold commas and doubled quotes. */
export function cellsOf(line: string, separator: ',' | '\t'): readonly string[] {
  if (separator === '\t' || !line.includes('"')) return line.split(separator);
  const cells: string[] = [];
  const cell = /(?:"((?:[^"]|"")*)"|([^,]*))(,|$)/y;
  for (let match = cell.exec(line); match !== null; match = cell.exec(line)) {
    cells.push(match[1] === undefined ? (match[2] ?? '') : match[1].replaceAll('""', '"'));
    if (match[3] === '') break;
  }
  return cells;
}

/** A reader of numbers that remembers which row could not be read. */
export function numberIn(row: Row, column: string): number {
  const cell = row.cells[column] ?? '';
  return cell.trim() === '' ? Number.NaN : Number(cell);
}
