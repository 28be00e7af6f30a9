import { Readable } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import { isBoundary, MultipartReader, parseMediaType, type BodyPart, type MultipartError } from '@concord/interop/dicom';
import type { RawBody } from '../edge/body.ts';
import { failure, type Failure } from '../edge/failure.ts';

/**
 * The parts of a STOW-RS request, none before the closing delimiter was seen.
 * @throws Failure 400, 413 or 415; the rest of a body that is refused early is not read.
 */
export async function stowParts(request: FastifyRequest, body: RawBody): Promise<readonly BodyPart[]> {
  const boundary = boundaryOf(request);
  const reader = new MultipartReader(boundary);
  if (body instanceof Readable) await readInto(reader, body);
  else if (body !== undefined) reader.push(body);
  const parts = reader.end();
  if (!parts.ok) throw torn(parts.error);
  return parts.value;
}

function boundaryOf(request: FastifyRequest): string {
  const media = parseMediaType(request.headers['content-type'] ?? '');
  if (media?.type !== 'multipart/related') throw failure(415, 'Send multipart/related; type="application/dicom".');
  const inner = media.parameters.get('type') ?? 'application/dicom';
  if (inner.toLowerCase() !== 'application/dicom') throw failure(415, 'Parts of type application/dicom are read here, no others.');
  const boundary = media.parameters.get('boundary') ?? '';
  if (!isBoundary(boundary)) throw failure(400, 'The media type names no boundary.');
  return boundary;
}

async function readInto(reader: MultipartReader, body: Readable): Promise<void> {
  for await (const chunk of body as AsyncIterable<Buffer>) {
    const error = reader.push(chunk);
    if (error !== undefined) throw torn(error);
  }
}

function torn(error: MultipartError): Failure {
  switch (error.kind) {
    case 'not-closed':
      return failure(400, 'The body ends before its closing delimiter; nothing was kept.');
    case 'no-part':
      return failure(400, 'The body holds no part under this boundary.');
    case 'bad-part-header':
      return failure(400, 'The header of a part is too long or has no end.', { connection: 'close' });
    case 'over-limit':
      return failure(413, `Not read on: ${error.reason}.`, { connection: 'close' });
  }
}
