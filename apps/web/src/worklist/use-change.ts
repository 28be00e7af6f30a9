'use client';

import { useEffect, useRef, useState } from 'react';

/** How long a changed row stays tinted; the tint itself lasts 180 ms each way. */
const TINT_MS = 2_000;
const NOBODY: ReadonlySet<string> = new Set();

interface Change {
  readonly news: readonly string[];
  readonly changed: ReadonlySet<string>;
}

/** What changed between two answers: words for a screen reader, rows for a short tint. */
export function useChange<T>(
  value: T,
  newsBetween: (before: T, after: T) => readonly string[],
  changedIds: (before: T, after: T) => ReadonlySet<string>,
): Change {
  const before = useRef(value);
  const [change, setChange] = useState<Change>({ news: [], changed: NOBODY });
  useEffect(() => {
    if (before.current === value) return;
    const news = newsBetween(before.current, value);
    const changed = changedIds(before.current, value);
    before.current = value;
    if (news.length === 0 && changed.size === 0) return;
    setChange({ news, changed });
    const timer = setTimeout(() => {
      setChange((shown) => ({ ...shown, changed: NOBODY }));
    }, TINT_MS);
    return () => {
      clearTimeout(timer);
    };
  }, [value, newsBetween, changedIds]);
  return change;
}
