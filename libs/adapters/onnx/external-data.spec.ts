import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hasExternalData } from './external-data.ts';

const BLOCKS = join(import.meta.dirname, '../../../infra/models/blocks');

/** One field of a message of protocol buffers. */
function field(number: number, body: Buffer | number): Buffer {
  if (typeof body === 'number') return Buffer.of(number * 8, body);
  return Buffer.concat([Buffer.of(number * 8 + 2), Buffer.of((body.length & 0x7f) | 0x80, body.length >> 7), body]);
}

const entry = Buffer.concat([field(1, Buffer.from('location')), field(2, Buffer.from('../../etc/passwd'))]);
const outside = field(14, 1);

describe('a model that names another file', () => {
  it.each([
    ['in an initializer, by its place', field(7, field(5, outside))],
    ['in an initializer, by the name alone', field(7, field(5, field(13, entry)))],
    ['in a tensor of an attribute', field(7, field(1, field(5, field(5, outside))))],
    ['in a branch of a node', field(7, field(1, field(5, field(6, field(5, outside)))))],
    ['in a sparse initializer', field(7, field(15, field(1, outside)))],
  ])('is refused: %s', (_, model) => {
    expect(hasExternalData(model)).toBe(true);
  });

  it('is refused when it cannot be read at all', () => {
    expect(hasExternalData(Buffer.of(0x3a, 0xff))).toBe(true);
    expect(hasExternalData(Buffer.of(0x3b))).toBe(true);
  });

  it('is none of the blocks that ship', () => {
    const names = readdirSync(BLOCKS).filter((name) => name.endsWith('.onnx'));
    expect(names.length).toBeGreaterThan(0);
    for (const name of names) expect(hasExternalData(readFileSync(join(BLOCKS, name))), name).toBe(false);
  });
});
