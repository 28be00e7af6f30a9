'use client';

import { useEffect, useRef, useState } from 'react';
import type { Schema } from './answer.ts';
import { askHere } from './browser.ts';

/** Without news the long answer is asked for again this often: time itself moves the axis. */
const AT_LEAST_MS = 60_000;
/** After a failure. */
const RETRY_MS = 5_000;

/**
 * A long answer that is asked for again only when `signature` says that there is something new in it, at the latest
 * after a minute. A failure keeps what is known and tries again.
 */
export function useFollowing<T>(path: string, schema: Schema<T>, initial: T | null, signature: string): T | null {
  const [value, setValue] = useState(initial);
  const [tick, setTick] = useState(0);
  const seen = useRef(initial === null ? null : `${signature}#0`);
  useEffect(() => {
    const wanted = `${signature}#${String(tick)}`;
    let left = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const later = (ms: number) => {
      if (left) return;
      timer = setTimeout(() => {
        setTick((count) => count + 1);
      }, ms);
    };
    if (seen.current === wanted) later(AT_LEAST_MS);
    else
      void askHere(path, schema, true).then((answer) => {
        if (left) return;
        if (answer?.kind !== 'ok') {
          later(RETRY_MS);
          return;
        }
        seen.current = wanted;
        setValue(answer.value);
        later(AT_LEAST_MS);
      });
    return () => {
      left = true;
      clearTimeout(timer);
    };
  }, [path, schema, signature, tick]);
  return value;
}
