import type { Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { failure } from './failure.ts';

const MIB = 1024 * 1024;

/** Most bytes of a body that is read whole, by path; the first that fits counts. `security.md` 2.13. */
const LIMITS: readonly (readonly [path: RegExp, bytes: number])[] = [
  // A batch or transaction; a single resource is small.
  [/^\/fhir\/R4\/?(\?|$)/, 16 * MIB],
  [/^\/api\/v1\/ingest\//, 16 * MIB],
];

/** What a route gets as its body: DICOM and multipart as a stream that nobody has read, everything else as bytes. */
export type RawBody = Buffer | Readable | undefined;

/** No body is parsed here: each door reads its own bytes, strictly, and they are what is kept. */
export function takeRawBodies(server: FastifyInstance): void {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', { bodyLimit: 0x7fff_ffff }, async (request: FastifyRequest, payload: Readable): Promise<RawBody> => {
    refuseEncodings(request);
    return isStreamed(request.headers['content-type'] ?? '') ? payload : readAll(payload, limitOf(request.url));
  });
}

export function isStreamed(contentType: string): boolean {
  return /^\s*(multipart\/related|application\/dicom)\s*(;|$)/i.test(contentType);
}

function limitOf(url: string): number {
  return LIMITS.find(([path]) => path.test(url))?.[1] ?? MIB;
}

/** A compressed body would be inflated before it could be measured; none of the doors needs one. */
function refuseEncodings(request: FastifyRequest): void {
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding.trim().toLowerCase() !== 'identity') throw failure(415, 'Send the body without Content-Encoding.');
}

async function readAll(payload: Readable, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of payload as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > limit) throw failure(413, `The body is larger than ${limit} bytes.`, { connection: 'close' });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, length);
}

/** The bytes of a body that was read whole; empty when there was none. */
export function bytesOf(body: RawBody): Buffer {
  return Buffer.isBuffer(body) ? body : Buffer.alloc(0);
}

/** Refuses what the route does not read. A missing type is refused too. @throws Failure 415 */
export function requireMediaType(request: FastifyRequest, accepted: readonly string[]): void {
  const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  if (!accepted.includes(type)) throw failure(415, `Send ${accepted.join(' or ')}.`);
}
