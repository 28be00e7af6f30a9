import { setTimeout as pause } from 'node:timers/promises';
import { cpSync, mkdtempSync, renameSync } from 'node:fs';
import { randomBytes, randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { PatientId } from '@concord/core/clinical';
import type { CommittedRecord } from '@concord/core/ports';
import { auditFolder, openAnchors, openBundleFiles, type BundleFiles } from '@concord/adapters/anchors';
import { createSigner, createTagOpener, digest } from '@concord/adapters/crypto';
import { openExports, openSequencer, type Sequencer } from '@concord/adapters/postgres';
import { formatKey } from '@concord/governance/audit';
import { signHead, type HeadsSettings } from '../../apps/worker/src/audit-log/heads.ts';
import { asks, person } from '../people.ts';
import { admit, allowed, testStores, type TestStores } from '../stores.ts';

type Asked = Parameters<Parameters<Parameters<TestStores['api']['withAccess']>[1]>[0]['audit']['requestExport']>[0];

const SEVEN_YEARS_MS = 7 * 366 * 86_400_000;

/** A database with a patient in it whose record is sequenced, signed and handed out, by keys of this test alone. */
export class SignedLog {
  readonly keys;
  readonly receipts = createSigner('concord/receipts/test', randomBytes(32));
  readonly officer = asks(person('privacy'), { action: 'export', resource: 'AuditEvent' });
  readonly stores: TestStores;
  readonly superuser: pg.Client;
  readonly patientId: PatientId;
  readonly heads: HeadsSettings;
  readonly #openTag = createTagOpener(randomBytes(32));
  readonly #exports: string;

  private constructor(parts: Pick<SignedLog, 'stores' | 'superuser' | 'patientId' | 'heads'> & { readonly exports: string }) {
    this.stores = parts.stores;
    this.superuser = parts.superuser;
    this.patientId = parts.patientId;
    this.heads = parts.heads;
    this.#exports = parts.exports;
    this.keys = {
      log: [formatKey(digest, { ...this.heads.log, type: 'signature' })],
      receipt: [formatKey(digest, { ...this.receipts, type: 'signature' })],
      witness: [formatKey(digest, { ...this.heads.witness, type: 'cosignature' })],
    };
  }

  static async open(): Promise<SignedLog> {
    const folder = auditFolder(mkdtempSync(join(tmpdir(), 'concord-audit-')));
    const [log, witness] = [createSigner('concord/audit/test', randomBytes(32)), createSigner('concord/witness/test', randomBytes(32))];
    const heads = { digest, log, witness, anchors: await openAnchors(folder.anchors), witnessed: await openAnchors(folder.witness) };
    const stores = await testStores();
    const superuser = new pg.Client({ connectionString: stores.database.url('postgres') });
    await superuser.connect();
    const { patientId } = await admit(stores.api, { mrn: 'X-1' });
    return new SignedLog({ stores, superuser, patientId, heads, exports: folder.exports });
  }

  async close(): Promise<void> {
    await this.superuser.end();
    await this.stores.close();
  }

  get ownerUrl(): string {
    return this.stores.database.url('concord_owner');
  }

  async sequencer(): Promise<Sequencer> {
    const one = await openSequencer({ url: this.stores.database.url('audit_sequencer'), digest, openTag: this.#openTag });
    if (one === undefined) throw new Error('another sequencer is at work');
    return one;
  }

  /** The physician looks at the patient once. */
  async read(committed: (events: readonly CommittedRecord[]) => void = () => undefined): Promise<void> {
    const request = asks(person('physician'), { action: 'read', resource: 'Patient', patientId: this.patientId, committed });
    allowed(await this.stores.api.withAccess(request, (scope) => scope.patients.read(this.patientId)));
  }

  /** Sequences what is there and signs a head over it. */
  async sign(): Promise<void> {
    const one = await this.sequencer();
    // An event waits for every transaction of the whole server that was open when it was committed, and other tests share it.
    const deadline = Date.now() + 30_000;
    do {
      while ((await one.step()).leaves > 0);
      await pause(25);
    } while ((await one.oldestWaitingMs()) > 0 && Date.now() < deadline);
    if (((await one.newest())?.size ?? 0) < one.head().size) await signHead(one, this.heads, new Date());
    await one.close();
  }

  /**
   * What the officer asks for, made; on request by a second maker, after the first died while it wrote.
   * @returns the folder of the bundle.
   */
  async exported(query: Asked, { firstDies = false } = {}): Promise<string> {
    const id = allowed(await this.stores.api.withAccess(this.officer, (scope) => scope.audit.requestExport(query)));
    if (id === undefined) throw new Error('the record knows nothing of whom the export is about');
    await pause(350);
    await this.sign();
    const place = join(this.#exports, id);
    if (firstDies) await this.#make(id, await dying(place)).catch(() => undefined);
    await this.#make(id, await openBundleFiles(place));
    const state = allowed(await this.stores.api.withAccess(this.officer, (scope) => scope.audit.exportState(id)));
    if (state?.state !== 'done') throw new Error('the export did not end');
    return place;
  }

  async #make(id: string, place: BundleFiles): Promise<void> {
    const queue = await openExports(this.stores.database.url('audit_sequencer'));
    try {
      const task = await queue.next();
      if (task === undefined || task.id !== id) throw new Error('the export that was asked for is not the next one');
      const publicKeys = Buffer.from(JSON.stringify(this.keys));
      await queue.make(task, { digest, openTag: this.#openTag, signer: this.heads.log, publicKeys }, place);
    } finally {
      await queue.close();
    }
  }

  /** Events as if they had been recorded seven years ago, by the physician about the patient. */
  recordLongAgo(count: number): Promise<void> {
    return recordLongAgo(this.superuser, count);
  }
}

/** Writes half of the second thing it is given, and no more; nobody tidies up behind a process that was killed. */
async function dying(place: string): Promise<BundleFiles> {
  const files = await openBundleFiles(place);
  let appends = 0;
  return {
    ...files,
    append: async (name, bytes) => {
      appends += 1;
      await files.append(name, appends === 1 ? bytes : bytes.subarray(0, bytes.length / 2));
      if (appends > 1) throw new Error('killed');
    },
    async discard() {
      cpSync(`${place}.part`, `${place}.half`, { recursive: true });
      await files.discard();
      renameSync(`${place}.half`, `${place}.part`);
    },
  };
}

/** Events as if they had been recorded seven years ago, under the bytes' own time: like the physician's first. */
export async function recordLongAgo(superuser: pg.Client, count: number): Promise<void> {
  const first = "FROM audit_events WHERE login = 'physician' ORDER BY n LIMIT 1";
  const { rows } = await superuser.query<{ bytes: Buffer }>(`SELECT bytes ${first}`);
  const then = Date.now() - SEVEN_YEARS_MS;
  for (let i = 0; i < count; i += 1) {
    const event = { ...(JSON.parse(rows[0]?.bytes.toString() ?? '') as object), eventId: randomUUID(), recordedAt: then + i };
    await superuser.query(
      `INSERT INTO audit_events (event_id, transaction_id, unit_id, unit_part, recorded_at, category, subtype, action, outcome, issuer, subject, login, client_id,
         purpose, patient_key, request_id, bytes)
       SELECT $1, pg_current_xact_id()::text, unit_id, unit_part, to_timestamp($2::float8 / 1000), category, subtype, action, outcome, issuer, subject, login, client_id,
         purpose, patient_key, request_id, $3 ${first}`,
      [event.eventId, event.recordedAt, Buffer.from(JSON.stringify(event))],
    );
  }
}
