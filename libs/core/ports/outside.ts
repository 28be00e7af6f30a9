import type { Instant, Milliseconds } from '../kernel/index.ts';
import type { Sha256 } from '../clinical/index.ts';

/** The only source of "now". */
export interface Clock {
  now(): Instant;
}

/** The only source of chance; `next` gives a number in [0, 1). */
export interface Rng {
  next(): number;
}

/** SHA-256 of bytes, lower-case hex. */
export type Hash = (bytes: Uint8Array) => Sha256;

/** Original bytes, kept by content. Writing the same bytes twice is one blob. */
export interface BlobStore {
  put(bytes: Uint8Array): Promise<Sha256>;
  /** @returns undefined when nothing of that hash is kept. */
  get(hash: Sha256): Promise<Uint8Array | undefined>;
}

/** One tensor; `data` is row-major. */
export interface Tensor {
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

/** Runs a block of a bundle in a worker thread, with fixed padded shapes and one intra-op thread. */
export interface ModelRunner {
  /** @throws ModelUnavailable when the block cannot be loaded or the run fails. */
  run(block: Sha256, inputs: Readonly<Record<string, Tensor>>): Promise<Readonly<Record<string, Tensor>>>;
  /** onnxruntime version and CPU features, part of every stored score. */
  readonly runtime: string;
}

export class ModelUnavailable extends Error {
  override readonly name = 'ModelUnavailable';
}

export type JobName = 'assess';

export interface Backoff {
  readonly first: Milliseconds;
  readonly longest: Milliseconds;
}
