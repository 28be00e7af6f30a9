import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CSV_HEADER, readRecords, readVitalsCsv } from './index.ts';

const head = CSV_HEADER.join();
const good = 'MRN-1,watch-1,8867-4,71,/min,2026-11-20T06:00:00Z,';
const read = (text: string) => readVitalsCsv(text);
const refusals = (text: string) => {
  const file = read(text);
  return file.ok ? file.value.refused : [file.error];
};

describe('a file of wearable signs', () => {
  it('is read with either line end, a byte order mark, and without a final line break', () => {
    for (const text of [`${head}\n${good}\n`, `\ufeff${head}\r\n${good}\r\n`, `${head}\n${good}`]) {
      expect(read(text), JSON.stringify(text)).toMatchObject({
        ok: true,
        value: { rows: [{ line: 2, patient: 'MRN-1', device: 'watch-1', code: '8867-4', value: 71, unit: '/min' }], refused: [] },
      });
    }
  });

  it('may hold commas, doubled quotes and line breaks inside quotes, and still counts lines as an editor does', () => {
    const text = `${head}\nMRN-1,"watch, left ""A""\nsecond line",8867-4,71,/min,2026-11-20T06:00:00Z,\nMRN-1,w,8867-4,seventy,/min,2026-11-20T06:00:00Z,\n`;
    expect(read(text)).toMatchObject({ ok: true, value: { rows: [{ line: 2, device: 'watch, left "A"\nsecond line' }], refused: [{ line: 4 }] } });
  });

  it('names every bad row with its line, and keeps the good ones apart', () => {
    const rows = [good, good.replace('71', 'seventy'), good.replace('/min', ''), good.replace('06:00:00Z', '06:00:00'), `${good},extra`, 'MRN-1,w', good];
    expect(refusals(`${head}\n${rows.join('\n')}\n`).map(({ line }) => line)).toEqual([3, 4, 5, 6, 7]);
  });

  it('takes decimal numbers only: hexadecimal, NaN, infinity and decimal commas are none', () => {
    for (const value of ['0x48', 'NaN', 'Infinity', '1e400', '"36,8"', '', ' ', '1_000', '.'])
      expect(refusals(`${head}\n${good.replace('71', value)}\n`), value).toHaveLength(1);
    for (const value of ['-5', '36.8', '7e1', '+71']) expect(refusals(`${head}\n${good.replace('71', value)}\n`), value).toEqual([]);
  });

  it('is unreadable without its exact header, with an open quote, or with NUL', () => {
    expect(refusals('')).toEqual([{ line: 1, reason: `the first line is not ${head}` }]);
    expect(refusals(`patient,code\n${good}\n`)).toHaveLength(1);
    expect(refusals(`${head}\n"${good}\n`)).toMatchObject([{ line: 2 }]);
    expect(refusals(`${head}\n${good.replace('watch', 'wa\0tch')}\n`)).toEqual([{ line: 2, reason: 'the text holds NUL' }]);
  });

  it('never makes the reader throw, and what is written is read again', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => typeof readRecords(text).ok === 'boolean'));
    const cell = fc.string().filter((text) => text.isWellFormed());
    fc.assert(
      fc.property(fc.array(fc.array(cell, { minLength: 2, maxLength: 5 }), { minLength: 1 }), (rows) => {
        const text = rows.map((cells) => cells.map((one) => `"${one.replaceAll('"', '""')}"`).join()).join('\r\n');
        const records = readRecords(text);
        expect(records.ok && records.value.map(({ cells }) => cells)).toEqual(rows);
      }),
    );
  });
});
