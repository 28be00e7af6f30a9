import { randomUUID } from 'node:crypto';
import { Controller, Get, Inject, Param, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AccessScope, ImageInstanceRecord } from '@concord/core/ports';
import { greyPng } from '@concord/adapters/codecs';
import { From, type Caller } from '../edge/caller.ts';
import { failure } from '../edge/failure.ts';
import { Gate, type Ask } from '../edge/gate.ts';
import { Needs } from '../edge/permission.ts';
import { DICOM_JSON, dicomJson, requireJson, requirePng, requireUids, retrieveForm, type RetrieveForm } from './accept.ts';

/** Files of one answer together; a larger study is fetched series by series. */
const ANSWER_BYTES_MOST = 256 * 1024 * 1024;

interface Place {
  readonly study: string;
  readonly series?: string;
  readonly sop?: string;
}

/** WADO-RS, PS3.18 10.4. One unit of audit per reader, study and five minutes. */
@Controller('dicom-web/studies')
export class WadoController {
  readonly #gate: Gate;

  constructor(@Inject(Gate) gate: Gate) {
    this.#gate = gate;
  }

  @Get(':study/metadata')
  @Needs('read', 'ImagingStudy', 'dicom-study')
  metadataOfStudy(@From() caller: Caller, @Param() place: Place, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.#metadata(caller, place, { request, reply });
  }

  @Get(':study/series/:series/metadata')
  @Needs('read', 'ImagingStudy', 'dicom-study')
  metadataOfSeries(@From() caller: Caller, @Param() place: Place, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.#metadata(caller, place, { request, reply });
  }

  @Get(':study/series/:series/instances/:sop/metadata')
  @Needs('read', 'ImagingStudy', 'dicom-study')
  metadataOfInstance(@From() caller: Caller, @Param() place: Place, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.#metadata(caller, place, { request, reply });
  }

  @Get(':study')
  @Needs('read', 'ImagingStudy', 'dicom-study')
  study(@From() caller: Caller, @Param() place: Place, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.#files(caller, place, { request, reply });
  }

  @Get(':study/series/:series')
  @Needs('read', 'ImagingStudy', 'dicom-study')
  series(@From() caller: Caller, @Param() place: Place, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.#files(caller, place, { request, reply });
  }

  @Get(':study/series/:series/instances/:sop')
  @Needs('read', 'ImagingStudy', 'dicom-study')
  instance(@From() caller: Caller, @Param() place: Place, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.#files(caller, place, { request, reply });
  }

  @Get(':study/series/:series/instances/:sop/rendered')
  @Needs('read', 'ImagingStudy', 'dicom-study')
  rendered(@From() caller: Caller, @Param() place: Place, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.#picture(caller, { ...place, frame: '1' }, { request, reply });
  }

  @Get(':study/series/:series/instances/:sop/frames/:frame/rendered')
  @Needs('read', 'ImagingStudy', 'dicom-study')
  renderedFrame(@From() caller: Caller, @Param() place: Place & { frame: string }, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.#picture(caller, place, { request, reply });
  }

  async #metadata(caller: Caller, place: Place, { request, reply }: Exchange): Promise<void> {
    requireJson(request);
    const body = await this.#gate.find(caller, aboutStudy(place), async (scope) => {
      const instances = await instancesOf(scope, place);
      return instances && tallied(leaving(scope, request), instances, dicomJson(instances.map((instance) => instance.dicomJson)));
    });
    void reply.type(DICOM_JSON).send(body);
  }

  async #files(caller: Caller, place: Place, { request, reply }: Exchange): Promise<void> {
    const form = retrieveForm(request);
    const found = await this.#gate.find(caller, aboutStudy(place), async (scope) => {
      const instances = await instancesOf(scope, place);
      const wrong = instances && refusalOf(instances, form);
      return instances && (wrong ?? bodyOf(leaving(scope, request), instances, form));
    });
    if ('status' in found) throw failure(found.status, found.text);
    void reply.header('content-type', found.type).send(found.bytes);
  }

  async #picture(caller: Caller, place: Place & { readonly frame: string }, { request, reply }: Exchange): Promise<void> {
    requirePng(request);
    refuseViewing(request);
    const frame = /^[1-9]\d{0,5}$/.test(place.frame) ? Number(place.frame) : 0;
    const found = await this.#gate.find(caller, aboutStudy(place), async (scope) => {
      const [instance] = (await instancesOf(scope, place, 'with-pixels')) ?? [];
      if (instance === undefined || frame < 1 || frame > Math.max(1, instance.header.frames)) return undefined;
      if (instance.pixels === undefined || frame !== 1) return { status: 406, text: instance.unusedReason ?? 'Only the first frame is rendered here.' };
      return tallied(leaving(scope, request), [instance], Buffer.from(await greyPng(instance.pixels)));
    });
    if ('status' in found) throw failure(found.status, found.text);
    void reply.type('image/png').send(found);
  }
}

interface Exchange {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

interface StoredFile {
  readonly record: ImageInstanceRecord;
  readonly bytes: Uint8Array;
}

interface Wrong {
  readonly status: number;
  readonly text: string;
}

/** Whose study it is turns out when it is found; until then the question names no patient. */
function aboutStudy({ study, series, sop }: Place): Ask {
  requireUids(study, series, sop);
  return { subject: { kind: 'search', query: `StudyInstanceUID=${study}` }, unitKey: study };
}

/** @returns undefined when nothing of it may be seen or is there. */
async function instancesOf(scope: AccessScope, { study, series, sop }: Place, pixels?: 'with-pixels'): Promise<readonly ImageInstanceRecord[] | undefined> {
  const found = await scope.imaging.instances({
    studyInstanceUid: study,
    ...(series !== undefined && { seriesInstanceUid: series }),
    ...(sop !== undefined && { sopInstanceUid: sop }),
    withPixels: pixels === 'with-pixels',
  });
  scope.audit.note({ objects: found.map(({ header }) => `urn:oid:${header.sopInstanceUid}`) });
  return found.length === 0 ? undefined : found;
}

function refusalOf(instances: readonly ImageInstanceRecord[], { kind, transferSyntax }: RetrieveForm): Wrong | undefined {
  if (kind === 'single' && instances.length > 1) return { status: 406, text: 'Several instances are answered as multipart/related only.' };
  if (instances.some(({ header }) => transferSyntax !== undefined && header.transferSyntaxUid !== transferSyntax)) {
    return { status: 406, text: 'Files go out in the transfer syntax in which they are kept.' };
  }
  const total = instances.reduce((sum, { byteLength }) => sum + byteLength, 0);
  return total > ANSWER_BYTES_MOST ? { status: 413, text: 'The answer would be larger than 256 MiB; ask series by series.' } : undefined;
}

interface Leaving {
  readonly scope: AccessScope;
  /** A HEAD is an access of which no byte of the body leaves. */
  readonly isHead: boolean;
}

const leaving = (scope: AccessScope, request: FastifyRequest): Leaving => ({ scope, isHead: request.method === 'HEAD' });

/** What leaves counts towards the study's unit: its closing event names instances and bytes. */
function tallied({ scope, isHead }: Leaving, instances: readonly ImageInstanceRecord[], body: Buffer): Buffer {
  scope.audit.note({ tally: { instances: instances.map(({ header }) => header.sopInstanceUid), bytes: isHead ? 0 : body.length } });
  return body;
}

interface Body {
  readonly type: string;
  readonly bytes: Buffer;
}

async function bodyOf(to: Leaving, instances: readonly ImageInstanceRecord[], { kind }: RetrieveForm): Promise<Body> {
  const files = await filesOf(to.scope, instances);
  const [first] = files;
  const body = kind === 'single' && first !== undefined ? { type: 'application/dicom', bytes: Buffer.from(first.bytes) } : partsOf(files);
  tallied(to, instances, body.bytes);
  return body;
}

async function filesOf(scope: AccessScope, instances: readonly ImageInstanceRecord[]): Promise<StoredFile[]> {
  const files: StoredFile[] = [];
  for (const record of instances) {
    const bytes = await scope.blobs.get(record.blob);
    if (bytes === undefined) throw new Error('the file of a stored instance is not there');
    files.push({ record, bytes });
  }
  return files;
}

function partsOf(files: readonly StoredFile[]): Body {
  const boundary = randomUUID();
  const parts = files.flatMap(({ record, bytes }) => [
    Buffer.from(`--${boundary}\r\nContent-Type: application/dicom; transfer-syntax=${record.header.transferSyntaxUid}\r\n\r\n`),
    bytes,
    Buffer.from('\r\n'),
  ]);
  const bytes = Buffer.concat([...parts, Buffer.from(`--${boundary}--\r\n`)]);
  return { type: `multipart/related; type="application/dicom"; boundary=${boundary}`, bytes };
}

/** A picture with another window than the receipt names would be another picture than the one that was scored. */
function refuseViewing(request: FastifyRequest): void {
  const asked = new URL(request.url, 'http://localhost').searchParams;
  for (const name of ['window', 'viewport', 'iccprofile', 'annotation']) if (asked.has(name)) throw failure(400, `${name} cannot be chosen here.`);
}
