import { mkdir, open, readdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { parseCheckpoint, parseNote, type Checkpoint } from '@concord/governance/audit';

/** A head as it was anchored. */
export interface Anchored {
  readonly note: string;
  readonly checkpoint: Checkpoint;
}

/** Signed heads in files that only grow, one a day, apart from the database that they vouch for. */
export interface Anchors {
  /** On disk, synced, when it resolves. */
  append(note: string, at: Date): Promise<void>;
  newest(): Promise<Anchored | undefined>;
  /** Puts everything so far aside, under a name that says when: heads that the database no longer bears out. */
  setAside(at: Date): Promise<void>;
}

const isDay = (name: string): boolean => /^checkpoints-\d{4}-\d\d-\d\d\.txt$/.test(name);

export async function openAnchors(folder: string): Promise<Anchors> {
  await mkdir(folder, { recursive: true, mode: 0o755 });
  return {
    append: async (note, at) => {
      const file = await open(join(folder, `checkpoints-${at.toISOString().slice(0, 10)}.txt`), 'a', 0o644);
      try {
        await file.appendFile(note);
        await file.datasync();
      } finally {
        await file.close();
      }
    },
    newest: () => newestHead(folder),
    setAside: async (at) => {
      const aside = join(folder, `before-rollback-${at.toISOString().replaceAll(':', '')}`);
      await mkdir(aside);
      for (const day of await daysIn(folder)) await rename(join(folder, day), join(aside, day));
    },
  };
}

const daysIn = async (folder: string): Promise<readonly string[]> => (await readdir(folder)).filter(isDay).sort();

/** The newest head of a folder, for who only reads; undefined while there is none. */
export async function newestHead(folder: string): Promise<Anchored | undefined> {
  for (const day of (await daysIn(folder)).toReversed()) {
    const path = join(folder, day);
    const found = newestIn(await tailOf(path)) ?? newestIn(await readFile(path, 'utf8'));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Room for a hundred heads; a busy day's file holds tens of thousands. */
const TAIL = 64 * 1024;

/** The end of a file. What the cut leaves of a head is no whole one. */
async function tailOf(path: string): Promise<string> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const { buffer, bytesRead } = await file.read(Buffer.alloc(Math.min(TAIL, size)), 0, Math.min(TAIL, size), Math.max(0, size - TAIL));
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}

/** The last whole note; one that a crash cut short was never promised to anybody. */
function newestIn(text: string): Anchored | undefined {
  for (const note of splitNotes(text).toReversed()) {
    const parsed = parseNote(note);
    const checkpoint = parsed === undefined ? undefined : parseCheckpoint(parsed.text);
    if (checkpoint !== undefined) return { note, checkpoint };
  }
  return undefined;
}

/** The notes of a file that holds one after the other: a note ends with its last signature line. */
export function splitNotes(text: string): readonly string[] {
  const notes: string[] = [];
  let [note, signed] = ['', false];
  for (const line of text.split('\n').slice(0, -1)) {
    const isSignature = line.startsWith('— ');
    if (signed && !isSignature) {
      notes.push(note);
      [note, signed] = ['', false];
    }
    note += `${line}\n`;
    signed ||= isSignature;
  }
  return note === '' ? notes : [...notes, note];
}
