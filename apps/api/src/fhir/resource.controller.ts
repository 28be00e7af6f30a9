import { Body, Controller, Get, Inject, Post, Req, Res, type Type } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Interaction, ServedResource } from '@concord/interop/fhir';
import type { AccessAction } from '@concord/core/ports';
import { bytesOf, requireMediaType, type RawBody } from '../edge/body.ts';
import { Needs } from '../edge/permission.ts';
import { Creator } from './creator.ts';
import { FhirReader } from './reader.ts';

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
    readonly #creator: Creator;

    constructor(@Inject(FhirReader) reader: FhirReader, @Inject(Creator) creator: Creator) {
      this.#reader = reader;
      this.#creator = creator;
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

    create(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Body() body: RawBody): Promise<void> {
      return this.#creator.create(request, reply, { type, bytes: bytesOf(body) });
    }
  }
  for (const { handler, verb, action } of served.interactions.flatMap((interaction) => ROUTES[interaction])) {
    const method = Object.getOwnPropertyDescriptor(ResourceController.prototype, handler) ?? {};
    for (const decorate of [verb, Needs(action, type)]) decorate(ResourceController.prototype, handler, method);
  }
  Controller(`fhir/R4/${type}`)(ResourceController);
  return ResourceController;
}
