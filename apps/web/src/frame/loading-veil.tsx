'use client';

import { useEffect, useState } from 'react';
import { LoadingRows } from '@concord/ui';

/** Shorter waits show nothing: a flash says less than a pause. */
const AFTER_MS = 300;

/** Shown once waiting takes longer than 300 ms; says so again after five seconds. */
export function LoadingLate({ what }: { readonly what: string }) {
  const [seconds, setSeconds] = useState<number | null>(null);
  useEffect(() => {
    const begun = performance.now();
    const first = setTimeout(() => {
      setSeconds(0);
    }, AFTER_MS);
    const each = setInterval(() => {
      setSeconds(Math.floor((performance.now() - begun) / 1_000));
    }, 1_000);
    return () => {
      clearTimeout(first);
      clearInterval(each);
    };
  }, []);
  return seconds === null ? null : <LoadingRows what={what} seconds={seconds} />;
}

/** Covers the list while a patient is being opened: no other patient's numbers stand there meanwhile. */
export function OpeningVeil({ opening }: { readonly opening: boolean }) {
  const [late, setLate] = useState(false);
  useEffect(() => {
    if (!opening) return;
    const timer = setTimeout(() => {
      setLate(true);
    }, AFTER_MS);
    return () => {
      clearTimeout(timer);
      setLate(false);
    };
  }, [opening]);
  if (!opening || !late) return null;
  return (
    <div className="veil">
      <LoadingLate what="the patient" />
    </div>
  );
}
