import { fork } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { instant } from '@concord/core/kernel';
import { readSettings, type Settings } from '../config.ts';
import { readDemoClock } from '../demo/anchor.ts';
import { banner } from './banner.ts';
import { ChildFailed, SupervisedChild } from './child.ts';
import { Database } from './database.ts';
import { Logs } from './logs.ts';
import { freePort } from './ports.ts';
import { commonEnv, programs } from './programs.ts';
import { removeRunFile, writeRunFile } from './run-file.ts';
import { watchBuild } from './watch.ts';

/** Owns every process of one run, from the database up to the demo's feed, and the order in which they come and go. */
class Supervisor {
  private readonly settings: Settings;
  private readonly say: (line: string) => void;
  private readonly logs: Logs;
  private readonly database: Database;
  private readonly ports = { identityPort: 0, webPort: 0 };
  private readonly children;
  private isSeeded = false;
  private stopped: Promise<void> | undefined;
  private readonly ending = new AbortController();

  constructor(settings: Settings, say: (line: string) => void) {
    this.settings = settings;
    this.say = say;
    this.logs = new Logs(settings.dataDir);
    this.database = new Database(settings, say);
    const plans = programs(settings, () => ({ database: this.database.urls(), ...this.ports }));
    const dependencies = { logs: this.logs, say };
    this.children = {
      identity: new SupervisedChild('identity', plans.identity, dependencies),
      web: new SupervisedChild('web', plans.web, dependencies),
      worker: new SupervisedChild('worker', plans.worker, dependencies),
      api: new SupervisedChild('api', plans.api, dependencies),
      sequencer: new SupervisedChild('sequencer', plans.sequencer, dependencies),
      feed: new SupervisedChild('feed', plans.feed, dependencies),
    };
  }

  /** Brings everything up in order. @throws ChildFailed, or an error of the database, when a part does not come up. */
  async start(): Promise<void> {
    const { identity, web, worker, sequencer, api } = this.children;
    this.say('Starting the database …');
    await this.database.start();
    this.ports.identityPort = await freePort();
    this.ports.webPort = await freePort();
    await this.writeRunFile();
    this.isSeeded = await isDemoSeeded(this.settings);
    this.say(this.isSeeded ? 'Starting the sign-in and the dashboard …' : 'Starting the sign-in and the dashboard, preparing the demo patients …');
    await Promise.all([identity.start(), web.start(), this.isSeeded ? undefined : this.seed()]);
    await Promise.all([worker.start(), sequencer.start(), api.start()]);
    void this.database.keepAlive(() => void this.databaseReturned());
  }

  /** What goes on beside the running system: the demo's vital signs, and new builds when asked for. */
  async accompany(options: { readonly watch: boolean }): Promise<void> {
    const { feed, worker, api } = this.children;
    if (options.watch) watchBuild(this.settings.root, { worker, api }, this.say, this.ending.signal);
    if (this.settings.demoPatients === 0) return;
    // A newer version may know more patients; they join while the others are already on the screen.
    if (this.isSeeded) await this.seed();
    // The patients of the demo stay as they were when this fails; everything else runs.
    await feed.start().catch((error: unknown) => {
      if (!(error instanceof ChildFailed)) throw error;
      if (!this.isStopping()) this.say(`No new vital signs for the demo patients: ${error.message}`);
    });
  }

  isStopping(): boolean {
    return this.stopped !== undefined;
  }

  /** Takes everything down in order; the database last. Asked twice it does it once. */
  stop(): Promise<void> {
    this.stopped ??= this.takeDown();
    return this.stopped;
  }

  private async takeDown(): Promise<void> {
    const { feed, api, web, worker, sequencer, identity } = this.children;
    this.ending.abort();
    await Promise.all([feed.stop(), api.stop()]);
    await Promise.all([web.stop(), worker.stop(), identity.stop()]);
    // Last: what the others recorded gets its leaf before the database goes.
    await sequencer.stop();
    await this.database.stop();
    await removeRunFile(this.settings.dataDir);
  }

  private async databaseReturned(): Promise<void> {
    this.say('The database is back.');
    await this.writeRunFile();
  }

  private writeRunFile(): Promise<void> {
    const { app, worker, owner } = this.database.urls();
    return writeRunFile(this.settings.dataDir, {
      pid: process.pid,
      url: this.settings.publicUrl,
      databaseUrl: app,
      databaseWorkerUrl: worker,
      databaseOwnerUrl: owner,
      identityUrl: `http://127.0.0.1:${this.ports.identityPort}`,
      keyFile: this.settings.keyFile,
    });
  }

  /** `concord seed` as a program of its own: a model runtime in this process could take the supervisor down with it. */
  private async seed(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<number | null>();
    const child = fork(join(this.settings.root, 'apps/cli/bin/concord.js'), ['seed'], {
      env: commonEnv(this.settings),
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    child.once('exit', resolve).once('error', () => {
      resolve(null);
    });
    this.ending.signal.addEventListener('abort', () => child.kill('SIGTERM'));
    if ((await promise) !== 0 && !this.ending.signal.aborted) {
      this.say('The demo patients are not complete; `npx --no-install concord seed` tries again and says why.');
    }
  }
}

/** True when a seed has ended before: then nobody waits for it. */
async function isDemoSeeded({ dataDir, demoPatients }: Settings): Promise<boolean> {
  if (demoPatients === 0) return true;
  const { patients } = await readDemoClock(dataDir, instant(Date.now()));
  return patients > 0 && patients >= (demoPatients ?? 0);
}

async function main(): Promise<void> {
  const settings = readSettings();
  const say = (line: string): void => void process.stdout.write(`${line}\n`);
  await mkdir(settings.dataDir, { recursive: true });
  const supervisor = new Supervisor(settings, say);
  const leave = (code: number): void => {
    if (supervisor.isStopping()) return;
    say('Stopping …');
    void supervisor.stop().then(() => process.exit(code));
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      leave(signal === 'SIGINT' ? 130 : 143);
    });
  }
  process.on('message', () => {
    leave(130);
  });
  process.on('disconnect', () => {
    leave(143);
  });
  try {
    await supervisor.start();
  } catch (error) {
    if (supervisor.isStopping()) return;
    process.stderr.write(`Concord could not start: ${error instanceof Error ? error.message : 'unknown reason'}\n`);
    leave(1);
    return;
  }
  const startedAt = Number(process.env['CONCORD_STARTED_AT'] ?? performance.timeOrigin);
  say(await banner(settings, (Date.now() - startedAt) / 1000));
  process.send?.({ ready: true });
  await supervisor.accompany({ watch: process.argv.includes('--watch') });
}

await main();
