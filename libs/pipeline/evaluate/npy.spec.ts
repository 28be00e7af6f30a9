import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { npyBytes } from './npy.ts';

function npy(header: string, data: readonly number[]): Uint8Array {
  const codes = (text: string): readonly number[] => Array.from({ length: text.length }, (_, at) => text.charCodeAt(at));
  return Uint8Array.from([...codes('\u0093NUMPY\u0001\u0000'), header.length % 256, header.length >> 8, ...codes(header), ...data]);
}

describe('an array of bytes', () => {
  it('is read with its shape', () => {
    const read = npyBytes(npy("{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3), }", [1, 2, 3, 4, 5, 6]));
    expect(read?.shape).toEqual([2, 3]);
    expect([...(read?.data ?? [])]).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it.each([
    ['of another type', "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }", [0, 0, 0, 0]],
    ['column by column', "{'descr': '|u1', 'fortran_order': True, 'shape': (2, 2), }", [1, 2, 3, 4]],
    ['shorter than its shape', "{'descr': '|u1', 'fortran_order': False, 'shape': (5,), }", [1]],
    ['without a shape', "{'descr': '|u1', 'fortran_order': False}", []],
  ])('is refused when it is %s', (_, header, data) => {
    expect(npyBytes(npy(header, data))).toBeUndefined();
  });

  it('never fails on any bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => npyBytes(bytes) === undefined));
  });
});
