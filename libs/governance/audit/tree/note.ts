import type { Digest, Signer, VerifySignature } from '@concord/core/ports';
import { concat, fromBase64, readUint64, sameBytes, toBase64, toHex, uint64, utf8 } from './bytes.ts';

/*
 * C2SP signed notes: a text that ends with a newline, an empty line, and signature lines `— name base64(key id ‖ signature)`.
 * Ed25519 has type 1; a witness's cosignature (C2SP tlog-cosignature) type 4, with the time inside what is signed.
 */

const ED25519 = 1;
const COSIGNATURE = 4;

/** A public key that signatures are checked under: `name+key id+base64(type ‖ key)`, the "vkey" of C2SP. */
export interface NoteKey {
  readonly name: string;
  readonly type: 'signature' | 'cosignature';
  readonly publicKey: Uint8Array;
}

export interface NoteSignature {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface SignedNote {
  /** What is signed, with its last newline. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

const typeByte = ({ type }: Pick<NoteKey, 'type'>): Uint8Array => Uint8Array.of(type === 'signature' ? ED25519 : COSIGNATURE);

const TYPES = ['signature', 'cosignature'] as const;

export function keyId(digest: Digest, key: NoteKey): Uint8Array {
  return digest(utf8(`${key.name}\n`), typeByte(key), key.publicKey).slice(0, 4);
}

export function formatKey(digest: Digest, key: NoteKey): string {
  return `${key.name}+${toHex(keyId(digest, key))}+${toBase64(concat(typeByte(key), key.publicKey))}`;
}

/** Undefined when it is no such key or its id is another key's. */
export function parseKey(digest: Digest, text: string): NoteKey | undefined {
  const [, name = '', encoded = ''] = /^([^+\s]+)\+[0-9a-f]{8}\+(\S+)$/.exec(text.trim()) ?? [];
  const bytes = fromBase64(encoded);
  const type = bytes?.length === 33 ? TYPES.find((one) => sameBytes(typeByte({ type: one }), bytes.slice(0, 1))) : undefined;
  if (bytes === undefined || type === undefined) return undefined;
  const key: NoteKey = { name, type, publicKey: bytes.slice(1) };
  return formatKey(digest, key) === text.trim() ? key : undefined;
}

/** The note's text with one signature under it; more lines may be added below. */
export function signNote(digest: Digest, text: string, signer: Signer): string {
  const id = keyId(digest, { ...signer, type: 'signature' });
  return `${text}\n— ${signer.name} ${toBase64(concat(id, signer.sign(utf8(text))))}\n`;
}

/** The line by which a witness says that it saw this text, consistent with everything it saw before. @param seconds since 1970. */
export function cosign(digest: Digest, text: string, witness: Signer, seconds: number): string {
  const id = keyId(digest, { ...witness, type: 'cosignature' });
  const signature = witness.sign(utf8(cosignedText(text, seconds)));
  return `— ${witness.name} ${toBase64(concat(id, uint64(seconds), signature))}\n`;
}

const cosignedText = (text: string, seconds: number): string => `cosignature/v1\ntime ${seconds}\n${text}`;

/** Undefined when it is no signed note. */
export function parseNote(note: string): SignedNote | undefined {
  const cut = note.lastIndexOf('\n\n');
  if (cut < 0 || !note.endsWith('\n')) return undefined;
  const lines = note
    .slice(cut + 2)
    .split('\n')
    .slice(0, -1);
  const signatures = lines.flatMap((line) => {
    const [, name = '', encoded = ''] = /^— (\S+) (\S+)$/.exec(line) ?? [];
    const bytes = fromBase64(encoded);
    return bytes === undefined || bytes.length < 5 ? [] : [{ name, bytes }];
  });
  return signatures.length === lines.length && lines.length > 0 ? { text: note.slice(0, cut + 1), signatures } : undefined;
}

export interface Signing {
  readonly digest: Digest;
  readonly verify: VerifySignature;
}

/** True when one of the note's signatures is this key's and holds. */
export function isSignedBy({ digest, verify }: Signing, { text, signatures }: SignedNote, key: NoteKey): boolean {
  const id = keyId(digest, key);
  return signatures.some(({ name, bytes }) => {
    if (name !== key.name || !sameBytes(bytes.slice(0, 4), id)) return false;
    if (key.type === 'signature') return verify(key.publicKey, utf8(text), bytes.slice(4));
    return verify(key.publicKey, utf8(cosignedText(text, readUint64(bytes, 4))), bytes.slice(12));
  });
}
