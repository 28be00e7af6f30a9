import { fork } from 'node:child_process';
import { standIn, type StandIn } from './server.ts';

export interface RunningStandIn extends StandIn {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

/** The built pages in front of the stand-in: for states that a running system cannot be asked to show. */
export async function serveStandIn(): Promise<RunningStandIn> {
  let webUrl = '';
  const { server, state } = standIn(() => webUrl);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const web = fork(new URL('../../../apps/web/server.mjs', import.meta.url), {
    env: { ...process.env, CONCORD_API_URL: `http://127.0.0.1:${String(port)}` },
    silent: true,
  });
  webUrl = await new Promise<string>((resolve, reject) => {
    web.on('message', (message: { readonly ready?: boolean; readonly port?: number }) => {
      if (message.ready) resolve(`http://127.0.0.1:${String(message.port)}`);
    });
    web.on('exit', () => {
      reject(new Error('the pages did not start; were they built?'));
    });
  });
  const stop = async () => {
    web.removeAllListeners('exit');
    web.kill();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { server, state, url: `http://localhost:${String(port)}`, stop };
}
