import { createHash } from 'node:crypto';
import { decodeEnvelope, encodeEnvelope, leafHash, leafRecord, type BundleScope, type Envelope, type Leaf } from '@concord/governance/audit';
import { digest } from '@concord/adapters/crypto';
import { verifyBundle } from '../../apps/cli/bin/concord-audit-verify.mjs';
import { openedActor, openedPatient, patientKeyOf, publicKeys, sampleBundle, sampleEvent, sampleLog, sealed, type SampleLog } from './sample-log.ts';
import { multiproofNodes } from '@concord/governance/audit';

const RECORD = 225;
type Chain = 'patient' | 'actor';

/** One chain whole, as it would be handed to whoever asks "who saw this patient" or "what did this person see". */
interface Asked {
  readonly log: SampleLog;
  readonly scope: BundleScope;
  readonly chain: Chain;
  readonly clean: Map<string, Buffer>;
}

export function askedLogs(): readonly Asked[] {
  const log = sampleLog(
    Array.from({ length: 300 }, (_, n) => sampleEvent(n, { patients: 9, actors: 4 })),
    100,
  );
  const patients = Array.from({ length: 9 }, (_, n): BundleScope => ({ kind: 'patient', patient: openedPatient(patientKeyOf(n)) }));
  const actors = Array.from({ length: 4 }, (_, n): BundleScope => ({ kind: 'actor', actor: openedActor(`u${n}`) }));
  return [...patients, ...actors].map((scope) => ({ log, scope, chain: scope.patient === undefined ? 'actor' : 'patient', clean: sampleBundle(log, scope) }));
}

/**
 * Hides k events of a chain: whoever exports is the liar, holds the signing key, and makes proof and manifest to fit what is left;
 * every other time the chain is knit together again over the gap. What attack `i` does follows from `i` alone, so a run that was
 * stopped goes on at `from`.
 * @returns what was not found, by number.
 */
export function runHiding(
  times: number,
  { from = 0, progress }: { readonly from?: number; readonly progress?: (done: number) => void } = {},
): readonly number[] {
  const asked = askedLogs();
  const unseen: number[] = [];
  for (let i = from; i < times; i += 1) {
    if (i % 1000 === 0) progress?.(i);
    const one = asked[i % asked.length]!;
    const bytes = createHash('sha256').update(`hide ${i}`).digest();
    const kept = keptOf(one, bytes);
    const files = handedOut(one, bytes.readUInt8(0) % 2 === 0 ? kept : knit(kept, one.chain));
    if (verifyBundle(files, { keys: publicKeys }).verdict === 'valid') unseen.push(i);
  }
  return unseen;
}

interface Kept {
  readonly leaf: Pick<Leaf, 'index' | 'envelope' | 'hash'>;
  readonly line: string;
  readonly columns: string;
}

function keptOf({ clean }: Asked, bytes: Buffer): readonly Kept[] {
  const records = clean.get('leaves.bin')!;
  const [lines, columns] = ['events.ndjson', 'columns.ndjson'].map((name) => clean.get(name)!.toString().split('\n').slice(0, -1));
  const all = lines!.map((line, i) => {
    const record = records.subarray(i * RECORD, (i + 1) * RECORD);
    return { leaf: { index: Number(record.readBigUInt64BE()), hash: record.subarray(8, 40), envelope: record.subarray(40) }, line, columns: columns![i]! };
  });
  const k = 1 + (bytes.readUInt8(1) % Math.min(all.length, 5));
  const hidden = new Set(Array.from({ length: k }, (_, n) => bytes.readUInt16BE(2 + 2 * n) % all.length));
  return all.filter((_, i) => !hidden.has(i));
}

/** Numbers and predecessors as if nothing had been there. */
function knit(kept: readonly Kept[], chain: Chain): readonly Kept[] {
  let previous: Uint8Array = new Uint8Array(32);
  return kept.map(({ leaf, ...rest }, sequence) => {
    const envelope = decodeEnvelope(leaf.envelope)!;
    const altered: Envelope = { ...envelope, [chain]: { tag: envelope[chain].tag, sequence, previous } };
    const bytes = encodeEnvelope(altered);
    previous = leafHash(digest, bytes);
    return { ...rest, leaf: { index: leaf.index, envelope: bytes, hash: previous } };
  });
}

function handedOut({ log, scope, clean }: Asked, kept: readonly Kept[]): Map<string, Buffer> {
  const proof = multiproofNodes(
    kept.map(({ leaf }) => leaf.index),
    log.leaves.length,
  );
  const files = new Map([
    ...clean,
    ['leaves.bin', Buffer.concat(kept.map(({ leaf }) => leafRecord(leaf.index, leaf.hash, leaf.envelope)))],
    ['events.ndjson', Buffer.from(kept.map(({ line }) => `${line}\n`).join(''))],
    ['columns.ndjson', Buffer.from(kept.map(({ columns }) => `${columns}\n`).join(''))],
    ['proofs.bin', Buffer.concat(proof.map((node) => log.hash(node)))],
  ] as [string, Buffer][]);
  return sealed(files, { size: log.leaves.length, scope, leaves: kept.length, events: kept.length });
}
