'use client';

import { useCallback, useEffect, useRef, useState, type RefObject } from 'react';
import type { Schema } from './answer.ts';
import { askHere } from './browser.ts';

/** New data is to be seen within ten seconds: two polls and the re-score fit. */
const POLL_MS = 3_000;
/** A page nobody looks at may be a minute behind. */
const HIDDEN_MS = 60_000;
/** Slower after each failure, so that a server that comes back is not run over. */
const RETRY_MS = [3_000, 6_000, 12_000] as const;

export interface Polled<T> {
  readonly value: T;
  /** Milliseconds since the page began, when `value` came. */
  readonly receivedAt: number;
  /** Set while no answer comes: since when, and the reference of the last refusal. */
  readonly lost: { readonly since: number; readonly reference: string | null } | null;
  /** What was shown may not be shown any more. */
  readonly recalled: boolean;
  readonly refresh: () => void;
}

interface State<T> {
  readonly value: T;
  readonly receivedAt: number;
  readonly lost: { readonly since: number; readonly reference: string | null } | null;
  readonly recalled: boolean;
}

/**
 * Asks again every few seconds. A session that ended clears the screen; a right that ended recalls what was shown; a
 * lost line keeps what is known, with its age.
 */
export function usePolled<T>(path: string, schema: Schema<T>, initial: T): Polled<T> {
  const [state, setState] = useState<State<T>>({ value: initial, receivedAt: 0, lost: null, recalled: false });
  const failures = useRef(0);
  const poll = useCallback(async () => {
    const answer = await askHere(path, schema, true);
    const at = performance.now();
    if (answer?.kind === 'signed-out') {
      window.location.assign('/sign-in?ended');
      return;
    }
    failures.current = answer?.kind === 'ok' || answer?.kind === 'nothing' ? 0 : failures.current + 1;
    setState((before) => {
      if (answer?.kind === 'ok') return { value: answer.value, receivedAt: at, lost: null, recalled: false };
      if (answer?.kind === 'nothing') return { ...before, recalled: true };
      return { ...before, lost: { since: before.lost?.since ?? before.receivedAt, reference: answer?.reference ?? null } };
    });
  }, [path, schema]);

  useRepeated(poll, failures);
  const refresh = useCallback(() => {
    void poll();
  }, [poll]);
  return { ...state, refresh };
}

/** Calls again and again while the page lives; at once when it comes back to the front. */
function useRepeated(poll: () => Promise<void>, failures: RefObject<number>): void {
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let ended = false;
    const pollThenWait = () => {
      void poll().then(() => {
        if (!ended) timer = setTimeout(pollThenWait, waitMs(failures.current));
      });
    };
    timer = setTimeout(pollThenWait, waitMs(failures.current));
    const wake = () => {
      if (document.hidden) return;
      clearTimeout(timer);
      pollThenWait();
    };
    document.addEventListener('visibilitychange', wake);
    return () => {
      ended = true;
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', wake);
    };
  }, [poll, failures]);
}

function waitMs(failures: number): number {
  const rest = document.hidden ? HIDDEN_MS : POLL_MS;
  return failures === 0 ? rest : (RETRY_MS[Math.min(failures, RETRY_MS.length) - 1] ?? rest);
}

/** The server's clock, carried on by this machine's: ages keep counting, and a wrong bedside clock does not matter. */
export function useNow(generatedAt: string, receivedAt: number): number {
  const [elapsed, setElapsed] = useState(0);
  useEffect(() => {
    const tick = () => {
      setElapsed(performance.now() - receivedAt);
    };
    const timer = setInterval(tick, 1_000);
    return () => {
      clearInterval(timer);
    };
  }, [receivedAt]);
  return Date.parse(generatedAt) + Math.max(0, elapsed);
}
