import { createHash } from 'node:crypto';
import { mkdir, open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** One erasure: names no patient, only the digest under which their keys lay. */
export interface LedgerLine {
  /** From 1, without a gap. */
  readonly n: number;
  /** ISO 8601. */
  readonly at: string;
  /** Name of the destroyed keys in the key store. */
  readonly keys: string;
  readonly request: string;
  /** SHA-256 of the line before, hexadecimal; 64 zeros in the first. */
  readonly previous: string;
}

/** A ledger with a line that was changed, cut or left out. */
export class LedgerError extends Error {
  override readonly name = 'LedgerError';
}

/**
 * The erasures of an installation, one JSON a line, outside the database: after a restore it says who must not come back.
 * Each line holds the hash of the one before, and the record of accesses holds each line's own, so that a line that was taken
 * out shows. Written by one process at a time: the worker does one erasure after the other.
 */
export interface ErasureLedger {
  /** @throws LedgerError when the chain is broken. */
  lines(): Promise<readonly LedgerLine[]>;
  /** On disk when it resolves. An erasure that is repeated after a crash gets no second line. */
  append(entry: { readonly keys: string; readonly request: string; readonly at: Date }): Promise<LedgerLine & { readonly sha256: string }>;
}

const FIRST = '0'.repeat(64);

export function openLedger(file: string): ErasureLedger {
  const read = async (): Promise<readonly string[]> => {
    const text = await readFile(file, 'utf8').catch((problem: unknown) => {
      if (problem instanceof Error && 'code' in problem && problem.code === 'ENOENT') return '';
      throw problem;
    });
    // What a crash cut short was never said: the line before stands, and the next append goes on from there.
    return text.split('\n').slice(0, -1);
  };
  return {
    lines: async () => checked(await read()),
    async append({ keys, request, at }) {
      const texts = await read();
      const lines = checked(texts);
      const known = lines.findIndex((line) => line.keys === keys && line.request === request);
      const there = lines[known];
      if (there !== undefined) return { ...there, sha256: sha256(texts[known] ?? '') };
      const line: LedgerLine = { n: lines.length + 1, at: at.toISOString(), keys, request, previous: sha256Of(texts.at(-1)) };
      const text = JSON.stringify(line);
      await write(file, texts, text);
      return { ...line, sha256: sha256(text) };
    },
  };
}

function checked(texts: readonly string[]): readonly LedgerLine[] {
  return texts.map((text, i) => {
    const line = JSON.parse(text) as LedgerLine;
    if (line.n !== i + 1 || line.previous !== sha256Of(texts[i - 1]))
      throw new LedgerError(`line ${i + 1} of the ledger of erasures does not follow from the one before`);
    return line;
  });
}

function sha256Of(text: string | undefined): string {
  return text === undefined ? FIRST : sha256(text);
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

async function write(file: string, texts: readonly string[], text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const handle = await open(file, 'a', 0o600);
  try {
    // A line that was cut short is closed off first, so that it cannot run into this one.
    await handle.truncate(texts.reduce((length, line) => length + Buffer.byteLength(line) + 1, 0));
    await handle.write(`${text}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
