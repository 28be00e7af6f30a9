import { readdirSync, readFileSync } from 'node:fs';

/** Milliseconds of processor that have gone into each side so far; a machine that others use too slows the clock, not these. */
export interface Processor {
  /** Of the thread that asks. */
  readonly threadMs: number;
  /** Not a number where the system does not tell. */
  readonly serverMs: number;
}

/** @param serverPid the database server's process; its children serve the connections. */
export function processor(serverPid: number | undefined): Processor {
  const { user, system } = process.threadCpuUsage();
  return { threadMs: (user + system) / 1000, serverMs: serverPid === undefined ? Number.NaN : childrenMs(serverPid) };
}

function childrenMs(parent: number): number {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name) && parentOf(name) === parent)
      .reduce((sum, name) => sum + Number(readFileSync(`/proc/${name}/schedstat`, 'utf8').split(' ')[0]) / 1e6, 0);
  } catch {
    return Number.NaN;
  }
}

/** The name of a process may hold spaces and brackets: what follows the last bracket is counted. */
function parentOf(pid: string): number {
  try {
    return Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[1]);
  } catch {
    return Number.NaN;
  }
}
