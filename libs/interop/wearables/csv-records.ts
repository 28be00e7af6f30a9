import { err, ok, type Result } from '@concord/core/kernel';

/** One record of a CSV text and the line on which it begins, from 1. */
export interface CsvRecord {
  readonly line: number;
  readonly cells: readonly string[];
}

export interface CsvError {
  readonly line: number;
  readonly reason: string;
}

/**
 * RFC 4180: comma, CRLF or LF, quotes doubled inside quotes; the last line break may be missing; a byte order mark is passed
 * over. A quote in the middle of a bare cell, or one that is never closed, is refused with the line on which it begins.
 */
export function readRecords(text: string): Result<readonly CsvRecord[], CsvError> {
  const reader = new Records(text.startsWith('\ufeff') ? text.slice(1) : text);
  return reader.all();
}

const BARE = /[^",\r\n]*/y;
const QUOTED = /"((?:[^"]|"")*)"/y;

/** One pass over one text. */
class Records {
  private readonly text: string;
  private at = 0;
  private line = 1;

  constructor(text: string) {
    this.text = text;
  }

  all(): Result<readonly CsvRecord[], CsvError> {
    const records: CsvRecord[] = [];
    while (this.at < this.text.length) {
      const line = this.line;
      const cells = this.record();
      if (typeof cells === 'string') return err({ line, reason: cells });
      records.push({ line, cells });
    }
    return ok(records);
  }

  private record(): readonly string[] | string {
    const cells: string[] = [];
    for (;;) {
      const cell = this.text[this.at] === '"' ? this.quoted() : this.bare();
      if (cell === undefined) return 'a quote is never closed, or stands inside a cell';
      cells.push(cell);
      const next = this.text[this.at];
      if (next === ',') {
        this.at += 1;
        continue;
      }
      return this.lineEnd() ? cells : 'a quote stands inside a cell';
    }
  }

  private bare(): string {
    BARE.lastIndex = this.at;
    const cell = BARE.exec(this.text)?.[0] ?? '';
    this.at += cell.length;
    return cell;
  }

  private quoted(): string | undefined {
    QUOTED.lastIndex = this.at;
    const match = QUOTED.exec(this.text);
    if (match === null) return undefined;
    this.at += match[0].length;
    this.line += match[0].split('\n').length - 1;
    return (match[1] ?? '').replaceAll('""', '"');
  }

  private lineEnd(): boolean {
    const left = this.text.slice(this.at, this.at + 2);
    const width = left === '\r\n' ? 2 : left.startsWith('\n') || left.startsWith('\r') ? 1 : 0;
    this.at += width;
    this.line += 1;
    return width > 0 || left === '';
  }
}
