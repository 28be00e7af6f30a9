import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Controller, Get, Header, HttpCode, Inject, Param, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { packTar } from 'modern-tar/fs';
import { z } from 'zod';
import { auditFolder } from '@concord/adapters/anchors';
import type { AuditExport } from '@concord/contracts';
import { isUuid, type PatientId } from '@concord/core/clinical';
import type { AuditExportState } from '@concord/core/ports';
import type { Config } from '../config.ts';
import { callerOf, From, type Caller } from '../edge/caller.ts';
import { failure, notFound } from '../edge/failure.ts';
import { aboutNobody, aboutPatient, aboutSearch, Gate } from '../edge/gate.ts';
import { Needs } from '../edge/permission.ts';
import { CONFIG } from '../edge/tokens.ts';
import { instantParameter, readQuery } from '../views/questions.ts';

const asked = {
  patient: z.string().refine(isUuid).optional(),
  user: z.string().min(1).max(200).optional(),
  from: instantParameter.optional(),
  to: instantParameter.optional(),
};

/** What a bundle may hold; nothing else of the folder is served. */
const FILE =
  /^(manifest\.json|manifest\.sig|leaves\.bin|events\.ndjson|columns\.ndjson|checkpoint\.txt|pubkeys\.json|tiles\.bin|proofs\.bin|map\.json|consistency\.json|anchors\/checkpoints\.txt)$/;

/** Signed exports of the log, for the privacy officer: asked for, made by the sequencer, fetched file by file, in parts if need be. */
@Controller('audit/bundles')
export class BundleController {
  readonly #gate: Gate;
  readonly #folder: string;

  constructor(@Inject(Gate) gate: Gate, @Inject(CONFIG) config: Config) {
    this.#gate = gate;
    this.#folder = auditFolder(config.auditDir).exports;
  }

  @Post()
  @HttpCode(202)
  @Needs('export', 'AuditEvent')
  @Header('content-type', 'application/json; charset=utf-8')
  async ask(@Req() request: FastifyRequest): Promise<Pick<AuditExport, 'id'>> {
    const { patient, user, from, to } = readQuery(request, asked);
    const words = new URLSearchParams(request.query as Record<string, string>).toString();
    const subject = patient === undefined ? aboutSearch(words) : aboutPatient(patient as PatientId);
    const id = await this.#gate.open(callerOf(request), subject, async (scope) => {
      scope.audit.note({ query: words, kind: 'export', detail: { form: 'signed-bundle' } });
      return scope.audit.requestExport({
        ...(patient === undefined ? {} : { patientId: patient as PatientId }),
        ...(user === undefined ? {} : { user }),
        ...(from === undefined ? {} : { from }),
        ...(to === undefined ? {} : { to }),
      });
    });
    if (id === undefined) throw failure(422, 'The record knows no such patient, or not exactly one such user.');
    return { id };
  }

  @Get(':id')
  @Needs('read', 'AuditEvent')
  @Header('content-type', 'application/json; charset=utf-8')
  async state(@From() caller: Caller, @Param('id') id: string): Promise<AuditExport> {
    const state = await this.#stateOf(caller, id);
    return { id, ...state, files: state.state === 'done' ? await this.#files(id) : [] };
  }

  /** `Range: bytes=N-` goes on where a transfer broke off. */
  @Get(':id/files/:name')
  @Needs('export', 'AuditEvent')
  async file(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { id = '', name = '' } = request.params as Record<string, string>;
    if ((await this.#stateOf(callerOf(request), id)).state !== 'done' || !FILE.test(name)) throw notFound();
    await sendFrom(join(this.#folder, id, name), request, reply);
  }

  /** The whole export as one file, for who has a browser: unpack it, then verify the folder. */
  @Get(':id/archive')
  @Needs('export', 'AuditEvent')
  async archive(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { id = '' } = request.params as Record<string, string>;
    if ((await this.#stateOf(callerOf(request), id)).state !== 'done') throw notFound();
    const name = `concord-audit-${id}`;
    const sources = (await this.#files(id)).map((file) => ({
      type: 'file' as const,
      source: join(this.#folder, id, file.name),
      target: `${name}/${file.name}`,
    }));
    void reply.headers({ 'content-type': 'application/x-tar', 'content-disposition': `attachment; filename="${name}.tar"` });
    await reply.send(packTar(sources));
  }

  async #stateOf(caller: Caller, id: string): Promise<AuditExportState> {
    if (!isUuid(id)) throw notFound();
    return this.#gate.find(caller, aboutNobody, (scope) => {
      scope.audit.note({ objects: [`AuditExport/${id}`] });
      return scope.audit.exportState(id);
    });
  }

  async #files(id: string): Promise<AuditExport['files']> {
    const names = (await readdir(join(this.#folder, id), { recursive: true })).filter((name) => FILE.test(name)).sort();
    return Promise.all(names.map(async (name) => ({ name, bytes: (await stat(join(this.#folder, id, name))).size })));
  }
}

async function sendFrom(path: string, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) throw notFound();
  const from = Number(/^bytes=(\d{1,15})-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
  if (from > 0 && from >= found.size) throw failure(416, 'There is nothing from there on.', { 'content-range': `bytes */${found.size}` });
  void reply.headers({ 'content-type': 'application/octet-stream', 'accept-ranges': 'bytes', 'content-length': found.size - from });
  if (from > 0) void reply.code(206).header('content-range', `bytes ${from}-${found.size - 1}/${found.size}`);
  await reply.send(createReadStream(path, { start: from }));
}
