import type { FastifyReply } from 'fastify';
import type { IngestError } from '@concord/core/clinical';
import { issue, readJson, type Issue, type IssueCode, type JsonDocument } from '@concord/interop/fhir';
import { Failure } from '../edge/failure.ts';

export const FHIR_JSON = 'application/fhir+json; charset=utf-8';
/** What this door reads. */
export const FHIR_TYPES = ['application/fhir+json', 'application/json'] as const;

/** A refusal in FHIR's form: the edge writes it as an OperationOutcome. */
export function refusal(status: number, issues: readonly Issue[]): Failure {
  return new Failure(
    status,
    issues.map(({ code, reason, expression }) => ({ code, text: reason, ...(expression === undefined ? {} : { expression }) })),
  );
}

/** @throws Failure 400 with the line and column when the bytes are no JSON that is read here. */
export function readDocument(bytes: Buffer): { readonly document: JsonDocument; readonly text: string } {
  const text = decoded(bytes);
  const document = readJson(text);
  if (!document.ok) {
    const { reason, line, column } = document.error;
    throw refusal(400, [issue('invalid', `${reason} (line ${line}, column ${column})`)]);
  }
  return { document: document.value, text };
}

function decoded(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw refusal(400, [issue('invalid', 'the body is not UTF-8')]);
  }
}

const INGEST: Readonly<Record<IngestError['kind'], readonly [IssueCode, string]>> = {
  'unsupported-code': ['not-supported', 'no modality reads this code'],
  'unsupported-unit': ['value', 'the unit is not one that this code is measured in'],
  'impossible-value': ['value', 'no living patient has this value'],
  'impossible-time': ['business-rule', 'the time is impossible'],
  unreadable: ['value', 'the value cannot be read'],
};

/** Why a modality refused an arrival, at its place in the resource. */
export function ingestIssue(error: IngestError, expression: string): Issue {
  const [code, text] = INGEST[error.kind];
  return issue(code, 'reason' in error ? error.reason : text, expression);
}

export interface Shown {
  readonly resourceType?: string;
  readonly id?: string;
  readonly meta?: { readonly versionId?: string; readonly lastUpdated?: string };
}

/** Sends one resource with its version as an ETag. */
export function sendResource(
  reply: FastifyReply,
  resource: Shown,
  { status = 200, location }: { readonly status?: number; readonly location?: string } = {},
): void {
  const { versionId, lastUpdated } = resource.meta ?? {};
  if (versionId !== undefined) void reply.header('etag', etag(versionId));
  if (lastUpdated !== undefined) void reply.header('last-modified', new Date(lastUpdated).toUTCString());
  if (location !== undefined) void reply.header('location', location);
  void reply.code(status).type(FHIR_JSON).send(JSON.stringify(resource));
}

export function etag(version: string | number): string {
  return `W/"${version}"`;
}
