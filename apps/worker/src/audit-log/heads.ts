import type { Digest, Signer } from '@concord/core/ports';
import type { Anchored, Anchors } from '@concord/adapters/anchors';
import type { Sequencer } from '@concord/adapters/postgres';
import { cosign, formatCheckpoint, parseCheckpoint, parseNote, sameBytes, signNote, verifyConsistency } from '@concord/governance/audit';

/** Signs heads, has them countersigned, and keeps them in the database and apart from it. */
export interface HeadsSettings {
  readonly digest: Digest;
  readonly log: Signer;
  readonly witness: Signer;
  readonly anchors: Anchors;
  /** What the witness saw; it answers for nothing else. */
  readonly witnessed: Anchors;
}

/** What the files outside say against the database; undefined when they agree. */
export type Disagreement = { readonly kind: 'rolled-back' | 'forked'; readonly anchored: number; readonly found: number };

/** Compares the newest head outside the database with the tree in it, before anything new is signed. */
export async function findDisagreement(sequencer: Sequencer, { anchors, witnessed }: HeadsSettings): Promise<Disagreement | undefined> {
  const { size } = sequencer.head();
  for (const seen of [await anchors.newest(), await witnessed.newest()]) {
    if (seen === undefined) continue;
    const { checkpoint } = seen;
    if (checkpoint.size > size) return { kind: 'rolled-back', anchored: checkpoint.size, found: size };
    if (!sameBytes(await sequencer.rootAt(checkpoint.size), checkpoint.root)) return { kind: 'forked', anchored: checkpoint.size, found: size };
  }
  return undefined;
}

/** Signs the head of now. The database has it first: a head outside that the database lacks would look like a rollback. */
export async function signHead(sequencer: Sequencer, settings: HeadsSettings, now: Date): Promise<number> {
  const { digest, log, anchors } = settings;
  const head = sequencer.head();
  const text = formatCheckpoint({ origin: log.name, ...head, time: now.toISOString() });
  const note = signNote(digest, text, log);
  const countersigned = note + (await countersign(sequencer, settings, { note, now }));
  await sequencer.keep(head.size, countersigned);
  await anchors.append(countersigned, now);
  return head.size;
}

/** The witness signs only what continues the last head it signed, by a proof that it checks itself. */
async function countersign(
  sequencer: Sequencer,
  { digest, witness, witnessed }: HeadsSettings,
  { note, now }: { readonly note: string; readonly now: Date },
): Promise<string> {
  const text = parseNote(note)?.text ?? '';
  const next = parseCheckpoint(text);
  const last = await witnessed.newest();
  if (next === undefined || (last !== undefined && !(await continues(sequencer, digest, last, next)))) {
    throw new Error('the witness refuses the head: it does not continue what it signed before');
  }
  const line = cosign(digest, text, witness, Math.floor(now.getTime() / 1000));
  await witnessed.append(note + line, now);
  return line;
}

async function continues(
  sequencer: Sequencer,
  digest: Digest,
  { checkpoint }: Anchored,
  next: { readonly size: number; readonly root: Uint8Array },
): Promise<boolean> {
  const path = await sequencer.consistency(checkpoint.size);
  return verifyConsistency(digest, { first: checkpoint.size, second: next.size, firstRoot: checkpoint.root, secondRoot: next.root, path });
}
