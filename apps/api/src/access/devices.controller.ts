import { Body, Controller, Get, HttpCode, Inject, Param, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { devicePauseSchema, type DeviceList, type Done, type Reach } from '@concord/contracts';
import { toIso } from '@concord/core/kernel';
import type { RawBody } from '../edge/body.ts';
import { callerOf } from '../edge/caller.ts';
import { aboutPatient, Gate } from '../edge/gate.ts';
import { readJsonBody } from '../edge/json-body.ts';
import { Needs } from '../edge/permission.ts';
import { patientIdOf, readQuery } from '../views/questions.ts';

/** What belongs to one patient beside the record: devices that may collect, and who can reach them. */
@Controller('api/v1/patients')
export class DevicesController {
  readonly #gate: Gate;

  constructor(@Inject(Gate) gate: Gate) {
    this.#gate = gate;
  }

  @Get(':id/devices')
  @Needs('read', 'Device')
  devices(@Req() request: FastifyRequest, @Param('id') id: string): Promise<DeviceList> {
    const patientId = patientIdOf(id);
    readQuery(request, {});
    return this.#gate.find(callerOf(request), aboutPatient(patientId), async (scope) => ({
      items: (await scope.consents.devices(patientId)).map(({ device, lastAt, pausedSince }) => ({
        device,
        lastAt: toIso(lastAt),
        pausedSince: pausedSince === undefined ? null : toIso(pausedSince),
      })),
    }));
  }

  @Post(':id/devices')
  @HttpCode(200)
  @Needs('update', 'Device')
  async pause(@Req() request: FastifyRequest, @Param('id') id: string, @Body() body: RawBody): Promise<Done> {
    const patientId = patientIdOf(id);
    readQuery(request, {});
    const caller = callerOf(request);
    // Who may not is told before their body is looked at.
    await this.#gate.open(caller, { ...aboutPatient(patientId), action: 'read' }, () => Promise.resolve(true));
    const { device, paused } = readJsonBody(request, body, devicePauseSchema);
    await this.#gate.open(caller, aboutPatient(patientId), async (scope) => {
      await (paused ? scope.consents.pauseDevice(patientId, device) : scope.consents.resumeDevice(patientId, device));
      scope.audit.note({ detail: { paused } });
    });
    return { done: true };
  }

  @Get(':id/reach')
  @Needs('read', 'Reach')
  reach(@Req() request: FastifyRequest, @Param('id') id: string): Promise<Reach> {
    const patientId = patientIdOf(id);
    readQuery(request, {});
    return this.#gate.find(callerOf(request), aboutPatient(patientId), async (scope) => {
      const found = await scope.administration.reachOf(patientId);
      if (found === undefined) return undefined;
      const items = found.map(({ since, until, people, ...entry }) => ({
        ...entry,
        since: toIso(since),
        until: until === undefined ? null : toIso(until),
        people: people.map((one) => ({ ...one })),
      }));
      return { patientId, items };
    });
  }
}
