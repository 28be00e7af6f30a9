import { STATUS_CODES } from 'node:http';
import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Failure, failure, notFound, type Issue } from './failure.ts';
import type { Log } from './log.ts';

/** Writes every failure as its path demands, and nothing of the inside. What was not foreseen is logged without its message. */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  readonly #log: Log;

  constructor(log: Log) {
    this.#log = log;
  }

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    this.answer(error, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
  }

  answer(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
    const known = asFailure(error);
    if (known.status >= 500) this.#log.error('request failed', { requestId: request.id, entry: request.routeOptions.url ?? '', ...whatFailed(error) });
    if (reply.sent || reply.raw.headersSent) {
      reply.raw.destroy();
      return;
    }
    const body = render(known, request.url);
    void reply.code(known.status).headers(known.headers).header('cache-control', 'no-store').type(body.type).send(body.text);
  }
}

/** Name and code of an error; its message could hold what a patient's data looks like. */
function whatFailed(error: unknown): Record<string, string> {
  if (!(error instanceof Error)) return { error: typeof error };
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return { error: error.name, code: codeOf(error), at: frames.slice(0, 6).join(' | ') };
}

const codeOf = (error: unknown): string => (typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string' ? error.code : '');

const DATABASE_AWAY = new Set(['ECONNREFUSED', 'ENOENT', 'ECONNRESET', '57P01', '57P02', '57P03', '53300', '53100', '53200', '55P03', '08006', '08001']);
/** SQLSTATE class 22, as far as a value that a client sent can cause it: NUL, bad encoding, a number or date out of range. */
const BAD_DATA = new Set(['22021', '22P02', '22P05', '22003', '22007', '22008']);

const FASTIFY: Readonly<Record<string, Failure>> = {
  FST_ERR_BAD_URL: failure(400, 'The address is not readable.'),
  FST_ERR_ROUTE_MAX_PARAM_LENGTH: notFound(),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: failure(400, 'Content-Length does not fit the body.'),
  FST_ERR_CTP_BODY_TOO_LARGE: failure(413, 'The body is too large.'),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: failure(415, 'This media type is not read here.'),
  FST_ERR_CTP_INVALID_TYPE: failure(415, 'This media type is not read here.'),
};

function asFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  const code = codeOf(error);
  if (DATABASE_AWAY.has(code)) return failure(503, 'Not available at the moment.', { 'retry-after': '2' });
  if (BAD_DATA.has(code)) return failure(400, 'A value cannot be stored as sent.');
  const status = error instanceof HttpException ? error.getStatus() : statusOf(error);
  if (FASTIFY[code] !== undefined) return FASTIFY[code];
  if (status === 404) return notFound();
  return status >= 400 && status < 500 ? failure(status, STATUS_CODES[status] ?? 'Not possible.') : failure(500, 'Something went wrong here; it was recorded.');
}

function statusOf(error: unknown): number {
  return typeof error === 'object' && error !== null && 'statusCode' in error && typeof error.statusCode === 'number' ? error.statusCode : 500;
}

export function render(known: Failure, url: string): { readonly type: string; readonly text: string } {
  if (/^\/fhir(\/|$|\?)/.test(url)) return { type: 'application/fhir+json; charset=utf-8', text: JSON.stringify(operationOutcome(known.issues)) };
  if (/^\/dicom-web(\/|$|\?)/.test(url)) return { type: 'application/dicom+json', text: JSON.stringify(dicomComment(known)) };
  return { type: 'application/problem+json; charset=utf-8', text: JSON.stringify(problem(known)) };
}

export function operationOutcome(issues: readonly Issue[]): object {
  return {
    resourceType: 'OperationOutcome',
    issue: issues.map(({ code, text, expression }) => ({
      severity: 'error',
      code,
      diagnostics: text,
      ...(expression === undefined ? {} : { expression: [expression] }),
    })),
  };
}

/** (0000,0902) Error Comment: the one attribute that DICOM has for a sentence about a failure. */
function dicomComment(known: Failure): object {
  return { '00000902': { vr: 'LO', Value: known.issues.map((issue) => issue.text) } };
}

function problem(known: Failure): object {
  const [first] = known.issues;
  const named = known.issues.filter((issue) => issue.line !== undefined || issue.expression !== undefined);
  return {
    type: 'about:blank',
    title: STATUS_CODES[known.status] ?? 'Failure',
    status: known.status,
    ...(first === undefined ? {} : { detail: first.text }),
    ...(named.length === 0 ? {} : { errors: named.map(({ line, expression, text }) => ({ line, field: expression, reason: text })) }),
  };
}
