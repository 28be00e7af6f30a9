/** JSON with the keys of every object in order: equal values are equal bytes. */
export function stable(value: unknown): string {
  return JSON.stringify(ordered(value));
}

/** Put in order before it is written: a replacer that `JSON.stringify` asks for every value costs several times as much. */
function ordered(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(ordered);
  // Dates and buffers say themselves what they are in JSON.
  if (value instanceof Date || value instanceof Uint8Array) return ordered(JSON.parse(JSON.stringify(value)));
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, ordered(inner)]),
  );
}
