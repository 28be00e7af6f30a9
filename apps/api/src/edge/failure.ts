/** One thing that is wrong. It never repeats what was sent about a patient. */
export interface Issue {
  /** FHIR IssueType: `invalid`, `value`, `not-found`, `conflict`, … */
  readonly code: string;
  readonly text: string;
  /** FHIRPath of the element. */
  readonly expression?: string;
  /** Line of a CSV file, the header being line 1. */
  readonly line?: number;
}

/**
 * An answer that is not the one asked for. Throw it anywhere below a route: the error filter writes it as the prefix of the
 * path demands (OperationOutcome, DICOM JSON, problem+json).
 */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly status: number;
  readonly issues: readonly Issue[];
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, issues: readonly Issue[], headers: Readonly<Record<string, string>> = {}) {
    super(`answer ${status}`);
    this.status = status;
    this.issues = issues;
    this.headers = headers;
  }
}

const CODES: Readonly<Record<number, string>> = {
  400: 'invalid',
  401: 'login',
  403: 'forbidden',
  404: 'not-found',
  405: 'not-supported',
  406: 'not-supported',
  409: 'conflict',
  412: 'conflict',
  413: 'too-long',
  415: 'not-supported',
  421: 'not-supported',
  422: 'processing',
  429: 'throttled',
  500: 'exception',
  503: 'transient',
};

/** A failure with one issue, under the usual FHIR code of its status. */
export function failure(status: number, text: string, headers: Readonly<Record<string, string>> = {}): Failure {
  return new Failure(status, [{ code: CODES[status] ?? 'processing', text }], headers);
}

/** Denied and absent are this one answer, to the last byte. */
export function notFound(): Failure {
  return failure(404, 'Not found.');
}

export function forbidden(): Failure {
  return failure(403, 'Not permitted.');
}

/** No token, or none that is believed. Never says what was wrong with it. */
export function unauthenticated(): Failure {
  return failure(401, 'Sign in, or send a valid bearer token.', { 'www-authenticate': 'Bearer realm="concord"' });
}
