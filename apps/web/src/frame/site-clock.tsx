'use client';

import { useEffect, useState } from 'react';
import { stamp } from '@concord/ui';

/** The ward's clock, carried on from the server's: the one against which every age is counted. */
export function SiteClock({ nowMs, zone }: { readonly nowMs: number; readonly zone: string }) {
  const [elapsed, setElapsed] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => {
      setElapsed(performance.now());
    }, 1_000);
    return () => {
      clearInterval(timer);
    };
  }, []);
  const at = nowMs + elapsed;
  return <time dateTime={new Date(at).toISOString()}>{stamp(at, zone)}</time>;
}
