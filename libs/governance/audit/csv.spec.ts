import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csvCell, csvTable } from './csv.ts';

/** A strict reader of RFC 4180, of our own: quoted or plain cells, commas between them, CRLF after each record. */
function parse(text: string): string[][] {
  const cells = [...text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/gy)];
  expect(cells.map(([whole]) => whole).join('')).toBe(text);
  const rows: string[][] = [[]];
  for (const [, quoted, plain = '', end] of cells) {
    rows.at(-1)?.push(quoted?.replaceAll('""', '"') ?? plain);
    if (end === '\r\n') rows.push([]);
  }
  return rows.slice(0, -1);
}

describe('a table for a spreadsheet', () => {
  it('never lets a cell be run as a formula', () => {
    for (const attack of ['=1+1', '+1', '-1+cmd|" /C calc"!A0', '@SUM(A1)', '\t=1', '\r=1', '\0=1', '=HYPERLINK("http://x","y")']) {
      expect(csvCell(attack).replace(/^"/, '')).toMatch(/^'/);
    }
  });

  it('gives back every cell to a strict reader, whatever stands in it, and no cell that begins a formula', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.array(fc.string({ unit: fc.constantFrom('a', '"', ',', '\r', '\n', '=', '+', '-', '@', '\t', "'", '\0', 'é', ' ') }), {
            minLength: 2,
            maxLength: 4,
          }),
          { minLength: 1, maxLength: 5 },
        ),
        (rows) => {
          const [head = [], ...rest] = rows;
          const read = parse(csvTable(head, rest));
          expect(read).toHaveLength(rows.length);
          read.flat().forEach((cell, place) => {
            const wrote = rows.flat()[place] ?? '';
            expect([wrote, `'${wrote}`]).toContain(cell);
            expect(cell).not.toMatch(/^[=+\-@\t\r\0]/);
          });
        },
      ),
    );
  });
});
