import { spawn } from 'node:child_process';
import { watch } from 'node:fs';
import { join } from 'node:path';
import type { SupervisedChild } from './child.ts';

/** A compile writes many files; the programs leave once, when it is quiet again. */
const QUIET_MS = 700;

/** `npm run dev`: compiles on every change and starts the programs again whose code changed. The dashboard is built by `npm start`. */
export function watchBuild(
  root: string,
  programs: { readonly worker: SupervisedChild; readonly api: SupervisedChild },
  say: (line: string) => void,
  signal: AbortSignal,
): void {
  const compiler = spawn(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-b', '-w', '--preserveWatchOutput'], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  signal.addEventListener('abort', () => compiler.kill());
  let timer: NodeJS.Timeout | undefined;
  const changed = (_event: string, file: string | null): void => {
    if (file === null || !file.includes('dist') || !file.endsWith('.js')) return;
    clearTimeout(timer);
    timer = setTimeout(() => {
      say('Built again; worker and api start again.');
      void Promise.all([programs.worker.renew(), programs.api.renew()]);
    }, QUIET_MS);
  };
  for (const folder of ['libs', 'apps/api', 'apps/worker']) watch(join(root, folder), { recursive: true, signal }, changed);
}
