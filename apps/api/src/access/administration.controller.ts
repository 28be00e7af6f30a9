import { Body, Controller, Get, HttpCode, Inject, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { newStaffSchema, sourceSchema, teamSchema, wardLinkSchema, wardSchema, type Done, type Sources, type Staff, type Wards } from '@concord/contracts';
import type { PatientId } from '@concord/core/clinical';
import { toIso } from '@concord/core/kernel';
import type { AccessScope } from '@concord/core/ports';
import type { RawBody } from '../edge/body.ts';
import { callerOf } from '../edge/caller.ts';
import { failure, forbidden, notFound } from '../edge/failure.ts';
import { aboutNobody, Gate, type Ask } from '../edge/gate.ts';
import { readJsonBody } from '../edge/json-body.ts';
import { Needs } from '../edge/permission.ts';
import { readQuery } from '../views/questions.ts';

interface Change<S extends z.ZodType> {
  readonly request: FastifyRequest;
  readonly body: RawBody;
  readonly schema: S;
  /** Whose rights it changes. */
  readonly subjectOf?: (sent: z.infer<S>) => string;
}

/** Wards, staff, care teams and sources. Nobody changes their own; every change is on the record. */
@Controller('api/v1/admin')
export class AdministrationController {
  readonly #gate: Gate;

  constructor(@Inject(Gate) gate: Gate) {
    this.#gate = gate;
  }

  @Get('wards')
  @Needs('search', 'Ward')
  wards(@Req() request: FastifyRequest): Promise<Wards> {
    readQuery(request, {});
    return this.#gate.open(callerOf(request), aboutNobody, async (scope) => ({ items: (await scope.administration.wards()).map((ward) => ({ ...ward })) }));
  }

  @Post('wards')
  @HttpCode(200)
  @Needs('update', 'Ward')
  putWard(@Req() request: FastifyRequest, @Body() body: RawBody): Promise<Done> {
    return this.#change({ request, body, schema: wardSchema }, ({ partOf, ...ward }, { administration }) =>
      administration.putWard(partOf === undefined ? ward : { ...ward, partOf }),
    );
  }

  @Get('sources')
  @Needs('search', 'Source')
  sources(@Req() request: FastifyRequest): Promise<Sources> {
    readQuery(request, {});
    return this.#gate.open(callerOf(request), aboutNobody, async (scope) => ({
      items: (await scope.administration.sources()).map((source) => ({ ...source })),
    }));
  }

  @Post('sources')
  @HttpCode(200)
  @Needs('update', 'Source')
  putSource(@Req() request: FastifyRequest, @Body() body: RawBody): Promise<Done> {
    return this.#change({ request, body, schema: sourceSchema }, (source, { administration }) => {
      if (!isZone(source.timeZone)) throw failure(422, 'timeZone is no zone of the IANA list');
      return administration.putSource(source);
    });
  }

  @Get('staff')
  @Needs('search', 'Staff')
  staff(@Req() request: FastifyRequest): Promise<Staff> {
    readQuery(request, {});
    return this.#gate.open(callerOf(request), aboutNobody, async (scope) => ({
      items: (await scope.administration.staff()).map(({ subject, login, name, wards }) => ({
        subject,
        login,
        name,
        wards: wards.map(({ wardId, since }) => ({ wardId, since: toIso(since) })),
      })),
    }));
  }

  @Post('staff')
  @HttpCode(200)
  @Needs('update', 'Staff')
  putStaff(@Req() request: FastifyRequest, @Body() body: RawBody): Promise<Done> {
    const { issuer } = callerOf(request).actor;
    return this.#change({ request, body, schema: newStaffSchema, subjectOf: ({ subject }) => subject }, (member, { administration }) =>
      administration.putStaff({ issuer, ...member }),
    );
  }

  @Post('staff/wards')
  @HttpCode(200)
  @Needs('update', 'Staff')
  linkWard(@Req() request: FastifyRequest, @Body() body: RawBody): Promise<Done> {
    const { issuer } = callerOf(request).actor;
    return this.#change({ request, body, schema: wardLinkSchema, subjectOf: ({ subject }) => subject }, async (link, { administration }) => {
      if (!(await administration.wards()).some(({ id }) => id === link.wardId)) throw failure(422, 'wardId names no ward');
      return administration.linkWard({ issuer, ...link });
    });
  }

  @Post('care-teams')
  @HttpCode(200)
  @Needs('update', 'CareTeam')
  async setTeam(@Req() request: FastifyRequest, @Body() body: RawBody): Promise<Done> {
    const { issuer, subject: self } = callerOf(request).actor;
    const subjectOf = ({ members }: z.infer<typeof teamSchema>) => (members.includes(self) ? self : '');
    return this.#change({ request, body, schema: teamSchema, subjectOf }, async ({ patientId, name, members }, { administration }) => {
      const people = [...new Set(members)].map((subject) => ({ issuer, subject }));
      const done = await administration.setTeam({ patientId: patientId as PatientId, name, members: people });
      if (!done) throw notFound();
    });
  }

  /** Decided before the body is read, and again with whom it concerns; recorded as a change of security. */
  async #change<S extends z.ZodType>(
    { request, body, schema, subjectOf }: Change<S>,
    work: (sent: z.infer<S>, scope: AccessScope) => Promise<void>,
  ): Promise<Done> {
    readQuery(request, {});
    const caller = callerOf(request);
    if (!caller.actor.roles.includes('administrator')) {
      await this.#gate.open(caller, aboutNobody, () => Promise.resolve());
      throw forbidden();
    }
    const sent = readJsonBody(request, body, schema);
    const concerns = subjectOf === undefined ? {} : { concerns: { issuer: caller.actor.issuer, subject: subjectOf(sent) } };
    const ask: Ask = { ...aboutNobody, ...concerns };
    await this.#gate.open(caller, ask, async (scope) => {
      await work(sent, scope);
      scope.audit.note({ kind: 'security-change', detail: { changed: caller.permission.resource } });
    });
    return { done: true };
  }
}

function isZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).format(0) !== '';
  } catch {
    return false;
  }
}
