import { Controller, Get, Inject, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { failure } from '../edge/failure.ts';
import { OpenToAll } from '../edge/permission.ts';
import { SESSIONS, SIGN_IN, SIGN_IN_RECORD } from '../edge/tokens.ts';
import { clearCookie, cookieOf, SESSION_COOKIE, setCookie, SIGN_IN_COOKIE } from './cookies.ts';
import type { Sessions } from './sessions.ts';
import type { SignIn } from './sign-in.ts';
import type { SignInRecord } from './sign-in-record.ts';

/** Signing in and out in a browser. No answer here carries patient data. */
@Controller('auth')
export class AuthController {
  readonly #signIn: SignIn;
  readonly #sessions: Sessions;
  readonly #record: SignInRecord;

  constructor(@Inject(SIGN_IN) signIn: SignIn, @Inject(SESSIONS) sessions: Sessions, @Inject(SIGN_IN_RECORD) record: SignInRecord) {
    this.#signIn = signIn;
    this.#sessions = sessions;
    this.#record = record;
  }

  @Get('login')
  @OpenToAll('Whoever signs in has no session yet.')
  async login(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { pendingId, location } = await this.#signIn.begin(returnToOf(request));
    setCookie(reply, SIGN_IN_COOKIE, pendingId);
    await reply.redirect(location, 302);
  }

  /** A second factor, now, for who is signed in; afterwards `acr` and `auth_time` of their token say so. */
  @Get('step-up')
  @OpenToAll('Only leads to the realm; without a session it is an ordinary sign-in.')
  async stepUp(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { pendingId, location } = await this.#signIn.begin(returnToOf(request), request.actor?.subject);
    setCookie(reply, SIGN_IN_COOKIE, pendingId);
    await reply.redirect(location, 302);
  }

  @Get('callback')
  @OpenToAll('The answer of the identity provider; state, nonce and PKCE bind it to the browser that asked.')
  async callback(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const pendingId = cookieOf(request, SIGN_IN_COOKIE);
    const pending = pendingId === undefined ? undefined : this.#sessions.pending.take(pendingId);
    clearCookie(reply, SIGN_IN_COOKIE);
    if (pending === undefined) {
      await reply.redirect('/auth/login', 302);
      return;
    }
    const sessionId = await this.#signIn.complete(pending, request.url.split('?')[1] ?? '');
    if (sessionId === undefined) {
      await this.#record.failed(request);
      throw failure(400, 'The sign-in could not be completed. Please begin again.');
    }
    await this.#record.signedIn(request, sessionId, this.#sessions.live.use(sessionId));
    const before = cookieOf(request, SESSION_COOKIE);
    if (before !== undefined) this.#sessions.live.take(before);
    setCookie(reply, SESSION_COOKIE, sessionId);
    await reply.redirect(pending.returnTo, 302);
  }

  @Post('logout')
  @OpenToAll('Signing out works with an ended session too; only a page of this origin can ask for it.')
  async logout(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const id = cookieOf(request, SESSION_COOKIE);
    const session = id === undefined ? undefined : this.#sessions.live.take(id);
    clearCookie(reply, SESSION_COOKIE);
    if (id !== undefined && session !== undefined) await this.#record.signedOut(request, id, session);
    await reply.header('clear-site-data', '"cache", "storage"').redirect(this.#signIn.endUrl(session), 303);
  }
}

/** Only a path of this origin: `//host`, a backslash or a scheme would lead away. */
export function returnToOf(request: FastifyRequest): string {
  const returnTo = new URL(request.url, 'http://edge').searchParams.get('returnTo');
  return returnTo !== null && /^\/(?![/\\])[^\\\s]*$/.test(returnTo) && !/^\/auth(\/|$)/.test(returnTo) ? returnTo : '/';
}
