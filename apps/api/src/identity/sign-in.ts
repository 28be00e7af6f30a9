import { readFileSync } from 'node:fs';
import * as client from 'openid-client';
import type { ClientSecret, IdentitySettings } from '../config.ts';
import type { PendingSignIn, Session, Sessions, StepUp } from './sessions.ts';

export const WEB_CLIENT = 'concord-web';
/** A token that ends within this time is renewed first. */
const RENEW_BEFORE_MS = 30_000;
/** The level of assurance that the realm calls so: a password and a code. */
const SECOND_FACTOR = 'mfa';
/** The realm gives whole seconds of a clock of its own. */
const CLOCKS_DIFFER_MS = 10_000;

interface Parts {
  readonly identity: IdentitySettings;
  readonly publicUrl: string;
  readonly sessions: Sessions;
  readonly now: () => number;
}

/** Authorization code flow with PKCE, state and nonce; the tokens stay here. */
export class SignIn {
  readonly #parts: Parts;
  readonly #provider: client.Configuration;
  readonly #renewals = new Map<string, Promise<Session | undefined>>();

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#provider = providerOf(parts.identity);
  }

  get #redirectUri(): string {
    return `${this.#parts.publicUrl}/auth/callback`;
  }

  /**
   * Where to send the browser, and the id under which its sign-in waits.
   * @param subject who is signed in already and must show a second factor now
   */
  async begin(returnTo: string, subject?: string): Promise<{ readonly pendingId: string; readonly location: string }> {
    const verifier = client.randomPKCECodeVerifier();
    const stepUp = subject === undefined ? {} : { stepUp: { subject, askedAt: this.#parts.now() } };
    const pending: PendingSignIn = { state: client.randomState(), nonce: client.randomNonce(), verifier, returnTo, ...stepUp };
    const location = client.buildAuthorizationUrl(this.#provider, {
      redirect_uri: this.#redirectUri,
      scope: 'openid profile',
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state: pending.state,
      nonce: pending.nonce,
      ...(subject === undefined ? {} : { prompt: 'login', acr_values: SECOND_FACTOR }),
    });
    return { pendingId: this.#parts.sessions.pending.put(pending), location: location.href };
  }

  /** The session that the answer of the realm begins; undefined when it does not fit what was asked. */
  async complete(pending: PendingSignIn, query: string): Promise<string | undefined> {
    try {
      const tokens = await client.authorizationCodeGrant(this.#provider, new URL(`${this.#redirectUri}?${query}`), {
        pkceCodeVerifier: pending.verifier,
        expectedState: pending.state,
        expectedNonce: pending.nonce,
        idTokenExpected: true,
      });
      if (pending.stepUp !== undefined && !isSteppedUp(tokens.claims(), pending.stepUp)) return undefined;
      return this.#parts.sessions.live.put(this.#sessionOf(tokens, undefined));
    } catch (error) {
      if (isRefusal(error)) return undefined;
      throw error;
    }
  }

  /** The session with a token that still lives. Requests at the same time share one renewal: a refresh token is used once. */
  async refreshed(id: string, session: Session): Promise<Session | undefined> {
    if (session.accessEndsAt - this.#parts.now() > RENEW_BEFORE_MS) return session;
    const running = this.#renewals.get(id) ?? this.#renew(id, session).finally(() => this.#renewals.delete(id));
    this.#renewals.set(id, running);
    return running;
  }

  async #renew(id: string, session: Session): Promise<Session | undefined> {
    const { sessions } = this.#parts;
    if (session.refreshToken === undefined) return session.accessEndsAt > this.#parts.now() ? session : sessions.live.take(id) && undefined;
    try {
      const next = this.#sessionOf(await client.refreshTokenGrant(this.#provider, session.refreshToken), session);
      sessions.live.replace(id, next);
      return next;
    } catch (error) {
      // The realm ended the session: so do we. When it only does not answer, the token may still live.
      if (error instanceof client.ResponseBodyError) return sessions.live.take(id) && undefined;
      if (isRefusal(error)) return session;
      throw error;
    }
  }

  /** Where the realm ends its own session and sends the browser back. */
  endUrl(session: Session | undefined): string {
    const back = { post_logout_redirect_uri: `${this.#parts.publicUrl}/`, client_id: WEB_CLIENT };
    return client.buildEndSessionUrl(this.#provider, session?.idToken === undefined ? back : { ...back, id_token_hint: session.idToken }).href;
  }

  #sessionOf(tokens: client.TokenEndpointResponse & client.TokenEndpointResponseHelpers, before: Session | undefined): Session {
    return {
      accessToken: tokens.access_token,
      refreshToken: tokens.refresh_token ?? before?.refreshToken,
      idToken: tokens.id_token ?? before?.idToken,
      accessEndsAt: this.#parts.now() + (tokens.expiresIn() ?? 60) * 1000,
    };
  }
}

/** A realm that knows no second factor answers all the same; a stolen screen must not become somebody else's. */
function isSteppedUp(claims: client.IDToken | undefined, { subject, askedAt }: StepUp): boolean {
  const at = claims?.auth_time ?? 0;
  return claims?.sub === subject && claims['acr'] === SECOND_FACTOR && at * 1000 >= askedAt - CLOCKS_DIFFER_MS;
}

function showing(secret: Exclude<ClientSecret, undefined>): client.ClientAuth {
  return (server, metadata, body, headers) => {
    const value = 'value' in secret ? secret.value : readFileSync(secret.file, 'utf8').trim();
    client.ClientSecretBasic(value)(server, metadata, body, headers);
  };
}

/** The browser is sent to the public address; this process reaches the realm where it is told to. */
function providerOf({ issuer, realmUrl, webClientSecret }: IdentitySettings): client.Configuration {
  const path = 'protocol/openid-connect';
  const metadata: client.ServerMetadata = {
    issuer,
    authorization_endpoint: `${issuer}/${path}/auth`,
    end_session_endpoint: `${issuer}/${path}/logout`,
    token_endpoint: `${realmUrl}/${path}/token`,
    jwks_uri: `${realmUrl}/${path}/certs`,
    code_challenge_methods_supported: ['S256'],
  };
  const authentication = webClientSecret === undefined ? client.None() : showing(webClientSecret);
  const provider = new client.Configuration(metadata, WEB_CLIENT, {}, authentication);
  // Loopback only: `readConfig` lets no other plain-http realm through in production.
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- the mark only makes it stand out
  if (realmUrl.startsWith('http://')) client.allowInsecureRequests(provider);
  provider.timeout = 5;
  return provider;
}

function isRefusal(error: unknown): boolean {
  return (
    error instanceof client.ResponseBodyError ||
    error instanceof client.AuthorizationResponseError ||
    error instanceof client.ClientError ||
    error instanceof TypeError
  );
}
