import { Body, Controller, Get, HttpCode, Inject, Param, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { newErasureSchema, type Erasure, type ErasureList } from '@concord/contracts';
import { isUuid, type PatientId } from '@concord/core/clinical';
import { toIso } from '@concord/core/kernel';
import type { ErasureRefusal, ErasureRequest } from '@concord/core/ports';
import type { RawBody } from '../edge/body.ts';
import { callerOf } from '../edge/caller.ts';
import { failure, notFound } from '../edge/failure.ts';
import { aboutNobody, Gate } from '../edge/gate.ts';
import { readJsonBody } from '../edge/json-body.ts';
import { Needs } from '../edge/permission.ts';
import { readQuery } from '../views/questions.ts';

/** Erasure of a patient: the privacy officer asks, somebody else confirms, the worker does it. */
@Controller('api/v1/erasures')
export class ErasuresController {
  readonly #gate: Gate;

  constructor(@Inject(Gate) gate: Gate) {
    this.#gate = gate;
  }

  @Get()
  @Needs('search', 'Erasure')
  async list(@Req() request: FastifyRequest): Promise<ErasureList> {
    readQuery(request, {});
    const items = await this.#gate.open(callerOf(request), aboutNobody, (scope) => scope.erasures.list());
    return { items: items.map(toWire) };
  }

  @Post()
  @HttpCode(201)
  @Needs('create', 'Erasure')
  async ask(@Req() request: FastifyRequest, @Body() body: RawBody): Promise<Erasure> {
    readQuery(request, {});
    const { patientId, reason } = readJsonBody(request, body, newErasureSchema);
    const made = await this.#gate.open(callerOf(request), aboutNobody, async (scope) => {
      const asked = await scope.erasures.request(patientId as PatientId, reason);
      if (typeof asked !== 'string') scope.audit.note({ objects: [`ErasureRequest/${asked.id}`], detail: { reason } });
      return asked;
    });
    return answer(made);
  }

  @Post(':id/confirm')
  @HttpCode(200)
  @Needs('update', 'Erasure')
  async confirm(@Req() request: FastifyRequest, @Param('id') id: string): Promise<Erasure> {
    readQuery(request, {});
    if (!isUuid(id)) throw notFound();
    const confirmed = await this.#gate.open(callerOf(request), aboutNobody, async (scope) => {
      scope.audit.note({ objects: [`ErasureRequest/${id}`], detail: { verb: 'confirm' } });
      return scope.erasures.confirm(id);
    });
    return answer(confirmed);
  }
}

/** @throws Failure */
function answer(said: ErasureRequest | ErasureRefusal): Erasure {
  if (said === 'absent') throw notFound();
  if (said === 'held') throw failure(409, 'A legal hold forbids the erasure of this patient.');
  if (said === 'same-person') throw failure(409, 'Who asked for an erasure cannot confirm it: a second person must.');
  if (said === 'not-open') throw failure(409, 'This request is no longer open.');
  return toWire(said);
}

function toWire({ id, patientId, reason, state, requestedAt, executedAt }: ErasureRequest): Erasure {
  return {
    id,
    patientId: patientId ?? null,
    reason,
    state,
    requestedAt: toIso(requestedAt),
    executedAt: executedAt === undefined ? null : toIso(executedAt),
  };
}
