import { Body, Controller, HttpCode, Inject, Post } from '@nestjs/common';
import { z } from 'zod';
import { bytesOf, type RawBody } from '../edge/body.ts';
import type { Log } from '../edge/log.ts';
import { OpenToAll } from '../edge/permission.ts';
import { LOG } from '../edge/tokens.ts';

/** Of a browser's report only the rule that was broken is read. Addresses, samples and sources may hold what a patient's page shows. */
const reportSchema = z.object({ 'csp-report': z.object({ 'effective-directive': z.string().regex(/^[a-z-]{1,40}$/) }) });

/** Lines a minute: a page that breaks a rule on every frame must not fill the log. */
const MOST = 10;
const MINUTE_MS = 60_000;

/** What a browser refused on our pages. A line in the log says which rule; nothing else is kept. */
@Controller('auth')
export class PolicyReportController {
  readonly #log: Log;
  #since = -Infinity;
  #count = 0;

  constructor(@Inject(LOG) log: Log) {
    this.#log = log;
  }

  @Post('policy-report')
  @HttpCode(204)
  @OpenToAll('Browsers report without a session too; only the name of a rule is read.')
  report(@Body() body: RawBody): void {
    const report = reportSchema.safeParse(jsonOf(bytesOf(body)));
    if (!report.success || !this.#mayLog()) return;
    this.#log.error('a browser stopped something on a page', { directive: report.data['csp-report']['effective-directive'] });
  }

  #mayLog(): boolean {
    const now = performance.now();
    if (now - this.#since > MINUTE_MS) {
      this.#since = now;
      this.#count = 0;
    }
    this.#count += 1;
    return this.#count <= MOST;
  }
}

function jsonOf(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}
