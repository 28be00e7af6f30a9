import { connect } from 'node:net';

/** What a scanner says of bytes; it throws when it cannot say. */
export type Scan = (bytes: Uint8Array) => Promise<'clean' | 'found'>;

/** The scanner is away, silent, or does not take what it was sent: nothing is known about the bytes. */
export class ScannerUnavailable extends Error {
  override readonly name = 'ScannerUnavailable';
}

export interface ClamdSettings {
  readonly host: string;
  readonly port: number;
  /** Milliseconds for one answer. */
  readonly patience: number;
}

/** clamd takes chunks of at most its StreamMaxLength in all; small ones keep its memory and ours small. */
const CHUNK = 64 * 1024;
/** Its answer is one line. */
const LONGEST_ANSWER = 4_096;

/**
 * Asks a ClamAV daemon by INSTREAM over TCP, one connection for each question: command, chunks with their length in four bytes,
 * a chunk of length zero; the answer is `stream: OK` or `stream: NAME FOUND`, and anything else (too large, an error) is none.
 */
export function clamdScanner({ host, port, patience }: ClamdSettings): Scan {
  return (bytes) =>
    new Promise((resolve, reject) => {
      const socket = connect({ host, port });
      let answer = '';
      const fail = (): void => {
        socket.destroy();
        reject(new ScannerUnavailable('the file scanner gave no answer'));
      };
      socket.setTimeout(patience, fail);
      socket.on('error', fail);
      socket.on('data', (part: Buffer) => {
        answer += part.toString('latin1');
        if (answer.length > LONGEST_ANSWER) fail();
      });
      socket.on('close', () => {
        const said = answer.replace(/\0$/, '');
        if (said === 'stream: OK') resolve('clean');
        else if (/^stream: .+ FOUND$/.test(said)) resolve('found');
        else fail();
      });
      socket.on('connect', () => {
        socket.write('zINSTREAM\0');
        for (let at = 0; at < bytes.length; at += CHUNK) {
          const chunk = bytes.subarray(at, at + CHUNK);
          const length = Buffer.alloc(4);
          length.writeUInt32BE(chunk.length);
          socket.write(length);
          socket.write(chunk);
        }
        socket.write(Buffer.alloc(4));
      });
    });
}
