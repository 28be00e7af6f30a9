import { mkdirSync, openSync, writeSync, closeSync } from 'node:fs';
import { join } from 'node:path';

/** Receipts in files that only grow, one a day; several processes may write to one. */
export interface ReceiptLog {
  append(receipt: string): void;
  /** Writes what still waits. */
  close(): void;
}

/** A receipt waits at most this long for its neighbours: one write for many. */
const FLUSH_MS = 50;

export function openReceiptLog(folder: string, now: () => Date): ReceiptLog {
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  let waiting: string[] = [];
  let timer: NodeJS.Timeout | undefined;
  const flush = (): void => {
    timer = undefined;
    if (waiting.length === 0) return;
    const lines = waiting.join('');
    waiting = [];
    const file = openSync(join(folder, `receipts-${now().toISOString().slice(0, 10)}.txt`), 'a', 0o644);
    try {
      writeSync(file, lines);
    } finally {
      closeSync(file);
    }
  };
  return {
    append(receipt) {
      waiting.push(`${receipt}\n`);
      timer ??= setTimeout(flush, FLUSH_MS);
    },
    close() {
      clearTimeout(timer);
      flush();
    },
  };
}
