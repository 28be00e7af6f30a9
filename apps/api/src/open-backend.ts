import type { Backend } from './backend.ts';
import type { Config } from './config.ts';

/** The database behind the edge. */
export function openBackend(_config: Config): Promise<Backend> {
  return Promise.reject(new Error('the database adapter is not connected'));
}
