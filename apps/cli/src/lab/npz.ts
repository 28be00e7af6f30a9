import { closeSync, openSync, writeSync } from 'node:fs';
import { crc32 } from 'node:zlib';

/** One array of an `.npz` file; the name of its type is NumPy's. */
export type NpzArray =
  | { readonly name: string; readonly shape: readonly number[]; readonly data: Float32Array<ArrayBuffer> }
  | { readonly name: string; readonly shape: readonly number[]; readonly data: Int32Array<ArrayBuffer> }
  | { readonly name: string; readonly shape: readonly number[]; readonly data: Uint8Array<ArrayBuffer> };

/**
 * Writes arrays as NumPy's `.npz`: a ZIP of stored `.npy` members, little-endian, row-major. `numpy.load(path)` reads it.
 * Source: NEP 1 (npy format 1.0); APPNOTE.TXT 4.3 (ZIP).
 */
export function writeNpz(path: string, arrays: readonly NpzArray[]): void {
  const file = openSync(path, 'w');
  let at = 0;
  const put = (bytes: Uint8Array): void => {
    for (let sent = 0; sent < bytes.length;) sent += writeSync(file, bytes, sent, Math.min(bytes.length - sent, 1 << 26), at + sent);
    at += bytes.length;
  };
  const entries = arrays.map((array) => {
    const head = npyHeader(array);
    const body = new Uint8Array(array.data.buffer, array.data.byteOffset, array.data.byteLength);
    const entry = { name: Buffer.from(`${array.name}.npy`), crc: crc32(body, crc32(head)), size: head.length + body.length, offset: at };
    put(zipHeader(0x04034b50, entry));
    put(head);
    put(body);
    return entry;
  });
  const directory = at;
  for (const entry of entries) put(zipHeader(0x02014b50, entry));
  put(zipEnd(entries.length, at - directory, directory));
  closeSync(file);
}

interface Entry {
  readonly name: Buffer;
  readonly crc: number;
  readonly size: number;
  readonly offset: number;
}

function npyHeader({ data, shape }: NpzArray): Buffer {
  const type = data instanceof Float32Array ? '<f4' : data instanceof Int32Array ? '<i4' : '|u1';
  const text = `{'descr': '${type}', 'fortran_order': False, 'shape': (${shape.join(', ')}${shape.length === 1 ? ',' : ''}), }`;
  const padded = `${text.padEnd(Math.ceil((text.length + 11) / 64) * 64 - 11)}\n`;
  const head = Buffer.alloc(10);
  head.write('\x93NUMPY\x01\x00', 'latin1');
  head.writeUInt16LE(padded.length, 8);
  return Buffer.concat([head, Buffer.from(padded, 'latin1')]);
}

/** Local (`PK\3\4`) or central (`PK\1\2`) header of a stored member. */
function zipHeader(signature: 0x04034b50 | 0x02014b50, { name, crc, size, offset }: Entry): Buffer {
  const central = signature === 0x02014b50;
  const head = Buffer.alloc(central ? 46 : 30);
  const from = central ? 6 : 4;
  head.writeUInt32LE(signature, 0);
  if (central) head.writeUInt16LE(20, 4);
  head.writeUInt16LE(20, from);
  head.writeUInt16LE(0x21, from + 8); // 1 January 1980: the file depends on its content alone
  head.writeUInt32LE(crc, from + 10);
  head.writeUInt32LE(size, from + 14);
  head.writeUInt32LE(size, from + 18);
  head.writeUInt16LE(name.length, from + 22);
  if (central) head.writeUInt32LE(offset, 42);
  return Buffer.concat([head, name]);
}

function zipEnd(count: number, size: number, offset: number): Buffer {
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(count, 8);
  end.writeUInt16LE(count, 10);
  end.writeUInt32LE(size, 12);
  end.writeUInt32LE(offset, 16);
  return end;
}
