import pg from 'pg';
import { exportBundle, ExportRefused, type BundleSink, type ExportRequest, type ExportSettings } from './export-bundle.ts';
import type { ExportQuery } from './export-scope.ts';

/** An export that somebody waits for. */
export interface ExportTask {
  readonly id: string;
  readonly request: ExportRequest;
}

/** Where one bundle is written; it shows only once it is whole. */
export interface BundlePlace extends BundleSink {
  finish(): Promise<void>;
  discard(): Promise<void>;
}

/** Exports that were asked for, one after the other, on a connection of their own. */
export interface ExportQueue {
  /** The oldest that is not finished and whose own request stands in a signed head already. */
  next(): Promise<ExportTask | undefined>;
  /** Writes its files and tells how far it is. What cannot be exported is told as failed. */
  make(task: ExportTask, settings: Omit<ExportSettings, 'progress'>, place: BundlePlace): Promise<void>;
  close(): Promise<void>;
}

/** Progress is told at most this often: every step is a row for good. */
const TELL_EVERY_MS = 1000;
/** The head that an export shows was signed this much after the request, so that the request is in it. */
const AFTER_REQUEST = "interval '300 milliseconds'";

export async function openExports(url: string): Promise<ExportQueue> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined);
  await client.connect();
  return {
    next: () => next(client),
    make: (task, settings, place) => make(client, task, { ...settings, progress: teller(client, task.id) }, place),
    close: () => client.end(),
  };
}

async function next(client: pg.Client): Promise<ExportTask | undefined> {
  const text = `SELECT e.id, e.requester, e.purpose, e.query FROM audit_exports e
    WHERE NOT EXISTS (SELECT FROM audit_export_steps s WHERE s.export_id = e.id AND s.state IN ('done', 'failed'))
      AND EXISTS (SELECT FROM audit_checkpoints c WHERE c.signed_at > e.requested_at + ${AFTER_REQUEST}) ORDER BY e.requested_at LIMIT 1`;
  const { rows } = await client.query<{ id: string; requester: string; purpose: string; query: ExportQuery }>({ name: 'next-export', text });
  const [row] = rows;
  return row === undefined ? undefined : { id: row.id, request: { query: row.query, requester: row.requester, purpose: row.purpose } };
}

async function make(client: pg.Client, { id, request }: ExportTask, settings: ExportSettings, place: BundlePlace): Promise<void> {
  try {
    await exportBundle(client, request, settings, place);
    await place.finish();
    await step(client, id, { state: 'done', done: 0, total: 0 });
  } catch (error) {
    await place.discard();
    if (!(error instanceof ExportRefused)) throw error;
    await step(client, id, { state: 'failed', done: 0, total: 0, detail: error.message });
  }
}

interface Step {
  readonly state: 'running' | 'done' | 'failed';
  readonly done: number;
  readonly total: number;
  readonly detail?: string;
}

async function step(client: pg.Client, id: string, { state, done, total, detail }: Step): Promise<void> {
  const text = 'INSERT INTO audit_export_steps (export_id, state, done, total, detail, stepped_at) VALUES ($1, $2, $3, $4, $5, clock_timestamp())';
  await client.query({ name: 'export-step', text, values: [id, state, done, total, detail ?? null] });
}

function teller(client: pg.Client, id: string): ExportSettings['progress'] {
  let told = 0;
  return async (done, total) => {
    if (performance.now() - told < TELL_EVERY_MS) return;
    told = performance.now();
    await step(client, id, { state: 'running', done, total });
  };
}
