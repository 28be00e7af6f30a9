import { createServer, type AddressInfo } from 'node:net';

/** The harmless file that every scanner finds (EICAR), in two parts, so that this file is not found itself. */
export const EICAR = Buffer.from(['X5O!P%@AP[4\\PZX54(P^)7CC)7}$', 'EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*'].join(''));

/** A scanner that speaks clamd's INSTREAM over TCP and knows one signature. */
export interface Scanner {
  readonly port: number;
  /** How many streams it has looked at. */
  seen: number;
  /** What it says instead of looking; `hang`: nothing at all. */
  says: string | undefined;
  close(): Promise<void>;
}

export async function startScanner(): Promise<Scanner> {
  const server = createServer((socket) => {
    let bytes = Buffer.alloc(0);
    socket.on('error', () => undefined);
    socket.on('data', (part: Buffer) => {
      bytes = Buffer.concat([bytes, part]);
      const stream = streamOf(bytes);
      if (stream === undefined || scanner.says === 'hang') return;
      scanner.seen += 1;
      socket.end(`${scanner.says ?? (stream.includes(EICAR) ? 'stream: Eicar-Test-Signature FOUND' : 'stream: OK')}\0`);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const scanner: Scanner = {
    port: (server.address() as AddressInfo).port,
    seen: 0,
    says: undefined,
    close: () =>
      new Promise((resolve) =>
        server.close(() => {
          resolve();
        }),
      ),
  };
  return scanner;
}

const COMMAND = Buffer.from('zINSTREAM\0');

/** The chunks joined, once the one of length zero is there. */
function streamOf(bytes: Buffer): Buffer | undefined {
  if (!bytes.subarray(0, COMMAND.length).equals(COMMAND)) return undefined;
  const chunks: Buffer[] = [];
  for (let at = COMMAND.length; at + 4 <= bytes.length;) {
    const length = bytes.readUInt32BE(at);
    if (length === 0) return Buffer.concat(chunks);
    chunks.push(bytes.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return undefined;
}
