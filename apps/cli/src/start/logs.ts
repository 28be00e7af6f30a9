import { closeSync, existsSync, mkdirSync, openSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** A log that has grown past this is set aside at the next start; one earlier log is kept. */
const LOG_BYTES_MAX = 5 * 1024 * 1024;

/** The folder with one log per program, readable by this account only. */
export class Logs {
  readonly folder: string;

  constructor(dataDir: string) {
    this.folder = join(dataDir, 'logs');
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
  }

  path(name: string): string {
    return join(this.folder, `${name}.log`);
  }

  /** Hands a file descriptor to a program that is being started, and closes ours. */
  withDescriptor<T>(name: string, use: (descriptor: number) => T): T {
    const path = this.path(name);
    if (existsSync(path) && statSync(path).size > LOG_BYTES_MAX) renameSync(path, `${path}.1`);
    const descriptor = openSync(path, 'a', 0o600);
    try {
      return use(descriptor);
    } finally {
      closeSync(descriptor);
    }
  }
}
