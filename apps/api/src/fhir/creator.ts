import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { isWritable, type ServedType } from '@concord/interop/fhir';
import { requireMediaType } from '../edge/body.ts';
import { callerOf } from '../edge/caller.ts';
import { notFound } from '../edge/failure.ts';
import { etag, FHIR_JSON, FHIR_TYPES, sendResource } from './answers.ts';
import { ConsentWriter } from './consent-writer.ts';
import { FhirWriter, type Created } from './writer.ts';

interface Sent {
  readonly type: ServedType;
  readonly bytes: Buffer;
}

/** `create` of every type: who writes it, and how the answer reads. */
@Injectable()
export class Creator {
  readonly #writer: FhirWriter;
  readonly #consents: ConsentWriter;

  constructor(@Inject(FhirWriter) writer: FhirWriter, @Inject(ConsentWriter) consents: ConsentWriter) {
    this.#writer = writer;
    this.#consents = consents;
  }

  async create(request: FastifyRequest, reply: FastifyReply, sent: Sent): Promise<void> {
    requireMediaType(request, FHIR_TYPES);
    sendCreated(request, reply, await this.#stored(request, sent));
  }

  #stored(request: FastifyRequest, { type, bytes }: Sent): Promise<Created> {
    const caller = callerOf(request);
    if (type === 'Consent') return this.#consents.create(caller, bytes);
    if (!isWritable(type)) throw notFound();
    const condition = request.headers['if-none-exist'];
    return this.#writer.create(caller, type, bytes, typeof condition === 'string' ? condition : undefined);
  }
}

/** The resource as it now reads, unless the sender wants the address alone. */
function sendCreated(request: FastifyRequest, reply: FastifyReply, { location, version, resource }: Created): void {
  const wantsAddress = /\breturn=minimal\b/.test(String(request.headers['prefer'] ?? ''));
  if (resource !== undefined && !wantsAddress) {
    sendResource(reply, resource, { status: 201, location });
    return;
  }
  void reply
    .code(201)
    .headers({ location, etag: etag(version) })
    .type(FHIR_JSON)
    .send();
}
