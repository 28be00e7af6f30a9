import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { days, parseInstant, plus, type Instant } from '@concord/core/kernel';
import { BASES, DISCLOSED, ORAL_SUSPENSION_DAYS } from '@concord/governance/audit';
import type { RawBody } from '../edge/body.ts';
import { failure } from '../edge/failure.ts';
import { readJsonBody } from '../edge/json-body.ts';

const line = z.string().trim().min(1).max(200);
const moment = z.string().refine((text) => parseInstant(text).ok);
const recipient = z.strictObject({ name: line, address: line.optional() });

const disclosure = z.strictObject({ recipient, basis: z.enum(BASES), disclosedAt: moment, what: z.array(z.enum(DISCLOSED)).min(1).max(DISCLOSED.length) });
const suspension = z.strictObject({ agency: line, request: z.enum(['written', 'oral']), until: moment });

type Recipient = { readonly name: string; readonly address?: string };

/** @throws Failure 400, 415, 422; its text never repeats what was sent. */
export function readDisclosure(request: FastifyRequest, body: RawBody, now: Instant) {
  const { recipient: to, ...detail } = readJsonBody(request, body, disclosure);
  if (instantOf(detail.disclosedAt) > now) throw failure(422, 'What has not been given yet is not written down.');
  return { ...detail, recipient: recipientOf(to) };
}

/** @throws Failure like the other; an oral request suspends for at most 30 days. */
export function readSuspension(request: FastifyRequest, body: RawBody, now: Instant) {
  const { agency, ...detail } = readJsonBody(request, body, suspension);
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
