import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';

/** TLS content types, RFC 8446 5.1. */
const ALERT = 21;
const APPLICATION_DATA = 23;
/** An encrypted alert of TLS 1.3: two bytes, the inner type, a tag of sixteen. */
const SEALED_ALERT_BYTES = 19;
const HEADER_BYTES = 5;

/**
 * A TCP connection under TLS that watches the records which come in. Node tells a TLS peer that ended properly and one whose
 * process died apart no more than by the last record: a receiver that read to the end answers our close_notify with its own
 * (RFC 5425, 4.4); a dead one leaves only the end of the TCP stream.
 */
export class WatchedSocket extends Duplex {
  private readonly socket: Socket;
  private header = Buffer.alloc(0);
  private skip = 0;
  private last: { readonly type: number; readonly length: number } | undefined;

  constructor(socket: Socket) {
    super({ allowHalfOpen: true });
    this.socket = socket;
    socket.on('data', (bytes: Buffer) => {
      this.watch(bytes);
      this.push(bytes);
    });
    socket.on('end', () => this.push(null));
    socket.on('error', (error) => this.destroy(error));
  }

  /** True when the last record that came in was an alert: the peer sends one only to say that it has ended. */
  get isClosedProperly(): boolean {
    return this.last?.type === ALERT || (this.last?.type === APPLICATION_DATA && this.last.length === SEALED_ALERT_BYTES);
  }

  override _read(): void {
    // The socket pushes as it comes: a syslog receiver says next to nothing.
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.socket.write(chunk, done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.socket.end(done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.socket.destroy();
    done(error);
  }

  private watch(bytes: Buffer): void {
    for (let at = 0; at < bytes.length;) {
      if (this.skip > 0) {
        const taken = Math.min(this.skip, bytes.length - at);
        this.skip -= taken;
        at += taken;
        continue;
      }
      const taken = Math.min(HEADER_BYTES - this.header.length, bytes.length - at);
      this.header = Buffer.concat([this.header, bytes.subarray(at, at + taken)]);
      at += taken;
      if (this.header.length === HEADER_BYTES) this.begin();
    }
  }

  private begin(): void {
    this.last = { type: this.header.readUInt8(0), length: this.header.readUInt16BE(3) };
    this.skip = this.last.length;
    this.header = Buffer.alloc(0);
  }
}
