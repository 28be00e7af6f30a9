import { Worker } from 'node:worker_threads';
import type { Result } from '@concord/core/kernel';
import type { DicomFault, DicomInstance, DicomReader } from '@concord/interop/dicom';

type Answer = Result<DicomInstance, DicomFault>;

/** Bounds of one file; DESIGN 9 and the hostile-file limits of the imaging notes. */
export interface ReaderLimits {
  /** A file that takes longer is refused and its thread ended. */
  readonly longestMs: number;
  /** Heap of the thread. Buffers do not count there: the pre-scan bounds those. */
  readonly heapMiB: number;
  /** Files waiting for the thread; more are refused rather than piled up. */
  readonly waitingMost: number;
}

export const READER_LIMITS: ReaderLimits = { longestMs: 5_000, heapMiB: 256, waitingMost: 256 };

interface Job {
  readonly bytes: Uint8Array;
  readonly zone: string;
  readonly settle: (answer: Answer) => void;
}

interface Thread {
  readonly worker: Worker;
  readonly ready: Promise<void>;
}

export interface ClosableDicomReader extends DicomReader {
  /** Lets the file in hand finish, answers the rest as not read, ends the thread. */
  close(): Promise<void>;
}

const TOO_LONG: Answer = { ok: false, error: { kind: 'over-limit', reason: 'reading the file took longer than allowed' } };
const CRASHED: Answer = { ok: false, error: { kind: 'over-limit', reason: 'reading the file used more memory than allowed' } };
const NOT_STARTED: Answer = { ok: false, error: { kind: 'over-limit', reason: 'the reader could not start' } };
const CLOSING: Answer = { ok: false, error: { kind: 'over-limit', reason: 'the reader is closing' } };
const TOO_MANY: Answer = { ok: false, error: { kind: 'over-limit', reason: 'too many files are waiting to be read' } };

/** One thread that reads files one after the other; after a hang or a crash the next file gets a fresh one. */
export function openDicomReader(limits: ReaderLimits = READER_LIMITS): ClosableDicomReader {
  const waiting: Job[] = [];
  let thread: Thread | undefined;
  let running: Promise<void> | undefined;
  let closed = false;

  const drain = async () => {
    for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) {
      thread ??= start(limits);
      const { answer, survives } = await runOne(thread, job, limits);
      if (!survives) {
        await thread.worker.terminate();
        thread = undefined;
      }
      job.settle(answer);
    }
    running = undefined;
  };

  return {
    read: (bytes, zone) =>
      new Promise((settle) => {
        if (closed) settle(CLOSING);
        else if (waiting.length >= limits.waitingMost) settle(TOO_MANY);
        else {
          waiting.push({ bytes, zone, settle });
          running ??= drain();
        }
      }),
    close: async () => {
      closed = true;
      for (const job of waiting.splice(0)) job.settle(CLOSING);
      await running;
      await thread?.worker.terminate();
      thread = undefined;
    },
  };
}

function start({ heapMiB }: ReaderLimits): Thread {
  const fromSource = import.meta.url.endsWith('.ts');
  const worker = new Worker(new URL(fromSource ? './file-thread.ts' : './file-thread.js', import.meta.url), {
    resourceLimits: { maxOldGenerationSizeMb: heapMiB },
    // Run from source (tests), packages resolve to their sources too.
    execArgv: fromSource ? ['--conditions=@concord/source', '--disable-warning=ExperimentalWarning'] : [],
  });
  const ready = new Promise<void>((resolve, reject) => {
    worker.once('message', () => {
      resolve();
    });
    worker.once('error', reject);
  });
  // Nobody may be listening yet when a thread dies; `runOne` sees the rejection.
  ready.catch(() => undefined);
  return { worker, ready };
}

interface Outcome {
  readonly answer: Answer;
  readonly survives: boolean;
}

async function runOne({ worker, ready }: Thread, { bytes, zone }: Job, { longestMs }: ReaderLimits): Promise<Outcome> {
  const started = await ready.then(
    () => true,
    () => false,
  );
  if (!started) return { answer: NOT_STARTED, survives: false };
  return new Promise((resolve) => {
    const settle = (outcome: Outcome) => {
      clearTimeout(timer);
      worker.off('message', onMessage);
      worker.off('error', onError);
      resolve(outcome);
    };
    const onMessage = ({ result }: { readonly result: Answer }) => {
      settle({ answer: result, survives: true });
    };
    const onError = () => {
      settle({ answer: CRASHED, survives: false });
    };
    const timer = setTimeout(() => {
      settle({ answer: TOO_LONG, survives: false });
    }, longestMs);
    worker.on('message', onMessage);
    worker.on('error', onError);
    worker.postMessage({ bytes, zone });
  });
}
