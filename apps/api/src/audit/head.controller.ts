import { Controller, Get, Header, Inject, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { AuditHead } from '@concord/contracts';
import { auditFolder, newestHead, readStatus, type Anchored, type AuditFolder } from '@concord/adapters/anchors';
import { instant, toIso } from '@concord/core/kernel';
import type { Config } from '../config.ts';
import { callerOf } from '../edge/caller.ts';
import { aboutNobody, Gate } from '../edge/gate.ts';
import { Needs } from '../edge/permission.ts';
import { CONFIG } from '../edge/tokens.ts';
import { readQuery } from '../views/questions.ts';

/** How far the log is signed, for the privacy officer: what an answer of the search can be proven against. */
@Controller('audit/head')
export class HeadController {
  readonly #gate: Gate;
  readonly #folder: AuditFolder;

  constructor(@Inject(Gate) gate: Gate, @Inject(CONFIG) config: Config) {
    this.#gate = gate;
    this.#folder = auditFolder(config.auditDir);
  }

  @Get()
  @Needs('read', 'AuditEvent')
  @Header('content-type', 'application/json; charset=utf-8')
  head(@Req() request: FastifyRequest): Promise<AuditHead> {
    readQuery(request, {});
    return this.#gate.open(callerOf(request), aboutNobody, (scope) => {
      scope.audit.note({ objects: ['AuditLog/head'] });
      return this.#state();
    });
  }

  async #state(): Promise<AuditHead> {
    const [anchored, witnessed, status] = await Promise.all([newestOf(this.#folder.anchors), newestOf(this.#folder.witness), readStatus(this.#folder)]);
    return {
      head:
        anchored === undefined
          ? null
          : { ...sizeOf(anchored), origin: anchored.checkpoint.origin, root: Buffer.from(anchored.checkpoint.root).toString('base64') },
      witnessed: witnessed === undefined ? null : sizeOf(witnessed),
      sequencer: status === undefined ? null : { at: toIso(instant(status.at)), lagMs: status.lagMs, alarm: status.alarm },
    };
  }
}

/** A folder that is not here holds nothing that could be shown: the sequencer has not run, or the witness's heads lie on another machine. */
const newestOf = (folder: string): Promise<Anchored | undefined> => newestHead(folder).catch(() => undefined);

const sizeOf = ({ checkpoint: { size, time } }: Anchored): { readonly size: number; readonly signedAt: string } => ({ size, signedAt: time });
