import type { Signer } from '@concord/core/ports';
import { concat, fromBase64, readUint64, toBase64, uint64, utf8 } from './bytes.ts';

/** An event that was committed: what a receipt promises a leaf for. */
export interface CommittedEvent {
  /** 16 bytes of the event's UUID. */
  readonly id: Uint8Array;
  /** SHA-256 of its stored bytes. */
  readonly hash: Uint8Array;
}

export interface Receipt {
  /** When it was signed, after the commit; milliseconds since 1970. */
  readonly time: number;
  readonly events: readonly CommittedEvent[];
}

const PREFIX = 'v1';
const EVENT_BYTES = 48;
const DOMAIN = utf8('concord-receipt/1\n');

const payloadOf = ({ time, events }: Receipt): Uint8Array => concat(uint64(time), ...events.flatMap(({ id, hash }) => [id, hash]));
const urlSafe = (bytes: Uint8Array): string => toBase64(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');

/** `v1.payload.signature`, base64url: the promise that these events stand in the log within seconds (RFC 6962's SCT). */
export function signReceipt(receipt: Receipt, signer: Signer): string {
  const payload = payloadOf(receipt);
  return `${PREFIX}.${urlSafe(payload)}.${urlSafe(signer.sign(concat(DOMAIN, payload)))}`;
}

/** The receipt with what its signature is over; undefined when it is none. */
export function parseReceipt(text: string): (Receipt & { readonly signed: Uint8Array; readonly signature: Uint8Array }) | undefined {
  const [prefix, payload, signature, ...rest] = text.split('.').map((part, i) => (i === 0 ? part : fromUrlSafe(part)));
  if (prefix !== PREFIX || rest.length > 0 || !(payload instanceof Uint8Array) || !(signature instanceof Uint8Array)) return undefined;
  if (signature.length !== 64 || payload.length < 8 + EVENT_BYTES || (payload.length - 8) % EVENT_BYTES !== 0) return undefined;
  const events = Array.from({ length: (payload.length - 8) / EVENT_BYTES }, (_, i) => {
    const at = 8 + i * EVENT_BYTES;
    return { id: payload.slice(at, at + 16), hash: payload.slice(at + 16, at + EVENT_BYTES) };
  });
  return { time: readUint64(payload, 0), events, signed: concat(DOMAIN, payload), signature };
}

function fromUrlSafe(text: string): Uint8Array | undefined {
  const plain = text.replaceAll('-', '+').replaceAll('_', '/');
  return fromBase64(plain.padEnd(Math.ceil(plain.length / 4) * 4, '='));
}
