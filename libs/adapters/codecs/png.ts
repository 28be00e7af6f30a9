import { promisify } from 'node:util';
import { crc32, deflate } from 'node:zlib';

const compress = promisify(deflate);

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

/** An 8-bit grey PNG. ISO/IEC 15948. @param grey row-major, length = columns × rows. */
export async function greyPng({ columns, rows, grey }: { readonly columns: number; readonly rows: number; readonly grey: Uint8Array }): Promise<Uint8Array> {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(columns, 0);
  header.writeUInt32BE(rows, 4);
  header.set([8, 0, 0, 0, 0], 8); // bit depth 8, grey, deflate, adaptive filters, no interlace
  const lines = Buffer.alloc((columns + 1) * rows);
  for (let row = 0; row < rows; row += 1) lines.set(filtered(grey, columns, row), row * (columns + 1));
  // Level 3 of 9: somebody waits for the picture. Off the thread that answers requests.
  const data: Uint8Array = await compress(lines, { level: 3 });
  return Buffer.concat([SIGNATURE, chunk('IHDR', header), chunk('IDAT', data), chunk('IEND', Buffer.alloc(0))]);
}

/** Filter "up" after the first line: neighbouring lines of a film are alike. */
function filtered(grey: Uint8Array, columns: number, row: number): Uint8Array {
  const out = new Uint8Array(columns + 1);
  const start = row * columns;
  if (row === 0) out.set(grey.subarray(0, columns), 1);
  else {
    out[0] = 2;
    for (let column = 0; column < columns; column += 1) out[column + 1] = (grey[start + column] ?? 0) - (grey[start - columns + column] ?? 0);
  }
  return out;
}

function chunk(type: string, data: Uint8Array): Buffer {
  const out = Buffer.alloc(12 + data.length);
  out.writeUInt32BE(data.length, 0);
  out.write(type, 4, 'latin1');
  out.set(data, 8);
  out.writeUInt32BE(crc32(out.subarray(4, 8 + data.length)), 8 + data.length);
  return out;
}
