import { Body, Controller, HttpCode, Inject, Module, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { CsvReceipt } from '@concord/contracts';
import { bytesOf, requireMediaType, type RawBody } from '../edge/body.ts';
import { callerOf } from '../edge/caller.ts';
import { failure } from '../edge/failure.ts';
import { Needs } from '../edge/permission.ts';
import { CsvWriter } from './csv-writer.ts';

/** Wearable signs as a table. */
@Controller('api/v1/ingest/wearables')
export class CsvController {
  readonly #writer: CsvWriter;

  constructor(@Inject(CsvWriter) writer: CsvWriter) {
    this.#writer = writer;
  }

  @Post('csv')
  @HttpCode(200)
  @Needs('create', 'Observation')
  async csv(@Req() request: FastifyRequest, @Body() body: RawBody): Promise<CsvReceipt> {
    requireMediaType(request, ['text/csv']);
    return this.#writer.take(callerOf(request), bytesOf(body), isPartial(request.url));
  }
}

function isPartial(url: string): boolean {
  const query = [...new URLSearchParams(url.split('?', 2)[1] ?? '')];
  const wrong = query.find(([name, value]) => name !== 'partial' || !['true', 'false'].includes(value));
  if (wrong !== undefined || query.length > 1) throw failure(400, 'The only parameter is partial=true or partial=false.');
  return query[0]?.[1] === 'true';
}

/** Doors for files, under /api/v1/ingest. */
@Module({ controllers: [CsvController], providers: [CsvWriter] })
export class IngestModule {}
