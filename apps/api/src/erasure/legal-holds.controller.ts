import { Body, Controller, Get, HttpCode, Inject, Param, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { newHoldSchema, type Hold, type HoldList } from '@concord/contracts';
import { isUuid, type PatientId } from '@concord/core/clinical';
import { toIso } from '@concord/core/kernel';
import type { LegalHold } from '@concord/core/ports';
import type { RawBody } from '../edge/body.ts';
import { callerOf } from '../edge/caller.ts';
import { notFound } from '../edge/failure.ts';
import { aboutNobody, Gate } from '../edge/gate.ts';
import { readJsonBody } from '../edge/json-body.ts';
import { Needs } from '../edge/permission.ts';
import { readQuery } from '../views/questions.ts';

/** While a hold stands its patient is not erased, and no part of the record of accesses is dropped. */
@Controller('api/v1/legal-holds')
export class LegalHoldsController {
  readonly #gate: Gate;

  constructor(@Inject(Gate) gate: Gate) {
    this.#gate = gate;
  }

  @Get()
  @Needs('search', 'LegalHold')
  async list(@Req() request: FastifyRequest): Promise<HoldList> {
    readQuery(request, {});
    const items = await this.#gate.open(callerOf(request), aboutNobody, (scope) => scope.erasures.holds());
    return { items: items.map(toWire) };
  }

  @Post()
  @HttpCode(201)
  @Needs('create', 'LegalHold')
  async place(@Req() request: FastifyRequest, @Body() body: RawBody): Promise<Hold> {
    readQuery(request, {});
    const { patientId, basis } = readJsonBody(request, body, newHoldSchema);
    const placed = await this.#gate.open(callerOf(request), aboutNobody, async (scope) => {
      scope.audit.note({ objects: [], detail: { verb: 'place', basis } });
      return scope.erasures.hold(patientId as PatientId, basis);
    });
    if (placed === 'absent') throw notFound();
    return toWire(placed);
  }

  @Post(':id/lift')
  @HttpCode(200)
  @Needs('update', 'LegalHold')
  async lift(@Req() request: FastifyRequest, @Param('id') id: string): Promise<Hold> {
    readQuery(request, {});
    if (!isUuid(id)) throw notFound();
    const lifted = await this.#gate.open(callerOf(request), aboutNobody, async (scope) => {
      scope.audit.note({ objects: [`LegalHold/${id}`], detail: { verb: 'lift' } });
      return scope.erasures.lift(id);
    });
    if (lifted === 'absent') throw notFound();
    return toWire(lifted);
  }
}

function toWire({ id, patientId, basis, placedAt, liftedAt }: LegalHold): Hold {
  return { id, patientId, basis, placedAt: toIso(placedAt), liftedAt: liftedAt === undefined ? null : toIso(liftedAt) };
}
