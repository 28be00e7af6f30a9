interface Entry {
  readonly newest: number;
  readonly versions: Readonly<Record<string, string>>;
  readonly fixed: string;
}

/**
 * An entry of the key store as it is now, with the versions of before beside it: wrapped, as both were. What a version number
 * names never changes, but for the root key that wraps it, and there the entry of now is right.
 */
export function withOlderVersions(before: Uint8Array, now: Uint8Array): Buffer {
  const [older, newer] = [before, now].map((bytes) => JSON.parse(Buffer.from(bytes).toString('utf8')) as Entry);
  if (older === undefined || newer === undefined) throw new Error('an entry of the key store is missing');
  return Buffer.from(JSON.stringify({ ...newer, versions: { ...older.versions, ...newer.versions } }));
}
