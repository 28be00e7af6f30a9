import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { bytesOf, requireMediaType, type RawBody } from './body.ts';
import { failure, Failure } from './failure.ts';

/** The body as declared; a refusal names places and kinds of mistakes, and repeats nothing that was sent. @throws Failure 400, 415, 422 */
export function readJsonBody<S extends z.ZodType>(request: FastifyRequest, body: RawBody, schema: S): z.infer<S> {
  requireMediaType(request, ['application/json']);
  const parsed = schema.safeParse(jsonIn(bytesOf(body)));
  if (parsed.success) return parsed.data;
  throw new Failure(
    422,
    parsed.error.issues.map(({ path, code }) => ({ code: 'value', text: `${path.map(String).join('.') || 'body'} ${WRONG[code] ?? 'is not as declared'}` })),
  );
}

/** What is wrong with a field, in words that stand in a form beside it. */
const WRONG: Readonly<Record<string, string>> = {
  too_small: 'is too short or too small',
  too_big: 'is too long or too large',
  invalid_value: 'is none of the values declared',
  unrecognized_keys: 'holds a field that nobody declared',
};

/** Bytes that are no UTF-8 are refused, never replaced: a name would be kept that nobody wrote. */
function jsonIn(bytes: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw failure(400, 'The body is not JSON.');
  }
}
