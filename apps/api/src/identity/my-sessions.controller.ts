import { Controller, Get, HttpCode, Inject, Param, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Done, SessionList } from '@concord/contracts';
import { minutes, toIso } from '@concord/core/kernel';
import { callerOf, type Caller } from '../edge/caller.ts';
import { failure, notFound } from '../edge/failure.ts';
import { aboutNobody, Gate } from '../edge/gate.ts';
import { Needs } from '../edge/permission.ts';
import { SESSIONS, SIGN_IN, SIGN_IN_RECORD } from '../edge/tokens.ts';
import { readQuery } from '../views/questions.ts';
import { cookieOf, SESSION_COOKIE } from './cookies.ts';
import type { Sessions } from './sessions.ts';
import type { SignInRecord } from './sign-in-record.ts';
import type { SignIn } from './sign-in.ts';

/** Whoever ends a session shows first that they are its owner, not somebody before a screen that was left open. */
const SHOWN_WITHIN = minutes(5);

/** Where one is signed in, and ending one of it; ending everything is `POST /auth/logout-everywhere`. */
@Controller('api/v1/sessions')
export class MySessionsController {
  readonly #gate: Gate;
  readonly #sessions: Sessions;
  readonly #signIn: SignIn;
  readonly #record: SignInRecord;

  constructor(@Inject(Gate) gate: Gate, @Inject(SESSIONS) sessions: Sessions, @Inject(SIGN_IN) signIn: SignIn, @Inject(SIGN_IN_RECORD) record: SignInRecord) {
    this.#gate = gate;
    this.#sessions = sessions;
    this.#signIn = signIn;
    this.#record = record;
  }

  @Get()
  @Needs('read', 'Session')
  async list(@Req() request: FastifyRequest): Promise<SessionList> {
    readQuery(request, {});
    const caller = callerOf(request);
    await this.#now(caller);
    const found = await this.#sessions.of(caller.actor.subject, cookieOf(request, SESSION_COOKIE));
    return {
      items: found.map(({ ref, bornAt, usedAt, endsAt, isThis }) => ({ ref, beganAt: toIso(bornAt), usedAt: toIso(usedAt), endsAt: toIso(endsAt), isThis })),
    };
  }

  @Post(':ref/end')
  @HttpCode(200)
  @Needs('read', 'Session')
  async end(@Req() request: FastifyRequest, @Param('ref') ref: string): Promise<Done> {
    readQuery(request, {});
    const caller = callerOf(request);
    const now = await this.#now(caller);
    const { authenticatedAt, subject } = caller.actor;
    if (authenticatedAt === undefined || now - authenticatedAt > SHOWN_WITHIN)
      throw failure(401, 'Sign in again first: who ends a session shows who they are.', {
        'www-authenticate': `Bearer error="insufficient_user_authentication", max_age="${String(SHOWN_WITHIN / 1000)}"`,
      });
    const session = await this.#sessions.endOne(subject, ref);
    if (session === undefined) throw notFound();
    // The tokens that it had are refused from now on, and the realm's refresh token is worth nothing.
    if (session.realmSession !== undefined) await this.#sessions.endAll({ kind: 'session', name: session.realmSession });
    await this.#signIn.revoke(session);
    await this.#record.signedOut(request, session);
    return { done: true };
  }

  #now(caller: Caller) {
    return this.#gate.open(caller, aboutNobody, (scope) => Promise.resolve(scope.now));
  }
}
