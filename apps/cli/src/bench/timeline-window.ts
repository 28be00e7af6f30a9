import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFileBlobs } from '@concord/adapters/blobs';
import { openKeyring } from '@concord/adapters/crypto';
import { benchTimelineWindow } from '@concord/adapters/postgres';
import { prepareQueue } from '@concord/adapters/queue';
import { EXIT, readArgs, UsageError } from '../verb.ts';
import { printFigures, type Bench } from './bench.ts';

/** One patient with ten million readings: a day at one-minute resolution, in a database of its own that goes afterwards. */
export const timelineWindowBench: Bench = {
  usage: 'bench timeline-window [--rows 10000000] [--samples 200] [--per-minute 1]     needs about 6 GB of disk and some minutes',
  async run(args, io) {
    const options = {
      rows: { type: 'string', default: '10000000' },
      samples: { type: 'string', default: '200' },
      'per-minute': { type: 'string', default: '1' },
    } as const;
    const { values } = readArgs(args, options);
    const folder = await mkdtemp(join(tmpdir(), 'concord-bench-keys-'));
    try {
      const figures = await benchTimelineWindow({
        rows: whole(values.rows, '--rows'),
        samples: whole(values.samples, '--samples'),
        perMinute: whole(values['per-minute'], '--per-minute'),
        keyring: await openKeyring(join(folder, 'root.key')),
        files: createFileBlobs(join(folder, 'blobs')),
        also: [prepareQueue],
        log: (line) => {
          io.err(line);
        },
      });
      printFigures({ ...figures }, values.json, io);
      return EXIT.done;
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

function whole(text: string, name: string): number {
  if (!/^\d{1,9}$/.test(text) || Number(text) === 0) throw new UsageError(`${name} is a whole number above 0.`);
  return Number(text);
}
