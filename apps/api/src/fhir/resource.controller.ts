import { Body, Controller, Get, Inject, Post, Req, Res, type Type } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { isWritable, type Interaction, type ServedResource } from '@concord/interop/fhir';
import type { AccessAction } from '@concord/core/ports';
import { bytesOf, requireMediaType, type RawBody } from '../edge/body.ts';
import { callerOf } from '../edge/caller.ts';
import { notFound } from '../edge/failure.ts';
import { Needs } from '../edge/permission.ts';
import { etag, FHIR_JSON, FHIR_TYPES, sendResource } from './answers.ts';
import { ConsentWriter } from './consent-writer.ts';
import { FhirReader } from './reader.ts';
import { FhirWriter } from './writer.ts';

interface Route {
  readonly handler: 'read' | 'vread' | 'search' | 'searchPosted' | 'create';
  readonly verb: MethodDecorator;
  readonly action: AccessAction;
}

/** What each interaction of the table of served resources is over HTTP. */
const ROUTES: Readonly<Record<Interaction, readonly Route[]>> = {
  read: [{ handler: 'read', verb: Get(':id'), action: 'read' }],
  vread: [{ handler: 'vread', verb: Get(':id/_history/:version'), action: 'vread' }],
  'search-type': [
    { handler: 'search', verb: Get(), action: 'search' },
    { handler: 'searchPosted', verb: Post('_search'), action: 'search' },
  ],
  create: [{ handler: 'create', verb: Post(), action: 'create' }],
};

/** A controller with exactly the routes that the table names for this type: what is claimed is what is routed. */
export function resourceController(served: ServedResource): Type {
  const { type } = served;
  class ResourceController {
    readonly #reader: FhirReader;
    readonly #writer: FhirWriter;
    readonly #consents: ConsentWriter;

    constructor(@Inject(FhirReader) reader: FhirReader, @Inject(FhirWriter) writer: FhirWriter, @Inject(ConsentWriter) consents: ConsentWriter) {
      this.#reader = reader;
      this.#writer = writer;
      this.#consents = consents;
    }

    read(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
      return this.#reader.read(request, reply, type);
    }

    vread(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
      return this.#reader.read(request, reply, type);
    }

    search(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
      return this.#reader.search(request, reply, served, undefined);
    }

    searchPosted(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Body() body: RawBody): Promise<void> {
      requireMediaType(request, ['application/x-www-form-urlencoded']);
      return this.#reader.search(request, reply, served, bytesOf(body).toString('utf8'));
    }

    async create(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Body() body: RawBody): Promise<void> {
      requireMediaType(request, FHIR_TYPES);
      if (type === 'Consent') {
        sendCreated(request, reply, await this.#consents.create(callerOf(request), bytesOf(body)));
        return;
      }
      if (!isWritable(type)) throw notFound();
      const condition = request.headers['if-none-exist'];
      const created = await this.#writer.create(callerOf(request), type, bytesOf(body), typeof condition === 'string' ? condition : undefined);
      sendCreated(request, reply, created);
    }
  }
  for (const { handler, verb, action } of served.interactions.flatMap((interaction) => ROUTES[interaction])) {
    const method = Object.getOwnPropertyDescriptor(ResourceController.prototype, handler) ?? {};
    for (const decorate of [verb, Needs(action, type)]) decorate(ResourceController.prototype, handler, method);
  }
  Controller(`fhir/R4/${type}`)(ResourceController);
  return ResourceController;
}

type Created = Awaited<ReturnType<FhirWriter['create']>>;

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
