import { randomUUID } from 'node:crypto';
import { importJWK, SignJWT, type JWK } from 'jose';

/** What a service account shows the realm instead of a secret (RFC 7523): a statement signed with its own key, used once. */
export async function assertion(key: JWK, issuer: string, more: { readonly id?: string; readonly client?: string } = {}): Promise<string> {
  const client = more.client ?? 'concord-integrator';
  return new SignJWT({ jti: more.id ?? randomUUID() })
    .setProtectedHeader({ alg: 'ES256', kid: key.kid ?? '' })
    .setIssuer(client)
    .setSubject(client)
    .setAudience(issuer)
    .setIssuedAt()
    .setExpirationTime('1m')
    .sign(await importJWK(key, 'ES256'));
}

export async function serviceToken(issuer: string, statement: string) {
  const answer = await fetch(`${issuer}/protocol/openid-connect/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: 'concord-integrator',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: statement,
    }),
  });
  return { status: answer.status, body: (await answer.json()) as Readonly<Record<string, unknown>> };
}
