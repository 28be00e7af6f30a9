import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { z } from 'zod';
import { createFileBlobs } from '@concord/adapters/blobs';
import { createTagOpener, digest, openKeyring } from '@concord/adapters/crypto';
import { benchAuditedReads, type AuditedReads } from '@concord/adapters/postgres';
import { prepareQueue } from '@concord/adapters/queue';
import { inclusionRanges } from '@concord/governance/audit';
import { EXIT, readArgs, UsageError, VerbFailed, type Io } from '../verb.ts';
import { readsOverHttp } from './audit-edge.ts';
import { writeSampleBundle } from './audit-sample.ts';
import { printFigures, type Bench } from './bench.ts';

/** What the record of accesses costs, how far the log lags behind, and how long an auditor waits. */
export const auditBench: Bench = {
  usage:
    'bench audit [--seconds 10] [--clients 16] [--events 1000000]     reads, in the store and over HTTP, with and without the record, and sequencing, in a database of its own; then an export of so many events, verified; --events 0 leaves that out',
  async run(args, io) {
    const options = {
      seconds: { type: 'string', default: '10' },
      clients: { type: 'string', default: '16' },
      events: { type: 'string', default: '1000000' },
    } as const;
    const { values } = readArgs(args, options);
    const [seconds, clients] = [whole(values.seconds), whole(values.clients)];
    const events = values.events === '0' ? 0 : whole(values.events);
    const folder = await mkdtemp(join(tmpdir(), 'concord-bench-audit-'));
    const tagSecret = randomBytes(32);
    try {
      const reads = await benchAuditedReads({
        seconds,
        clients,
        keyring: await openKeyring(join(folder, 'root.key')),
        files: createFileBlobs(join(folder, 'blobs')),
        digest,
        openTag: createTagOpener(tagSecret),
        sequence: (url) => sequenceBeside(url, tagSecret),
        also: [prepareQueue],
        log: (line) => {
          io.err(line);
        },
        overHttp: (door) => readsOverHttp({ ...io.settings, dataDir: folder, keyFile: join(folder, 'root.key') }, door),
      });
      const verified = events === 0 ? {} : await verifyMany(join(folder, 'bundle'), events, io);
      printFigures({ ...reads, ...shares(reads), load: loadavg()[0] ?? Number.NaN, ...verified }, values.json, io);
      return EXIT.done;
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

/** What is left of the rate with the record written, and of what the machine gives without walls. */
function shares(figures: AuditedReads): Record<string, number> {
  const { readsPerSecond, readsPerSecondAuditOff, httpReadsPerSecond, httpReadsPerSecondAuditOff, bareReadsWithWritePerSecond } = figures;
  return {
    auditedShare: readsPerSecond / readsPerSecondAuditOff,
    httpAuditedShare: httpReadsPerSecond / httpReadsPerSecondAuditOff,
    shareOfBare: readsPerSecond / bareReadsWithWritePerSecond,
  };
}

/** The sequencer in a thread of its own, as it is a process of its own in an installation. */
async function sequenceBeside(url: string, tagSecret: Uint8Array): Promise<{ stop(): Promise<void> }> {
  const worker = new Worker(new URL('./sequencer-thread.js', import.meta.url), { workerData: { url, tagSecret } });
  const ended = once(worker, 'exit');
  await once(worker, 'message');
  return {
    stop: async () => {
      worker.postMessage('stop');
      await ended;
    },
  };
}

const verdict = z.object({ verdict: z.literal('valid'), events: z.number(), maxRssMb: z.number() });

async function verifyMany(folder: string, events: number, io: Io): Promise<Record<string, number>> {
  io.err(`writing an export of ${events} events`);
  await writeSampleBundle(folder, events);
  const began = performance.now();
  const child = spawn(process.execPath, [join(io.settings.root, 'apps/cli/bin/concord-audit-verify.mjs'), folder, '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  await new Promise((resolve) => child.once('close', resolve));
  const read = verdict.safeParse(JSON.parse(said === '' ? '{}' : said));
  if (!read.success) throw new VerbFailed('The export of the measurement was not found valid.');
  const inclusionProofBytes = 32 * inclusionRanges(0, events).length;
  return { inclusionProofBytes, verifiedEvents: read.data.events, verifySeconds: (performance.now() - began) / 1000, verifyMaxRssMb: read.data.maxRssMb };
}

function whole(text: string): number {
  if (!/^\d{1,8}$/.test(text) || Number(text) === 0) throw new UsageError('--seconds, --clients and --events are whole numbers above 0.');
  return Number(text);
}
