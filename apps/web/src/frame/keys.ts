'use client';

import { useEffect } from 'react';

const OFF = 'concord.keys.off';

/** Single keys can be switched off: dictation and tremor type letters nobody meant. */
export function keysAreOff(): boolean {
  return window.localStorage.getItem(OFF) === 'yes';
}

export function switchKeys(off: boolean): void {
  if (off) window.localStorage.setItem(OFF, 'yes');
  else window.localStorage.removeItem(OFF);
}

/** Calls `handle` for single keys; they rest while a field has focus, while a sheet is open, and with a modifier held. */
export function useKeys(handle: (event: KeyboardEvent) => boolean): void {
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      if (isField(event.target) || document.querySelector('dialog[open]') !== null || keysAreOff()) return;
      if (handle(event)) event.preventDefault();
    };
    window.addEventListener('keydown', listen);
    // The page is readable before it listens; a test waits for this, a person presses again.
    document.documentElement.dataset['keys'] = 'on';
    return () => {
      window.removeEventListener('keydown', listen);
    };
  }, [handle]);
}

function isField(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches('input, select, textarea, [contenteditable]');
}
