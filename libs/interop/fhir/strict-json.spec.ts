import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEPTH_MAX, readJson } from './strict-json.ts';

const kind = (text: string) => {
  const read = readJson(text);
  return read.ok ? 'read' : read.error.kind;
};

describe('JSON from outside', () => {
  it('is read like every JSON reader reads it, when it is sound', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        fc.pre(!text.includes('__proto__') && !text.includes('\\u0000') && !/\\ud[89a-f]/i.test(text));
        const read = readJson(text);
        expect(read.ok && read.value.value).toEqual(JSON.parse(text));
      }),
    );
  });

  it('never throws, whatever arrives', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => typeof readJson(text).ok === 'boolean'));
    const pieces = fc.array(
      fc.constantFrom('{', '}', '[', ']', ',', ':', '"', '\\', 'u', '0', '1', '-', 'e', '.', ' ', '\n', 'true', 'nul', '\ud800', '\u0000'),
    );
    fc.assert(fc.property(pieces, (parts) => typeof readJson(parts.join('')).ok === 'boolean'));
  });

  it('with the same key twice is refused: two birth dates are not one', () => {
    expect(kind('{"birthDate":"1970-01-01","birthDate":"1990-01-01"}')).toBe('duplicate-key');
    expect(kind('{"a":1,"\\u0061":2}')).toBe('duplicate-key');
  });

  it('with NUL, a control character or half a character in a string is refused', () => {
    for (const text of ['"a\\u0000"', '"a\u0000"', '"a\nb"', '"\\ud800"', '"\\ud800x"', '"\\udc00\\ud800"', '"\ud800"'])
      expect(kind(text), text).toBe('bad-string');
    expect(readJson('"\\ud83d\\ude00 \ud83d\ude00"')).toMatchObject({ ok: true, value: { value: '😀 😀' } });
  });

  it('with a number that no double holds, or that JSON does not know, is refused', () => {
    expect(kind('1e400')).toBe('bad-number');
    for (const text of ['NaN', '01', '+1', '.5', '1.', '0x48', 'Infinity', '--1']) expect(kind(text), text).toBe('not-json');
  });

  it('that would change a prototype is refused', () => {
    expect(kind('{"__proto__":{"admin":true}}')).toBe('forbidden-key');
    expect(readJson('{"constructor":1,"toString":2}')).toMatchObject({ ok: true });
  });

  it('deeper than any resource is refused before the stack is', () => {
    expect(kind('['.repeat(DEPTH_MAX) + ']'.repeat(DEPTH_MAX))).toBe('read');
    expect(kind('['.repeat(50_000))).toBe('too-deep');
    expect(kind('{"a":'.repeat(50_000))).toBe('too-deep');
  });

  it('that is cut off, has commas too many or text behind it is refused', () => {
    for (const text of ['', ' ', '{"a":1', '"abc', '[1,]', '{"a":1,}', '{,}', '[,1]', '1 2', '{}x', '{"a" 1}', '{a:1}', '"\\x"', '"\\u12g4"'])
      expect(kind(text), text).toBe('not-json');
  });

  it('is refused with the line and column of the mistake', () => {
    expect(readJson('{\n  "a": 1,\n  "a": 2\n}')).toMatchObject({ ok: false, error: { line: 3, column: 3 } });
  });

  it('keeps where each entry of a bundle stood', () => {
    const text = '{"entry": [ {"a":1}, {"b":{"c":2}} ]}';
    const read = readJson(text);
    const parts = read.ok ? [...read.value.spans.values()].map(({ start, end }) => text.slice(start, end)) : [];
    expect(parts).toEqual(['{"a":1}', '{"b":{"c":2}}']);
  });
});
