import { fork, type ChildProcess } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import type { Logs } from './logs.ts';

/** What a program needs to run; asked again for every start, so that a moved database or port is seen. */
export interface ChildPlan {
  readonly module: string;
  readonly args?: readonly string[];
  readonly execArgv?: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
}

export interface ChildDependencies {
  readonly logs: Logs;
  /** One line for the person at the terminal. */
  readonly say: (line: string) => void;
}

/** A program that takes longer than this to say that it is ready is taken for broken. */
const READY_WITHIN_MS = 60_000;
/** What does not leave when it is asked to is ended. */
const GRACE_MS = 6_000;
const BACKOFF_FIRST_MS = 100;
const BACKOFF_LONGEST_MS = 2_000;
/** A program that lived this long was well: the next restart begins with the short pause again. */
const WELL_AFTER_MS = 20_000;

/** A program could not be started; the log named in the message says why. */
export class ChildFailed extends Error {
  override readonly name = 'ChildFailed';
}

/**
 * One program of the running system: started, waited for, started again when it ends by itself, asked to leave at the end.
 * It stands in its own process group, so that Ctrl-C reaches it only through us and in our order; the channel to it closes
 * with us, and then it leaves by itself.
 */
export class SupervisedChild {
  readonly name: string;
  private readonly plan: () => ChildPlan;
  private readonly dependencies: ChildDependencies;
  private process: ChildProcess | undefined;
  private stopping = false;
  private backoffMs = BACKOFF_FIRST_MS;
  private restarting: Promise<void> | undefined;

  constructor(name: string, plan: () => ChildPlan, dependencies: ChildDependencies) {
    this.name = name;
    this.plan = plan;
    this.dependencies = dependencies;
  }

  get pid(): number | undefined {
    return this.process?.pid;
  }

  /** @throws ChildFailed when it ends or stays silent before it is ready. */
  async start(): Promise<void> {
    if (this.stopping) throw this.failed('was told to stop');
    const child = this.launch();
    this.process = child;
    const startedAt = performance.now();
    await this.untilReady(child);
    if (!isRunning(child)) throw this.failed('ended at once');
    child.once('exit', (code, signal) => {
      if (this.stopping) return;
      if (performance.now() - startedAt > WELL_AFTER_MS) this.backoffMs = BACKOFF_FIRST_MS;
      this.dependencies.say(`${this.name} ended (${signal ?? `exit ${String(code)}`}); starting it again. Its log: ${this.dependencies.logs.path(this.name)}`);
      this.restarting ??= this.restart();
    });
  }

  /** Asks it to leave, ends it when it does not; returns also when it is already gone. */
  async stop(): Promise<void> {
    this.stopping = true;
    await end(this.process);
    await this.restarting;
  }

  /** Leaves and comes back: with a new build, or with a database at another address. */
  async renew(): Promise<void> {
    if (this.stopping) return;
    this.stopping = true;
    await end(this.process);
    await this.restarting;
    this.stopping = false;
    this.restarting ??= this.restart();
    await this.restarting;
  }

  private async restart(): Promise<void> {
    while (!this.stopping) {
      await pause(this.backoffMs);
      this.backoffMs = Math.min(this.backoffMs * 2, BACKOFF_LONGEST_MS);
      if (this.isStopped()) break;
      const started = await this.start().then(
        () => true,
        () => false,
      );
      if (started) break;
      await end(this.process);
    }
    this.restarting = undefined;
    if (this.isStopped()) await end(this.process);
  }

  /** Read through a method: it changes while an attempt is awaited. */
  private isStopped(): boolean {
    return this.stopping;
  }

  private launch(): ChildProcess {
    const { module, args = [], execArgv = [], env } = this.plan();
    return this.dependencies.logs.withDescriptor(this.name, (log) =>
      fork(module, [...args], { env, execArgv: [...execArgv], detached: true, stdio: ['ignore', log, log, 'ipc'] }),
    );
  }

  private async untilReady(child: ChildProcess): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<'ready' | 'ended' | 'silent'>();
    const timer = setTimeout(() => {
      resolve('silent');
    }, READY_WITHIN_MS);
    child.on('message', (message) => {
      if (typeof message === 'object' && 'ready' in message) resolve('ready');
    });
    child.once('exit', () => {
      resolve('ended');
    });
    child.once('error', () => {
      resolve('ended');
    });
    const outcome = await promise;
    clearTimeout(timer);
    if (outcome === 'ready') return;
    await end(child);
    throw this.failed(outcome === 'ended' ? 'ended before it was ready' : 'did not become ready within a minute');
  }

  private failed(what: string): ChildFailed {
    return new ChildFailed(`${this.name} ${what}. Its log says why: ${this.dependencies.logs.path(this.name)}`);
  }
}

function isRunning(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null;
}

async function end(child: ChildProcess | undefined): Promise<void> {
  if (child?.pid === undefined || !isRunning(child)) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  if (child.connected) child.send({ stop: true }, () => undefined);
  else child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), GRACE_MS);
  await gone;
  clearTimeout(timer);
}
