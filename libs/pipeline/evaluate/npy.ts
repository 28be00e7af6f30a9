/** One NumPy array of bytes. */
export interface NpyBytes {
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

const MAGIC = '\u0093NUMPY';

/**
 * Reads an `.npy` of unsigned bytes in row-major order (format 1.0 to 3.0; NEP 1).
 * @returns undefined for anything else: another type, Fortran order, a length that does not fit its shape.
 */
export function npyBytes(file: Uint8Array): NpyBytes | undefined {
  if (latin(file, 0, 6) !== MAGIC) return undefined;
  const wide = (file[6] ?? 0) >= 2;
  const start = wide ? 12 : 10;
  const length = Array.from({ length: wide ? 4 : 2 }, (_, byte) => (file[8 + byte] ?? 0) * 256 ** byte).reduce((sum, part) => sum + part, 0);
  const header = latin(file, start, start + length);
  const shape = shapeOf(header);
  if (shape === undefined || !/'descr':\s*'\|u1'/.test(header) || !/'fortran_order':\s*False/.test(header)) return undefined;
  const data = file.subarray(start + length);
  return data.length === shape.reduce((product, side) => product * side, 1) ? { shape, data } : undefined;
}

function shapeOf(header: string): readonly number[] | undefined {
  const [, inside] = /'shape':\s*\(([\d,\s]*)\)/.exec(header) ?? [];
  return inside
    ?.split(',')
    .map((side) => side.trim())
    .filter((side) => side !== '')
    .map(Number);
}

function latin(bytes: Uint8Array, start: number, end: number): string {
  return String.fromCharCode(...bytes.subarray(start, end));
}
