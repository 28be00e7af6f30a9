import { Inject, Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { ScannerUnavailable, type Scan } from '@concord/adapters/antivirus';
import { failure } from './failure.ts';
import { SCAN } from './tokens.ts';

/** The doors by which files come in whole; the parts of a DICOM body are looked at one by one where they are stored. */
const DOORS = /^\/(fhir|api\/v1\/ingest)\//;

/** Shows what is sent to the house's file scanner before anything reads it; without one it does nothing. */
@Injectable()
export class ScanBodies implements NestInterceptor {
  readonly #scan: Scan | undefined;

  constructor(@Inject(SCAN) scan: Scan | undefined) {
    this.#scan = scan;
  }

  async intercept(context: ExecutionContext, next: CallHandler) {
    const { body, url } = context.switchToHttp().getRequest<FastifyRequest>();
    if (this.#scan !== undefined && Buffer.isBuffer(body) && DOORS.test(url)) await refuseFound(this.#scan, [body, ...attachments(body)]);
    return next.handle();
  }
}

/** Attachments of FHIR stand in base64, in which no scanner sees anything. What is no JSON has none, and is refused later. */
function attachments(body: Buffer): readonly Buffer[] {
  const files: Buffer[] = [];
  for (const waiting: unknown[] = [parsed(body)]; waiting.length > 0;) {
    const one = waiting.pop();
    if (typeof one !== 'object' || one === null) continue;
    for (const [name, value] of Object.entries(one)) {
      if (name === 'data' && typeof value === 'string') files.push(Buffer.from(value, 'base64'));
      else waiting.push(value);
    }
  }
  return files;
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

/** @throws Failure 422 when something was found; 503 when nobody can say. */
async function refuseFound(scan: Scan, files: readonly Buffer[]): Promise<void> {
  for (const file of files) if ((await scanned(scan, file)) === 'found') throw failure(422, 'The file scanner found something in what was sent.');
}

/** @throws Failure 503 when the scanner is away: what nobody looked at is not taken. */
export async function scanned(scan: Scan, bytes: Uint8Array): Promise<'clean' | 'found'> {
  return scan(bytes).catch((error: unknown) => {
    throw error instanceof ScannerUnavailable ? failure(503, 'The file scanner does not answer.', { 'retry-after': '10' }) : error;
  });
}
