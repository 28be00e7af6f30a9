import { Readable } from 'node:stream';
import { Body, Controller, Inject, Param, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Scan } from '@concord/adapters/antivirus';
import { sha256 } from '@concord/adapters/crypto';
import { err } from '@concord/core/kernel';
import { STOW_REASON, stowResponse, stowStatus, type BodyPart, type DicomReader, type StowOutcome } from '@concord/interop/dicom';
import type { Config } from '../config.ts';
import type { RawBody } from '../edge/body.ts';
import { From, type Caller } from '../edge/caller.ts';
import { forbidden } from '../edge/failure.ts';
import { aboutNobody, Gate } from '../edge/gate.ts';
import { Needs } from '../edge/permission.ts';
import { scanned } from '../edge/scan-bodies.ts';
import { CONFIG, SCAN } from '../edge/tokens.ts';
import { DICOM_JSON, dicomJson, requireJson, requireUids } from './accept.ts';
import { imageSource, type ImageSource } from './sources.ts';
import { storeInstances, type ReadPart } from './store-instances.ts';
import { stowParts } from './stow-body.ts';
import { DICOM_READER } from './tokens.ts';

/** STOW-RS, PS3.18 10.5. */
@Controller('dicom-web/studies')
export class StowController {
  readonly #gate: Gate;
  readonly #config: Config;
  readonly #reader: DicomReader;
  readonly #scan: Scan | undefined;

  constructor(@Inject(Gate) gate: Gate, @Inject(CONFIG) config: Config, @Inject(DICOM_READER) reader: DicomReader, @Inject(SCAN) scan: Scan | undefined) {
    this.#gate = gate;
    this.#config = config;
    this.#reader = reader;
    this.#scan = scan;
  }

  @Post()
  @Needs('create', 'ImagingStudy')
  store(@From() caller: Caller, @Req() request: FastifyRequest, @Body() body: RawBody, @Res() reply: FastifyReply): Promise<void> {
    return this.#answer(caller, { request, body, reply });
  }

  @Post(':study')
  @Needs('create', 'ImagingStudy')
  storeInStudy(@From() caller: Caller, @Param('study') study: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.#answer(caller, { request, body: bodyOf(request), reply, study });
  }

  async #answer(caller: Caller, exchange: Exchange): Promise<void> {
    try {
      const source = await this.#sourceOf(caller);
      requireJson(exchange.request);
      requireUids(exchange.study);
      const parts = await stowParts(exchange.request, exchange.body);
      await this.#store(caller, exchange, { parts, source });
    } finally {
      // What was refused early is read to its end and dropped, so that the client sees the answer.
      if (exchange.body instanceof Readable) exchange.body.resume();
    }
  }

  async #store(
    caller: Caller,
    { reply, study }: Exchange,
    { parts, source }: { readonly parts: readonly BodyPart[]; readonly source: ImageSource },
  ): Promise<void> {
    const dicom = parts.filter(isDicom);
    const read: ReadPart[] = [];
    for (const { bytes } of dicom) read.push({ bytes, read: await this.#readOne(bytes, source.zone) });
    const stored = await this.#gate.open(caller, aboutNobody, (scope) => storeInstances(read, { scope, source, hash: sha256, study }));
    const outcomes = [...stored.outcomes, ...parts.filter((part) => !isDicom(part)).map(otherMedia)];
    if (stored.queued.length > 0) void reply.header('warning', warning(stored.queued));
    void reply
      .code(stowStatus(outcomes))
      .type(DICOM_JSON)
      .send(dicomJson(stowResponse(outcomes, `${this.#config.publicUrl}/dicom-web`)));
  }

  /** What the file scanner finds is no instance; nothing of it is read or kept. */
  async #readOne(bytes: Uint8Array, zone: ImageSource['zone']): Promise<ReadPart['read']> {
    if (this.#scan !== undefined && (await scanned(this.#scan, bytes)) === 'found') return err({ kind: 'malformed', reason: 'refused by the file scanner' });
    return this.#reader.read(bytes, zone);
  }

  /** Only a configured source sends images; the refusal of anybody else is on record. */
  async #sourceOf(caller: Caller): Promise<ImageSource> {
    const { sourceId } = caller.actor;
    if (sourceId !== undefined) return imageSource(sourceId, this.#config);
    await this.#gate.open(caller, aboutNobody, () => Promise.resolve());
    throw forbidden();
  }
}

interface Exchange {
  readonly request: FastifyRequest;
  readonly body: RawBody;
  readonly reply: FastifyReply;
  readonly study?: string;
}

function bodyOf({ body }: FastifyRequest): RawBody {
  return Buffer.isBuffer(body) || body instanceof Readable ? body : undefined;
}

function isDicom({ contentType }: BodyPart): boolean {
  return contentType === '' || /^application\/dicom\s*(;|$)/i.test(contentType);
}

function otherMedia(): StowOutcome {
  return { kind: 'failed', failureReason: STOW_REASON.notDicomPart, unreadable: false, comment: 'a part is not application/dicom' };
}

/** RFC 9111 dropped the field, PS3.18 10.5.3 kept it: 299, agent, text. */
function warning(queued: readonly string[]): string {
  return `299 concord "Kept for a person to match, seen by no ward: ReconcileItem/${queued.slice(0, 20).join(', ReconcileItem/')}"`;
}
