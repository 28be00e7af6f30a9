'use client';

import { useEffect, useRef, useState } from 'react';

/** At most one announcement a minute, gathered: a ward that talks all the time is not listened to. */
const EVERY_MS = 60_000;

/** Speaks what changed to a screen reader, politely. */
export function LiveNews({ news }: { readonly news: readonly string[] }) {
  const [said, setSaid] = useState('');
  const waiting = useRef<string[]>([]);
  const lastAt = useRef(Number.NEGATIVE_INFINITY);
  useEffect(() => {
    if (news.length === 0) return;
    waiting.current.push(...news);
    const rest = Math.max(0, lastAt.current + EVERY_MS - performance.now());
    const timer = setTimeout(() => {
      lastAt.current = performance.now();
      setSaid(`Updated, ${waiting.current.splice(0).join('; ')}`);
    }, rest);
    return () => {
      clearTimeout(timer);
    };
  }, [news]);
  return (
    <p className="vh" role="status" aria-live="polite">
      {said}
    </p>
  );
}
