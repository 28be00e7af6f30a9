import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { openKeyring } from '@concord/adapters/crypto';
import { grantLogSwitch, migrate, moveKeys, startCluster, type Cluster } from '@concord/adapters/postgres';
import { prepareQueue } from '@concord/adapters/queue';
import { reapplyErasures } from '../backup/after-restore.ts';
import type { Settings } from '../config.ts';

/** The addresses of the database for each of its roles; no program gets more than it needs. */
export interface DatabaseUrls {
  readonly app: string;
  readonly worker: string;
  readonly owner: string;
  readonly audit: string;
}

const DATABASE = 'concord';
const RETRY_MS = 500;

/** The database of a run: our own Postgres in the data folder, started again when it dies, or one that the settings name. */
export class Database {
  private readonly settings: Settings;
  private readonly say: (line: string) => void;
  private cluster: Cluster | undefined;
  private stopping = false;

  constructor(settings: Settings, say: (line: string) => void) {
    this.settings = settings;
    this.say = say;
  }

  /** Starts it, brings its schema up to date, and answers where it is. */
  async start(): Promise<DatabaseUrls> {
    await this.launch();
    const urls = this.urls();
    const applied = await migrate(urls.owner, [prepareQueue, moveKeys(await openKeyring(this.settings.keyFile))]);
    if (this.cluster !== undefined) await grantLogSwitch(this.cluster.url('postgres', DATABASE));
    if (applied.length > 0) this.say(`Database schema brought up to date (${applied.length} steps).`);
    const erased = await reapplyErasures(this.settings, urls);
    if (erased > 0) this.say(`${erased} patients were erased again: the ledger of erasures outside the database names them.`);
    return urls;
  }

  urls(): DatabaseUrls {
    const { cluster, settings } = this;
    const role = (name: string, given: string | undefined): string => given ?? cluster?.url(name, DATABASE) ?? '';
    return {
      app: role('app_rw', settings.databaseUrl),
      worker: role('app_worker', settings.databaseWorkerUrl),
      owner: role('concord_owner', settings.databaseOwnerUrl),
      audit: role('audit_sequencer', settings.databaseAuditUrl),
    };
  }

  get serverPid(): number | undefined {
    return this.cluster?.serverPid;
  }

  /** Watches the server until the stop; whenever it is back after it died, `returned` is told. */
  async keepAlive(returned: () => void): Promise<void> {
    while (this.cluster !== undefined && !this.isStopping()) {
      await this.cluster.ended;
      if (this.isStopping()) return;
      this.say('The database ended by itself; starting it again.');
      if (await this.relaunch()) returned();
    }
  }

  async stop(): Promise<void> {
    this.stopping = true;
    await this.cluster?.stop();
  }

  private async launch(): Promise<void> {
    if (this.settings.databaseOwnerUrl !== undefined) return;
    this.cluster = await startCluster({ dataDir: join(this.settings.dataDir, 'postgres'), log: this.say });
  }

  private async relaunch(): Promise<boolean> {
    while (!this.isStopping()) {
      const failure = await this.launch().then(
        () => undefined,
        (error: unknown) => (error instanceof Error ? error.message : 'unknown reason'),
      );
      if (failure === undefined) return true;
      this.say(`The database does not start yet: ${failure.split('\n')[0] ?? ''}`);
      await pause(RETRY_MS);
    }
    return false;
  }

  /** Read through a method: it changes while something is awaited. */
  private isStopping(): boolean {
    return this.stopping;
  }
}
