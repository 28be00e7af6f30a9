import { readFileSync } from 'node:fs';
import * as client from 'openid-client';
import type { SessionSeal } from '@concord/adapters/crypto';
import type { ClientSecret, IdentitySettings } from '../config.ts';
import { openPending, sealPending, type PendingSignIn } from './pending.ts';
import type { Session, Sessions } from './sessions.ts';

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
  /** Every sign-in shows a second factor, and not only what asks for it. */
  readonly always?: boolean;
  readonly sessions: Sessions;
  readonly seal: SessionSeal;
  readonly now: () => number;
}

/** What a browser that signed in holds from now on. */
export interface SignedIn {
  readonly sessionId: string;
  readonly session: Session;
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
   * Where to send the browser, and what it carries until the realm has answered.
   * @param stepUpOf who is signed in already and must show a second factor now
   */
  async begin(returnTo: string, stepUpOf?: string): Promise<{ readonly pending: string; readonly location: string }> {
    const verifier = client.randomPKCECodeVerifier();
    const begun = { state: client.randomState(), nonce: client.randomNonce(), verifier, returnTo, begunAt: this.#parts.now() };
    const location = client.buildAuthorizationUrl(this.#provider, {
      redirect_uri: this.#redirectUri,
      scope: 'openid profile',
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state: begun.state,
      nonce: begun.nonce,
      ...(stepUpOf === undefined ? {} : { prompt: 'login' }),
      ...(stepUpOf === undefined && this.#parts.always !== true ? {} : { acr_values: SECOND_FACTOR }),
    });
    const pending = sealPending(this.#parts.seal, stepUpOf === undefined ? begun : { ...begun, stepUpOf });
    return { pending, location: location.href };
  }

  /** The sign-in that this browser began; undefined when it is too old, or none of ours. */
  pendingOf(cookie: string): PendingSignIn | undefined {
    return openPending(this.#parts.seal, cookie, this.#parts.now());
  }

  /** The session that the answer of the realm begins; undefined when it does not fit what was asked. */
  async complete(pending: PendingSignIn, query: string): Promise<SignedIn | undefined> {
    try {
      const tokens = await client.authorizationCodeGrant(this.#provider, new URL(`${this.#redirectUri}?${query}`), {
        pkceCodeVerifier: pending.verifier,
        expectedState: pending.state,
        expectedNonce: pending.nonce,
        idTokenExpected: true,
      });
      const claims = tokens.claims();
      if (claims === undefined || !isSteppedUp(claims, pending)) return undefined;
      if (this.#parts.always === true && claims['acr'] !== SECOND_FACTOR) return undefined;
      const session = this.#sessionOf(tokens, { subject: claims.sub, realmSession: wordOf(claims['sid']) });
      const sessionId = await this.#parts.sessions.begin(session);
      return { sessionId, session };
    } catch (error) {
      if (isRefusal(error)) return undefined;
      throw error;
    }
  }

  /** The session with a token that still lives. Requests at the same time share one renewal: a refresh token is used once. */
  async refreshed(id: string, session: Session): Promise<Session | undefined> {
    if (session.accessEndsAt - this.#parts.now() > RENEW_BEFORE_MS) return session;
    const running = this.#renewals.get(id) ?? this.#renew(id).finally(() => this.#renewals.delete(id));
    this.#renewals.set(id, running);
    return running;
  }

  /** Another process may have renewed it while this one waited for the row: then there is nothing left to do. */
  #renew(id: string): Promise<Session | undefined> {
    return this.#parts.sessions.renew(id, async (session) => {
      const now = this.#parts.now();
      if (session.accessEndsAt - now > RENEW_BEFORE_MS) return 'keep';
      if (session.refreshToken === undefined) return session.accessEndsAt > now ? 'keep' : 'end';
      try {
        return this.#sessionOf(await client.refreshTokenGrant(this.#provider, session.refreshToken), session);
      } catch (error) {
        // The realm ended the session: so do we. When it only does not answer, the token may still live.
        if (error instanceof client.ResponseBodyError) return 'end';
        if (isRefusal(error)) return 'keep';
        throw error;
      }
    });
  }

  /** Tells the realm that a session is over, so that its refresh token is worth nothing; a realm that does not answer stops nobody. */
  async revoke(session: Session): Promise<void> {
    if (session.refreshToken === undefined) return;
    await client.tokenRevocation(this.#provider, session.refreshToken, { token_type_hint: 'refresh_token' }).catch(() => undefined);
  }

  /** Where the realm ends its own session and sends the browser back. */
  endUrl(session: Session | undefined): string {
    const back = { post_logout_redirect_uri: `${this.#parts.publicUrl}/`, client_id: WEB_CLIENT };
    return client.buildEndSessionUrl(this.#provider, session?.idToken === undefined ? back : { ...back, id_token_hint: session.idToken }).href;
  }

  #sessionOf(tokens: client.TokenEndpointResponse & client.TokenEndpointResponseHelpers, known: Partial<Session> & { readonly subject: string }): Session {
    return {
      ...known,
      accessToken: tokens.access_token,
      accessEndsAt: this.#parts.now() + (tokens.expiresIn() ?? 60) * 1000,
      ...(tokens.refresh_token === undefined ? {} : { refreshToken: tokens.refresh_token }),
      ...(tokens.id_token === undefined ? {} : { idToken: tokens.id_token }),
    };
  }
}

/** A realm that knows no second factor answers all the same; a screen left open must not become somebody else's. */
function isSteppedUp(claims: client.IDToken, { stepUpOf, begunAt }: PendingSignIn): boolean {
  if (stepUpOf === undefined) return true;
  return claims.sub === stepUpOf && claims['acr'] === SECOND_FACTOR && (claims.auth_time ?? 0) * 1000 >= begunAt - CLOCKS_DIFFER_MS;
}

function wordOf(value: unknown): string | undefined {
  return typeof value === 'string' && /^[\w.:@-]{1,200}$/.test(value) ? value : undefined;
}

/** The browser is sent to the public address; this process reaches the realm where it is told to. */
function providerOf({ issuer, realmUrl, webClientSecret }: IdentitySettings): client.Configuration {
  const path = 'protocol/openid-connect';
  const metadata: client.ServerMetadata = {
    issuer,
    authorization_endpoint: `${issuer}/${path}/auth`,
    end_session_endpoint: `${issuer}/${path}/logout`,
    token_endpoint: `${realmUrl}/${path}/token`,
    revocation_endpoint: `${realmUrl}/${path}/revoke`,
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

function showing(secret: Exclude<ClientSecret, undefined>): client.ClientAuth {
  return (server, metadata, body, headers) => {
    const value = 'value' in secret ? secret.value : readFileSync(secret.file, 'utf8').trim();
    client.ClientSecretBasic(value)(server, metadata, body, headers);
  };
}

function isRefusal(error: unknown): boolean {
  return (
    error instanceof client.ResponseBodyError ||
    error instanceof client.AuthorizationResponseError ||
    error instanceof client.ClientError ||
    error instanceof TypeError
  );
}
