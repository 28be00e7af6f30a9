import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Digest } from '@concord/core/ports';
import { createSigner, verifySignature } from '@concord/adapters/crypto';
import { fromBase64, readUint64, toBase64, uint64, utf8 } from './bytes.ts';
import { formatCheckpoint, parseCheckpoint } from './checkpoint.ts';
import { decodeEnvelope, ZERO_HASH } from './envelope.ts';
import { AuditLog, tagOf } from './log.ts';
import { cosign, formatKey, isSignedBy, parseKey, parseNote, signNote, type NoteKey } from './note.ts';
import { parseReceipt, signReceipt } from './receipt.ts';
import { TagMap, verifyTag } from './tag-map.ts';

const digest: Digest = (...parts) => createHash('sha256').update(Buffer.concat(parts)).digest();
const tag = (n: number) => tagOf(digest, 'patient', String(n), digest(utf8(`opening ${n}`)));
const byTag = (a: number, b: number) => Buffer.compare(tag(a), tag(b));
const end = (n: number, count: number) => ({ tag: tag(n), count, last: digest(utf8(`${n}/${count}`)) });

describe('the map of chains', () => {
  it('shows every entry, and the absence of everybody else, whatever the order of arrival', () => {
    const arrivals = fc.array(fc.tuple(fc.nat({ max: 40 }), fc.integer({ min: 1, max: 9 })), { maxLength: 60 });
    fc.assert(
      fc.property(arrivals, fc.nat(), (entries, stopAt) => {
        const map = new TagMap(digest);
        for (const [i, [n, count]] of entries.entries()) {
          map.set(end(n, count));
          if (i === stopAt % 60) map.head();
        }
        const last = new Map(entries);
        const fresh = new TagMap(
          digest,
          [...last].map(([n, count]) => end(n, count)),
        );
        expect(map.head()).toEqual(fresh.head());
        for (let n = 0; n <= 41; n += 1) {
          const shown = verifyTag(digest, map.head(), tag(n), map.prove(tag(n)));
          expect(shown?.end?.count, `patient ${n}`).toBe(last.get(n));
          expect(shown).toBeDefined();
        }
      }),
      { numRuns: 60 },
    );
  });

  it('cannot be made to say that somebody is absent, or shorter', () => {
    const map = new TagMap(
      digest,
      [1, 2, 3, 4].map((n) => end(n, 5)),
    );
    const head = map.head();
    const [first, middle, third] = [1, 2, 3, 4].sort(byTag);
    const [before, after] = [map.prove(tag(first!)).entry!, map.prove(tag(third!)).entry!];
    expect(verifyTag(digest, head, tag(middle!), { before, after })).toBeUndefined();
    expect(verifyTag(digest, head, tag(middle!), { before })).toBeUndefined();
    expect(verifyTag(digest, head, tag(middle!), { after })).toBeUndefined();
    expect(verifyTag(digest, head, tag(middle!), {})).toBeUndefined();
    const entry = map.prove(tag(middle!)).entry!;
    expect(verifyTag(digest, head, tag(middle!), { entry: { ...entry, end: { ...entry.end, count: 4 } } })).toBeUndefined();
    expect(verifyTag(digest, head, tag(first!), { entry })).toBeUndefined();
  });
});

describe('the log', () => {
  it('numbers the events of each patient and of each person without a gap, each with the leaf before it', () => {
    const log = new AuditLog(digest);
    const event = (n: number, patient?: number) => ({
      eventHash: digest(utf8(`e${n}`)),
      recordedAt: n,
      actorTag: tag(100),
      ...(patient === undefined ? {} : { patientTag: tag(patient) }),
    });
    const { leaves } = log.extend([event(0, 1), event(1, 2), event(2), event(3, 1)]);
    const envelopes = leaves.map(({ envelope }) => decodeEnvelope(envelope)!);
    expect(envelopes.map(({ patient }) => patient.sequence)).toEqual([0, 0, 0, 1]);
    expect(envelopes.map(({ actor }) => actor.sequence)).toEqual([0, 1, 2, 3]);
    expect(Buffer.from(envelopes[3]!.patient.previous)).toEqual(leaves[0]!.hash);
    expect(envelopes[2]!.patient.tag).toEqual(ZERO_HASH);
    expect(log.head()).toMatchObject({ size: 4, patients: { size: 2 }, actors: { size: 1 } });
  });
});

describe('a signed head', () => {
  const signer = createSigner('concord.example/audit', new Uint8Array(32).fill(1));
  const witness = createSigner('witness.example/w1', new Uint8Array(32).fill(2));
  const key: NoteKey = { ...signer, type: 'signature' };
  const text = formatCheckpoint({ origin: signer.name, ...new AuditLog(digest).head(), time: '2026-11-27T19:00:00.000Z' });
  const note = signNote(digest, text, signer) + cosign(digest, text, witness, 1_700_000_000);
  const signing = { digest, verify: verifySignature };

  it('comes back as it was, under the key of the log and of the witness, and of nobody else', () => {
    const parsed = parseNote(note)!;
    expect(parseCheckpoint(parsed.text)).toMatchObject({ origin: signer.name, size: 0 });
    expect(formatCheckpoint(parseCheckpoint(parsed.text)!)).toBe(text);
    expect(isSignedBy(signing, parsed, key)).toBe(true);
    expect(isSignedBy(signing, parsed, { ...witness, type: 'cosignature' })).toBe(true);
    expect(isSignedBy(signing, parsed, { ...witness, type: 'signature' })).toBe(false);
    expect(isSignedBy(signing, parsed, { ...key, publicKey: witness.publicKey })).toBe(false);
  });

  it('does not hold when any character before the signature was altered', () => {
    fc.assert(
      fc.property(fc.nat({ max: text.length - 1 }), fc.integer({ min: 33, max: 126 }), (at, code) => {
        const altered = note.slice(0, at) + String.fromCharCode(code) + note.slice(at + 1);
        const parsed = parseNote(altered);
        if (altered !== note) expect(parsed !== undefined && isSignedBy(signing, parsed, key)).toBe(false);
      }),
    );
  });

  it('has keys that stand in one line, and another key’s id is refused', () => {
    expect(parseKey(digest, formatKey(digest, key))).toEqual({ name: key.name, type: 'signature', publicKey: Uint8Array.from(key.publicKey) });
    expect(parseKey(digest, formatKey(digest, key).replace(/\+[0-9a-f]{8}\+/, '+00000000+'))).toBeUndefined();
  });
});

describe('a receipt', () => {
  const signer = createSigner('receipts', new Uint8Array(32).fill(3));
  it('names its events and the moment, and its signature is over them', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ minLength: 48, maxLength: 48 }), { minLength: 1, maxLength: 40 }), fc.nat(), (events, time) => {
        const receipt = { time, events: events.map((bytes) => ({ id: bytes.slice(0, 16), hash: bytes.slice(16) })) };
        const parsed = parseReceipt(signReceipt(receipt, signer))!;
        expect({ time: parsed.time, events: parsed.events }).toEqual(receipt);
        expect(verifySignature(signer.publicKey, parsed.signed, parsed.signature)).toBe(true);
      }),
      { numRuns: 30 },
    );
    expect(parseReceipt('v1.AAAA.AAAA')).toBeUndefined();
    expect(parseReceipt('')).toBeUndefined();
  });
});

describe('bytes', () => {
  it('come back from base64 and from eight-byte numbers', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 50 }), (bytes) => {
        expect(fromBase64(toBase64(bytes))).toEqual(bytes);
      }),
    );
    fc.assert(
      fc.property(fc.maxSafeNat(), (value) => {
        expect(readUint64(uint64(value), 0)).toBe(value);
      }),
    );
    for (const wrong of ['A', 'AA', 'AB==', 'A===', 'AA=A', '!AAA']) expect(fromBase64(wrong), wrong).toBeUndefined();
    expect(Buffer.from(utf8('Müller 病')).toString()).toBe('Müller 病');
  });
});
