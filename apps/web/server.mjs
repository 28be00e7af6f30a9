// The dashboard as a child of the supervisor: it tells its port over IPC and leaves when it is told to, or when its parent is gone.
import { createServer } from 'node:http';
import { setFlagsFromString } from 'node:v8';

// Loaded, Next took up to 470 MB without a limit.
setFlagsFromString('--max-old-space-size=320');
process.env.NODE_ENV = 'production';
process.env.NEXT_TELEMETRY_DISABLED = '1';

const { default: next } = await import('next');
const server = createServer();
const app = next({ dev: false, dir: import.meta.dirname, httpServer: server });
await app.prepare();
const handle = app.getRequestHandler();
server.on('request', (request, response) => {
  handle(request, response).catch(() => {
    if (!response.headersSent) response.writeHead(500, { 'content-type': 'text/plain' });
    response.end();
  });
});

let leaving = false;
function leave() {
  if (leaving) return;
  leaving = true;
  server.close(() => process.exit(0));
  server.closeIdleConnections();
  setTimeout(() => process.exit(0), 3_000).unref();
}

process.on('message', (message) => {
  if (message?.stop === true) leave();
});
process.on('disconnect', leave);
process.on('SIGTERM', leave);
process.on('SIGINT', leave);

server.listen(Number(process.env.CONCORD_WEB_PORT ?? 0), '127.0.0.1', () => {
  const { port } = server.address();
  if (process.send) process.send({ ready: true, port });
  else console.log(`http://127.0.0.1:${port}`);
});
