import { concat, readUint64, uint64 } from './bytes.ts';

/** One leaf's place in the chain of a patient or of a person. */
export interface ChainPlace {
  /** 32 bytes that stand for the patient or person and name nobody. */
  readonly tag: Uint8Array;
  /** 0, 1, 2 … without a gap. */
  readonly sequence: number;
  /** Hash of the leaf before this one in the chain; zeros for the first. */
  readonly previous: Uint8Array;
}

/** What a leaf of the tree commits to. */
export interface Envelope {
  /** SHA-256 of the event's stored bytes. */
  readonly eventHash: Uint8Array;
  /** Milliseconds since 1970: so a window of time can be proved complete without the bytes outside it. */
  readonly recordedAt: number;
  /** Zeros throughout when the event is about no patient. */
  readonly patient: ChainPlace;
  readonly actor: ChainPlace;
}

const VERSION = 1;
export const ENVELOPE_BYTES = 185;
export const ZERO_HASH: Uint8Array = new Uint8Array(32);
export const NOBODY: ChainPlace = { tag: ZERO_HASH, sequence: 0, previous: ZERO_HASH };

const chainBytes = ({ tag, sequence, previous }: ChainPlace): Uint8Array => concat(tag, uint64(sequence), previous);

/** `version ‖ event hash ‖ recorded at ‖ patient tag ‖ number ‖ previous leaf ‖ the same for the person`: 185 bytes. */
export function encodeEnvelope({ eventHash, recordedAt, patient, actor }: Envelope): Uint8Array {
  return concat(Uint8Array.of(VERSION), eventHash, uint64(recordedAt), chainBytes(patient), chainBytes(actor));
}

/** Undefined for another version or length. */
export function decodeEnvelope(bytes: Uint8Array): Envelope | undefined {
  if (bytes.length !== ENVELOPE_BYTES || bytes[0] !== VERSION) return undefined;
  const chain = (at: number): ChainPlace => ({
    tag: bytes.slice(at, at + 32),
    sequence: readUint64(bytes, at + 32),
    previous: bytes.slice(at + 40, at + 72),
  });
  return { eventHash: bytes.slice(1, 33), recordedAt: readUint64(bytes, 33), patient: chain(41), actor: chain(113) };
}
