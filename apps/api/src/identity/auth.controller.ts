import { Controller, Get, HttpCode, Inject, Post, Req, Res, Body } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { VerifyLogout } from '@concord/adapters/keycloak';
import { bytesOf, requireMediaType, type RawBody } from '../edge/body.ts';
import { failure, forbidden } from '../edge/failure.ts';
import { OpenToAll } from '../edge/permission.ts';
import { SESSIONS, SIGN_IN, SIGN_IN_RECORD, VERIFY_LOGOUT } from '../edge/tokens.ts';
import { clearCookie, cookieOf, PROOF_COOKIE, PROOF_HEADER, SEALED, SESSION_COOKIE, setCookie, SIGN_IN_COOKIE } from './cookies.ts';
import type { Session, Sessions } from './sessions.ts';
import type { SignedIn, SignIn } from './sign-in.ts';
import type { SignInRecord } from './sign-in-record.ts';

/** Signing in and out in a browser. No answer here carries patient data. */
@Controller('auth')
export class AuthController {
  readonly #signIn: SignIn;
  readonly #sessions: Sessions;
  readonly #verifyLogout: VerifyLogout;
  readonly #record: SignInRecord;

  constructor(
    @Inject(SIGN_IN) signIn: SignIn,
    @Inject(SESSIONS) sessions: Sessions,
    @Inject(VERIFY_LOGOUT) verifyLogout: VerifyLogout,
    @Inject(SIGN_IN_RECORD) record: SignInRecord,
  ) {
    this.#signIn = signIn;
    this.#sessions = sessions;
    this.#verifyLogout = verifyLogout;
    this.#record = record;
  }

  @Get('login')
  @OpenToAll('Whoever signs in has no session yet.')
  async login(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.#lead(reply, await this.#signIn.begin(returnToOf(request)));
  }

  /** A second factor, now, for who is signed in; afterwards `acr` and `auth_time` of their token say so. */
  @Get('step-up')
  @OpenToAll('Only leads to the realm; without a session it is an ordinary sign-in.')
  async stepUp(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.#lead(reply, await this.#signIn.begin(returnToOf(request), request.actor?.subject));
  }

  @Get('callback')
  @OpenToAll('The answer of the identity provider; state, nonce and PKCE bind it to the browser that asked.')
  async callback(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const cookie = cookieOf(request, SIGN_IN_COOKIE, SEALED);
    const pending = cookie === undefined ? undefined : this.#signIn.pendingOf(cookie);
    clearCookie(reply, SIGN_IN_COOKIE);
    if (pending === undefined) {
      await reply.redirect('/auth/login', 302);
      return;
    }
    const done = await this.#signIn.complete(pending, request.url.split('?')[1] ?? '');
    if (done === undefined) {
      await this.#record.failed(request);
      throw failure(400, 'The sign-in could not be completed. Please begin again.');
    }
    await this.#begin(request, reply, done);
    await reply.redirect(pending.returnTo, 302);
  }

  @Post('logout')
  @OpenToAll('Signing out works with an ended session too; only a page of this session can ask for it.')
  async logout(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Body() body: RawBody): Promise<void> {
    const id = this.#asked(request, body);
    const session = id === undefined ? undefined : await this.#sessions.end(id);
    if (session !== undefined) await this.#refuseTokensOf(session);
    await this.#leave(request, reply, session);
  }

  @Post('logout-everywhere')
  @OpenToAll('As signing out, on every device of the person who asks.')
  async logoutEverywhere(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Body() body: RawBody): Promise<void> {
    const id = this.#asked(request, body);
    const session = id === undefined ? undefined : await this.#sessions.end(id);
    if (session !== undefined) {
      const others = await this.#sessions.endAll({ kind: 'person', name: session.subject });
      await Promise.all(others.map((one) => this.#signIn.revoke(one)));
    }
    await this.#leave(request, reply, session);
  }

  /** OpenID Connect Back-Channel Logout 1.0: what an administrator or another application ends, ends here at once. */
  @Post('backchannel-logout')
  @HttpCode(200)
  @OpenToAll('The identity provider proves itself by its signature.')
  async backchannel(@Req() request: FastifyRequest, @Body() body: RawBody): Promise<string> {
    requireMediaType(request, ['application/x-www-form-urlencoded']);
    const tokens = new URLSearchParams(bytesOf(body).toString('utf8')).getAll('logout_token');
    const answer = tokens.length === 1 ? await this.#verifyLogout(tokens[0] ?? '') : undefined;
    if (answer?.ok !== true) {
      if (answer?.error.kind === 'unavailable') throw failure(503, 'The identity provider does not answer.', { 'retry-after': '2' });
      throw failure(400, 'Not a logout token of this realm.');
    }
    const ended = await this.#sessions.endAll(answer.value);
    for (const session of ended) await this.#record.signedOut(request, session);
    return '';
  }

  async #lead(reply: FastifyReply, { pending, location }: { readonly pending: string; readonly location: string }): Promise<void> {
    setCookie(reply, SIGN_IN_COOKIE, pending);
    await reply.redirect(location, 302);
  }

  /** A new id at every sign-in, and the one before it ends: an id that somebody planted is worth nothing. */
  async #begin(request: FastifyRequest, reply: FastifyReply, { sessionId, session }: SignedIn): Promise<void> {
    await this.#record.signedIn(request, session);
    const before = cookieOf(request, SESSION_COOKIE);
    if (before !== undefined) await this.#sessions.end(before);
    setCookie(reply, SESSION_COOKIE, sessionId);
    setCookie(reply, PROOF_COOKIE, this.#sessions.proofFor(sessionId));
  }

  /** The session that is to end, once the page has shown that it belongs to it. @throws Failure 403 */
  #asked(request: FastifyRequest, body: RawBody): string | undefined {
    const id = cookieOf(request, SESSION_COOKIE);
    if (id === undefined || request.actor === undefined) return id;
    const header = request.headers[PROOF_HEADER];
    const given = typeof header === 'string' ? header : new URLSearchParams(bytesOf(body).toString('utf8')).get('csrf');
    if (!this.#sessions.isProof(id, given ?? '')) throw forbidden();
    return id;
  }

  async #refuseTokensOf({ realmSession }: Session): Promise<void> {
    if (realmSession !== undefined) await this.#sessions.endAll({ kind: 'session', name: realmSession });
  }

  async #leave(request: FastifyRequest, reply: FastifyReply, session: Session | undefined): Promise<void> {
    clearCookie(reply, SESSION_COOKIE);
    clearCookie(reply, PROOF_COOKIE);
    if (session !== undefined) await this.#record.signedOut(request, session);
    await reply.header('clear-site-data', '"cache", "storage"').redirect(this.#signIn.endUrl(session), 303);
  }
}

/** Only a path of this origin: `//host`, a backslash or a scheme would lead away. */
export function returnToOf(request: FastifyRequest): string {
  const returnTo = new URL(request.url, 'http://edge').searchParams.get('returnTo');
  return returnTo !== null && /^\/(?![/\\])[^\\\s]{0,999}$/.test(returnTo) && !/^\/auth(\/|$)/.test(returnTo) ? returnTo : '/';
}
