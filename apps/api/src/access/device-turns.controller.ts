import { Body, Controller, Get, HttpCode, Inject, Param, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { settlementSchema, turnChangeSchema, type Done, type HeldList, type Settled } from '@concord/contracts';
import type { PatientId } from '@concord/core/clinical';
import { toIso } from '@concord/core/kernel';
import type { AccessScope } from '@concord/core/ports';
import type { RawBody } from '../edge/body.ts';
import { callerOf, type Caller } from '../edge/caller.ts';
import { aboutPatient, aboutSearch, Gate } from '../edge/gate.ts';
import { readJsonBody } from '../edge/json-body.ts';
import { Needs } from '../edge/permission.ts';
import { bannersOf } from '../views/banner.ts';
import { patientIdOf, readQuery } from '../views/questions.ts';

/** More than a ward settles in a day; the newest come first. */
const QUEUE_MAX = 100;

/** Whom a device is on, said by whoever works at the bed, and readings that wait until somebody says whose they are. */
@Controller('api/v1')
export class DeviceTurnsController {
  readonly #gate: Gate;

  constructor(@Inject(Gate) gate: Gate) {
    this.#gate = gate;
  }

  @Get('held-readings')
  @Needs('search', 'DeviceTurn')
  list(@Req() request: FastifyRequest): Promise<HeldList> {
    readQuery(request, {});
    return this.#gate.open(callerOf(request), aboutSearch(''), queueOf);
  }

  @Post('patients/:id/device-turns')
  @HttpCode(200)
  @Needs('update', 'DeviceTurn')
  async turn(@Req() request: FastifyRequest, @Param('id') id: string, @Body() body: RawBody): Promise<Done> {
    const { caller, patientId } = await this.#admit(request, id);
    const { device, here } = readJsonBody(request, body, turnChangeSchema);
    await this.#gate.open(caller, aboutPatient(patientId), async (scope) => {
      await (here ? scope.deviceTurns.putBack(patientId, device) : scope.deviceTurns.end(patientId, device));
      scope.audit.note({ detail: { here } });
    });
    return { done: true };
  }

  @Post('patients/:id/held-readings')
  @HttpCode(200)
  @Needs('update', 'DeviceTurn')
  async settle(@Req() request: FastifyRequest, @Param('id') id: string, @Body() body: RawBody): Promise<Settled> {
    const { caller, patientId } = await this.#admit(request, id);
    const { device, outcome } = readJsonBody(request, body, settlementSchema);
    return this.#gate.open(caller, aboutPatient(patientId), async (scope) => {
      const settled = await scope.deviceTurns.settle(patientId, device, outcome);
      // What a model may read has changed.
      if (settled > 0 && outcome === 'this-patient') await scope.jobs.assess(patientId);
      scope.audit.note({ detail: { outcome, settled } });
      return { settled };
    });
  }

  /** Who may not is told before their body is looked at. */
  async #admit(request: FastifyRequest, id: string): Promise<{ readonly caller: Caller; readonly patientId: PatientId }> {
    const patientId = patientIdOf(id);
    readQuery(request, {});
    const caller = callerOf(request);
    await this.#gate.open(caller, { ...aboutPatient(patientId), action: 'read' }, () => Promise.resolve(true));
    return { caller, patientId };
  }
}

async function queueOf(scope: AccessScope): Promise<HeldList> {
  const banner = await bannersOf(scope);
  const items: HeldList['items'] = [];
  for (const { patient, held } of await scope.deviceTurns.waiting(QUEUE_MAX)) {
    const waiting = held.map(({ device, count, oldest, newest }) => ({ device, count, oldest: toIso(oldest), newest: toIso(newest) }));
    items.push({ banner: await banner(patient), held: waiting });
  }
  return { generatedAt: toIso(scope.now), items };
}
