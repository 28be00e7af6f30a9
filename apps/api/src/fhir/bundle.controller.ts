import { Body, Controller, Get, Inject, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { instant } from '@concord/core/kernel';
import { capabilityStatement } from '@concord/interop/fhir';
import type { Config } from '../config.ts';
import { bytesOf, requireMediaType, type RawBody } from '../edge/body.ts';
import { callerOf } from '../edge/caller.ts';
import { Needs, OpenToAll } from '../edge/permission.ts';
import { CONFIG } from '../edge/tokens.ts';
import { FHIR_TYPES, sendResource } from './answers.ts';
import { FhirWriter } from './writer.ts';

/** The day from which the table of served resources is as it is. */
const SINCE = instant(Date.UTC(2026, 10, 24));

/** What concerns no single type: what this server does, and bundles. */
@Controller('fhir/R4')
export class BundleController {
  readonly #writer: FhirWriter;
  readonly #base: string;

  constructor(@Inject(FhirWriter) writer: FhirWriter, @Inject(CONFIG) config: Pick<Config, 'publicUrl'>) {
    this.#writer = writer;
    this.#base = `${config.publicUrl}/fhir/R4`;
  }

  @Get('metadata')
  @OpenToAll('says what this server does, and nothing about a patient')
  metadata(@Res() reply: FastifyReply): void {
    sendResource(reply, capabilityStatement({ base: this.#base, version: '0.1.0', date: SINCE }));
  }

  @Post()
  @Needs('create', 'Observation')
  async bundle(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Body() body: RawBody): Promise<void> {
    requireMediaType(request, FHIR_TYPES);
    sendResource(reply, await this.#writer.bundle(callerOf(request), bytesOf(body)));
  }
}
