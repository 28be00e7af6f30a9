import { existsSync, readFileSync } from 'node:fs';
import type { Adapter, AdapterPayload } from 'oidc-provider';
import { z } from 'zod';
import { writePrivate } from './secrets.ts';

const rowSchema = z.object({ payload: z.record(z.string(), z.unknown()), endsAt: z.number().nullable() });
const fileSchema = z.record(z.string(), rowSchema);
type Row = z.infer<typeof rowSchema>;

/** Sessions, grants and refresh tokens in one private file, so that they outlive a restart. Small: a demo has seven users. */
export class FileStore {
  readonly #path: string;
  readonly #rows: Map<string, Row>;
  readonly #now: () => number;
  #planned: NodeJS.Timeout | undefined;

  constructor(path: string, now: () => number) {
    this.#path = path;
    this.#now = now;
    this.#rows = new Map(Object.entries(readRows(path)));
  }

  /** One adapter per kind of record, as the provider asks for them. */
  adapterFor(kind: string): Adapter {
    const key = (id: string): string => `${kind}:${id}`;
    const find = (test: (payload: AdapterPayload) => boolean): AdapterPayload | undefined =>
      [...this.#rows].flatMap(([name, row]) => (name.startsWith(`${kind}:`) && this.#lives(row) && test(row.payload) ? [row.payload] : []))[0];
    return {
      upsert: (id, payload, expiresIn) => {
        this.#rows.set(key(id), { payload: { ...payload }, endsAt: expiresIn !== undefined && expiresIn > 0 ? this.#now() + expiresIn * 1000 : null });
        return this.#changed();
      },
      find: (id) => Promise.resolve(this.#livingPayload(key(id))),
      findByUid: (uid) => Promise.resolve(find((payload) => payload.uid === uid)),
      findByUserCode: (code) => Promise.resolve(find((payload) => payload.userCode === code)),
      destroy: (id) => {
        this.#rows.delete(key(id));
        return this.#changed();
      },
      consume: (id) => {
        const row = this.#rows.get(key(id));
        if (row !== undefined) row.payload['consumed'] = Math.floor(this.#now() / 1000);
        return this.#changed();
      },
      revokeByGrantId: (grantId) => {
        for (const [name, row] of this.#rows) if (row.payload['grantId'] === grantId) this.#rows.delete(name);
        return this.#changed();
      },
    };
  }

  /** Writes what is not yet written. */
  flush(): void {
    clearTimeout(this.#planned);
    this.#planned = undefined;
    for (const [name, row] of this.#rows) if (!this.#lives(row)) this.#rows.delete(name);
    writePrivate(this.#path, JSON.stringify(Object.fromEntries(this.#rows)));
  }

  #livingPayload(name: string): AdapterPayload | undefined {
    const row = this.#rows.get(name);
    return row !== undefined && this.#lives(row) ? row.payload : undefined;
  }

  #lives(row: Row): boolean {
    return row.endsAt === null || row.endsAt > this.#now();
  }

  #changed(): Promise<void> {
    this.#planned ??= setTimeout(() => {
      this.flush();
    }, 300);
    return Promise.resolve();
  }
}

/** A file that cannot be read is a new beginning: everyone signs in again. */
function readRows(path: string): Readonly<Record<string, Row>> {
  if (!existsSync(path)) return {};
  try {
    return fileSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    return {};
  }
}
