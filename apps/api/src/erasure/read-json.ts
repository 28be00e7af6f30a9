import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { bytesOf, requireMediaType, type RawBody } from '../edge/body.ts';
import { failure, Failure } from '../edge/failure.ts';

/** A JSON body of this shape. @throws Failure 415, 400 or 422; none repeats what was sent. */
export function readJson<T>(request: FastifyRequest, body: RawBody, schema: z.ZodType<T>): T {
  requireMediaType(request, ['application/json']);
  let json: unknown;
  try {
    json = JSON.parse(bytesOf(body).toString('utf8'));
  } catch {
    throw failure(400, 'The body is not JSON.');
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new Failure(
    422,
    parsed.error.issues.map(({ path, code }) => ({ code: 'value', text: `${path.join('.') || 'body'}: ${code}` })),
  );
}
