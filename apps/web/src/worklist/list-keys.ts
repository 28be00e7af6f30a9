'use client';

import { useCallback, useEffect, useRef, useState, type RefObject } from 'react';
import { useKeys } from '../frame/keys.ts';

const LAST_ROW = 'concord.last-row';
const LAST_LIST = 'concord.last-list';

export interface ListKeys {
  /** The one row that the tab key reaches. */
  readonly active: number;
  readonly setActive: (index: number) => void;
  readonly body: RefObject<HTMLTableSectionElement | null>;
}

/** One tab stop with a roving index: J and K move, Enter opens, / finds, S shows the new order. */
export function useListKeys({ count, showOrder }: { readonly count: number; readonly showOrder: () => void }): ListKeys {
  const [active, setActive] = useState(0);
  const body = useRef<HTMLTableSectionElement>(null);
  const focusRow = useCallback((index: number) => {
    setActive(index);
    linkAt(body.current, index)?.focus();
  }, []);
  useEffect(() => {
    const last = window.sessionStorage.getItem(LAST_ROW);
    window.sessionStorage.removeItem(LAST_ROW);
    const link = last ? body.current?.querySelector<HTMLAnchorElement>(`[data-patient="${CSS.escape(last)}"] a.name`) : null;
    link?.focus();
  }, []);
  useKeys(
    useCallback(
      (event) => {
        const inside = body.current?.contains(document.activeElement) === true;
        const step = stepOf(event.key, inside);
        if (step !== 0) focusRow(Math.min(count - 1, Math.max(0, inside ? active + step : active)));
        else if (event.key === '/') document.getElementById('find')?.focus();
        else if (event.key === 's') showOrder();
        else return false;
        return true;
      },
      [active, count, focusRow, showOrder],
    ),
  );
  return { active: Math.min(active, Math.max(0, count - 1)), setActive, body };
}

/** J and K always move; the arrows only inside the list, elsewhere they scroll. */
function stepOf(key: string, inside: boolean): -1 | 0 | 1 {
  if (key === 'j' || (inside && key === 'ArrowDown')) return 1;
  return key === 'k' || (inside && key === 'ArrowUp') ? -1 : 0;
}

function linkAt(body: HTMLTableSectionElement | null, index: number): HTMLAnchorElement | null {
  return body?.querySelector<HTMLAnchorElement>(`tr:nth-child(${String(index + 1)}) a.name`) ?? null;
}

/** Remembers where the reader was, so that U leads back to the same row. Only for this tab, and only an opaque id. */
export function rememberRow(patientId: string): void {
  window.sessionStorage.setItem(LAST_ROW, patientId);
  window.sessionStorage.setItem(LAST_LIST, window.location.search);
}

export function lastList(): string {
  return `/${window.sessionStorage.getItem(LAST_LIST) ?? ''}`;
}
