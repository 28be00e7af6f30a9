import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stable } from './stable-json.ts';

describe('bytes that stand for a value', () => {
  it('are the same whatever the order in which it was put together, and read back as the same value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = stable(value);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(stable(turned(value))).toBe(text);
      }),
    );
  });

  it('are those that events and seals had from the first day on', () => {
    const event = { b: [{ d: undefined, c: 1 }, null], a: { 10: 'x', 9: 'y', '': false }, at: new Date(0), bytes: Buffer.of(1, 2), none: undefined };
    expect(stable(event)).toBe('{"a":{"9":"y","10":"x","":false},"at":"1970-01-01T00:00:00.000Z","b":[{"c":1},null],"bytes":{"data":[1,2],"type":"Buffer"}}');
  });
});

/** The same value with the keys of every object the other way round. */
function turned(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(turned);
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, inner]) => [key, turned(inner)]),
  );
}
