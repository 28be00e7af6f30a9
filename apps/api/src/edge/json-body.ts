import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { bytesOf, requireMediaType, type RawBody } from './body.ts';
import { failure, Failure } from './failure.ts';

/** The body as declared. What was sent is never repeated. @throws Failure 400, 415, 422 */
export function readJsonBody<S extends z.ZodType>(request: FastifyRequest, body: RawBody, schema: S): z.infer<S> {
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
    parsed.error.issues.map(({ path }) => ({ code: 'value', text: `${path.map(String).join('.') || 'body'} is not as declared` })),
  );
}
