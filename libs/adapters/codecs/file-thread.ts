import { createHash } from 'node:crypto';
import { parentPort } from 'node:worker_threads';
import type { Sha256 } from '@concord/core/clinical';
import type { Hash } from '@concord/core/ports';
import { readInstance } from '@concord/interop/dicom';
import { boundedInflate } from './inflate.ts';
import { openJpegCodec } from './jpeg.ts';

/** Files from outside are parsed and decoded here, never in a thread that answers requests. */
export interface FileTask {
  readonly bytes: Uint8Array;
  readonly zone: string;
}

const hash: Hash = (bytes) => createHash('sha256').update(bytes).digest('hex') as Sha256;

const port = parentPort;
if (port) {
  const jpeg = await openJpegCodec();
  port.on('message', ({ bytes, zone }: FileTask) => {
    const result = readInstance(bytes, zone, { hash, inflate: boundedInflate, jpeg });
    const grey = result.ok ? result.value.pixels?.grey.buffer : undefined;
    port.postMessage({ result }, grey instanceof ArrayBuffer ? [grey] : []);
  });
  port.postMessage({ ready: true });
}
