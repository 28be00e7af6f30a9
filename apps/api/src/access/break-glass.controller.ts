import { Body, Controller, Get, HttpCode, Inject, Param, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { lookUpSchema, newGrantSchema, grantReviewSchema, type Done, type Grant, type GrantList, type LookedUp, type ReviewList } from '@concord/contracts';
import { isUuid, type PatientId } from '@concord/core/clinical';
import { toIso } from '@concord/core/kernel';
import type { AccessScope, EmergencyGrant } from '@concord/core/ports';
import { BREAK_GLASS_REASONS, grantRefusal, REASON_LENGTH, type GrantRefusal } from '@concord/governance/access';
import type { RawBody } from '../edge/body.ts';
import { callerOf } from '../edge/caller.ts';
import { failure, notFound, type Failure } from '../edge/failure.ts';
import { aboutNobody, Gate } from '../edge/gate.ts';
import { readJsonBody } from '../edge/json-body.ts';
import { Needs } from '../edge/permission.ts';
import { readQuery } from '../views/questions.ts';

/** Looking past the usual relations in an emergency: announced, limited to an hour, reviewed by somebody else. */
@Controller('api/v1/break-glass')
export class BreakGlassController {
  readonly #gate: Gate;

  constructor(@Inject(Gate) gate: Gate) {
    this.#gate = gate;
  }

  @Post('look-up')
  @HttpCode(200)
  @Needs('search', 'BreakGlass')
  async lookUp(@Req() request: FastifyRequest, @Body() body: RawBody): Promise<LookedUp> {
    readQuery(request, {});
    const caller = callerOf(request);
    await this.#may(request);
    const { birthDate, ...identifier } = readJsonBody(request, body, lookUpSchema);
    const found = await this.#gate.open(caller, { ...aboutNobody, purpose: 'BTG' }, async (scope) => {
      const said = await scope.breakGlass.lookUp(identifier, birthDate);
      scope.audit.note({ query: 'identifier=(withheld)&birthdate=(withheld)', detail: { found: said.kind } });
      return said;
    });
    if (found.kind === 'too-many') throw failure(429, 'Too many look-ups. Wait a quarter of an hour, or ask a colleague.', { 'retry-after': '900' });
    return found.kind === 'found' ? { lookUpId: found.id, patientId: found.patientId } : { lookUpId: null, patientId: null };
  }

  @Get('grants')
  @Needs('search', 'BreakGlass')
  grants(@Req() request: FastifyRequest): Promise<GrantList> {
    readQuery(request, {});
    // Asked as who holds them: the patient of an open grant is named, that of an ended one is not.
    return this.#gate.open(callerOf(request), { ...aboutNobody, purpose: 'BTG' }, async (scope) => ({ items: (await scope.breakGlass.mine()).map(toWire) }));
  }

  @Post('grants')
  @HttpCode(201)
  @Needs('create', 'BreakGlass')
  async open(@Req() request: FastifyRequest, @Body() body: RawBody): Promise<Grant> {
    readQuery(request, {});
    const caller = callerOf(request);
    await this.#may(request);
    const asked = readJsonBody(request, body, newGrantSchema);
    const { assurance, authenticatedAt } = caller.actor;
    const patientId = asked.patientId as PatientId;
    const answer = await this.#gate.open(caller, { ...aboutNobody, purpose: BREAK_GLASS_REASONS[asked.reasonCode] }, async (scope) => {
      const facts = await scope.breakGlass.factsOf(asked.lookUpId, patientId);
      const refused = grantRefusal({ now: scope.now, assurance, authenticatedAt, reason: asked.reason, facts });
      if (refused !== undefined) return note(scope, refused);
      const grant = await scope.breakGlass.open({ ...asked, patientId });
      scope.audit.note({ kind: 'break-glass-start', objects: [`BreakGlass/${grant.id}`], detail: { reasonCode: asked.reasonCode, minutes: asked.minutes } });
      return grant;
    });
    if (typeof answer === 'string') throw refusal(answer);
    return toWire(answer);
  }

  @Post('grants/:id/end')
  @HttpCode(200)
  @Needs('update', 'BreakGlass')
  async end(@Req() request: FastifyRequest, @Param('id') id: string): Promise<Done> {
    readQuery(request, {});
    const done = await this.#gate.open(callerOf(request), { ...aboutNobody, purpose: 'BTG' }, async (scope) => {
      const ended = isUuid(id) && (await scope.breakGlass.giveBack(id));
      if (ended) scope.audit.note({ kind: 'break-glass-stop', objects: [`BreakGlass/${id}`] });
      return ended;
    });
    if (!done) throw notFound();
    return { done: true };
  }

  @Get('reviews')
  @Needs('read', 'EmergencyReview')
  reviews(@Req() request: FastifyRequest): Promise<ReviewList> {
    readQuery(request, {});
    return this.#gate.open(callerOf(request), { ...aboutNobody, purpose: 'HOPERAT' }, async (scope) => {
      const items = (await scope.breakGlass.reviews()).map((one) => ({ ...toWire(one), reason: one.reason ?? null, isOwn: one.isOwn }));
      const alerts = (await scope.breakGlass.alerts()).map((one) => ({ ...one, from: toIso(one.from), to: toIso(one.to) }));
      return { items, open: items.filter(({ review }) => review === null).length, alerts };
    });
  }

  @Post('reviews/:id')
  @HttpCode(200)
  @Needs('update', 'EmergencyReview')
  async close(@Req() request: FastifyRequest, @Param('id') id: string, @Body() body: RawBody): Promise<Done> {
    readQuery(request, {});
    const caller = callerOf(request);
    await this.#gate.open(caller, { ...aboutNobody, purpose: 'HOPERAT', action: 'read' }, () => Promise.resolve(true));
    const review = readJsonBody(request, body, grantReviewSchema);
    const done = await this.#gate.open(caller, { ...aboutNobody, purpose: 'HOPERAT' }, async (scope) => {
      const closed = isUuid(id) && (await scope.breakGlass.close(id, review));
      if (closed) scope.audit.note({ objects: [`BreakGlass/${id}`], detail: { finding: review.finding } });
      return closed;
    });
    if (!done) throw notFound();
    return { done: true };
  }

  /** The officer looked into why somebody opened so many records. */
  @Post('alerts/:id')
  @HttpCode(200)
  @Needs('update', 'EmergencyReview')
  async seen(@Req() request: FastifyRequest, @Param('id') id: string): Promise<Done> {
    readQuery(request, {});
    const done = await this.#gate.open(callerOf(request), { ...aboutNobody, purpose: 'HOPERAT' }, async (scope) => {
      const seen = isUuid(id) && (await scope.breakGlass.seeAlert(id));
      if (seen) scope.audit.note({ objects: [`ReadingAlert/${id}`] });
      return seen;
    });
    if (!done) throw notFound();
    return { done: true };
  }

  /** Who may not break the glass is told, and recorded, before their body is looked at. */
  async #may(request: FastifyRequest): Promise<void> {
    const caller = callerOf(request);
    const isEligible = caller.actor.roles.some((role) => role === 'physician' || role === 'nurse');
    if (!isEligible) await this.#gate.open(caller, { ...aboutNobody, purpose: 'BTG' }, () => Promise.resolve());
  }
}

function note(scope: AccessScope, refused: GrantRefusal): GrantRefusal {
  scope.audit.note({ detail: { refused } });
  return refused;
}

/** `step-up` is answered as a challenge (RFC 9470), so that a client knows what to do. */
function refusal(refused: GrantRefusal): Failure {
  switch (refused) {
    case 'step-up':
      return failure(401, 'Sign in again with your second factor; it counts for five minutes.', {
        'www-authenticate': 'Bearer realm="concord", error="insufficient_user_authentication", acr_values="mfa", max_age="300"',
      });
    case 'no-look-up':
      return failure(409, 'Look the patient up first; a look-up counts for fifteen minutes.');
    case 'reason-too-short':
      return failure(422, `Say why in at least ${REASON_LENGTH} letters.`);
    case 'unreviewed':
      return failure(409, 'An earlier emergency access of yours was not reviewed in time. The privacy officer must close it first.');
    case 'consent-forbids':
      return failure(403, 'Not permitted for this patient.');
  }
}

function toWire({ id, patientId, login, purpose, reasonCode, startsAt, endsAt, review }: EmergencyGrant): Grant {
  return {
    id,
    patientId: patientId ?? null,
    login,
    purpose,
    reasonCode,
    startsAt: toIso(startsAt),
    endsAt: toIso(endsAt),
    review: review === undefined ? null : { ...review, closedAt: toIso(review.closedAt) },
  };
}
