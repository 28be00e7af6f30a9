import { inflateRawSync } from 'node:zlib';
import type { ArchiveMember } from '@concord/pipeline/evaluate';

/** An archive of a labelled set holds thousands of small files, never millions. */
const MEMBERS_MOST = 50_000;
/** Unpacked bytes of one archive; a set that is larger is not read as one. */
const BYTES_MOST = 1_000_000_000;

const END = 0x06054b50;
const CENTRAL = 0x02014b50;
const STORED = 0;
const DEFLATED = 8;
/** The end record is 22 bytes long and may carry a comment of 65,535. */
const END_BYTES = 22;
const COMMENT_MOST = 65_535;

/** Members of a ZIP archive (APPNOTE 6.3.10, stored or deflated, no ZIP64), or undefined when the bytes are none. */
export function zipMembers(bytes: Uint8Array): ReadonlyMap<string, ArchiveMember> | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = endRecord(view);
  if (end === undefined) return undefined;
  const count = view.getUint16(end + 10, true);
  if (count > MEMBERS_MOST) return undefined;
  const members = new Map<string, ArchiveMember>();
  let [at, left] = [view.getUint32(end + 16, true), BYTES_MOST];
  for (let index = 0; index < count; index += 1) {
    const member = memberAt(bytes, view, { at, most: left });
    if (member === undefined) return undefined;
    if (!member.name.endsWith('/')) members.set(member.name, { bytes: member.content, text: () => Buffer.from(member.content).toString('utf8') });
    left -= member.content.length;
    at = member.next;
  }
  return members;
}

function endRecord(view: DataView): number | undefined {
  const first = Math.max(0, view.byteLength - END_BYTES - COMMENT_MOST);
  for (let at = view.byteLength - END_BYTES; at >= first; at -= 1) if (view.getUint32(at, true) === END) return at;
  return undefined;
}

interface Member {
  readonly name: string;
  readonly content: Uint8Array;
  /** Where the next entry of the directory begins. */
  readonly next: number;
}

function memberAt(bytes: Uint8Array, view: DataView, { at, most }: { readonly at: number; readonly most: number }): Member | undefined {
  if (at + 46 > view.byteLength || view.getUint32(at, true) !== CENTRAL) return undefined;
  const [method, packed, size] = [view.getUint16(at + 10, true), view.getUint32(at + 20, true), view.getUint32(at + 24, true)];
  const [nameLength, extra, comment] = [view.getUint16(at + 28, true), view.getUint16(at + 30, true), view.getUint16(at + 32, true)];
  const local = view.getUint32(at + 42, true);
  if (size > most || local + 30 > view.byteLength) return undefined;
  const from = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
  const raw = bytes.subarray(from, from + packed);
  const content = opened(raw, method, size);
  if (content?.length !== size) return undefined;
  const name = Buffer.from(bytes.subarray(at + 46, at + 46 + nameLength)).toString('utf8');
  return { name, content, next: at + 46 + nameLength + extra + comment };
}

function opened(raw: Uint8Array, method: number, size: number): Uint8Array | undefined {
  if (method === STORED) return raw;
  if (method !== DEFLATED) return undefined;
  try {
    return inflateRawSync(raw, { maxOutputLength: Math.max(1, size) });
  } catch {
    return undefined;
  }
}
