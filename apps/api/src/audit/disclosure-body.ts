import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { days, parseInstant, plus, type Instant } from '@concord/core/kernel';
import { BASES, DISCLOSED, ORAL_SUSPENSION_DAYS } from '@concord/governance/audit';
import { requireMediaType } from '../edge/body.ts';
import { failure, Failure } from '../edge/failure.ts';

const line = z.string().trim().min(1).max(200);
const moment = z.string().refine((text) => parseInstant(text).ok);
const recipient = z.strictObject({ name: line, address: line.optional() });

const disclosure = z.strictObject({ recipient, basis: z.enum(BASES), disclosedAt: moment, what: z.array(z.enum(DISCLOSED)).min(1).max(DISCLOSED.length) });
const suspension = z.strictObject({ agency: line, request: z.enum(['written', 'oral']), until: moment });

type Recipient = { readonly name: string; readonly address?: string };

/** @throws Failure 400, 415, 422; its text never repeats what was sent. */
export function readDisclosure(request: FastifyRequest, bytes: Buffer, now: Instant) {
  const { recipient: to, ...detail } = parse(request, bytes, disclosure);
  if (instantOf(detail.disclosedAt) > now) throw failure(422, 'What has not been given yet is not written down.');
  return { ...detail, recipient: recipientOf(to) };
}

/** @throws Failure like the other; an oral request suspends for at most 30 days. */
export function readSuspension(request: FastifyRequest, bytes: Buffer, now: Instant) {
  const { agency, ...detail } = parse(request, bytes, suspension);
  const until = instantOf(detail.until);
  if (until <= now) throw failure(422, 'The suspension would already have ended.');
  if (detail.request === 'oral' && until > plus(now, days(ORAL_SUSPENSION_DAYS))) throw failure(422, 'An oral request suspends for at most 30 days.');
  return { ...detail, recipient: { name: agency } satisfies Recipient };
}

function recipientOf({ name, address }: z.infer<typeof recipient>): Recipient {
  return address === undefined ? { name } : { name, address };
}

function instantOf(text: string): Instant {
  const parsed = parseInstant(text);
  if (!parsed.ok) throw failure(422, 'A moment is an instant with offset.');
  return parsed.value;
}

function parse<S extends z.ZodType>(request: FastifyRequest, bytes: Buffer, schema: S): z.infer<S> {
  requireMediaType(request, ['application/json']);
  const parsed = schema.safeParse(json(bytes));
  if (parsed.success) return parsed.data;
  throw new Failure(
    422,
    parsed.error.issues.map(({ path }) => ({
      code: 'value',
      text: `Not as declared: ${path.filter((part) => typeof part === 'string').join('.') || 'the body'}.`,
    })),
  );
}

function json(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    throw failure(400, 'The body is no JSON.');
  }
}
