import type { JWTPayload } from 'jose';
import { ROLES, type Actor, type Role } from '@concord/core/ports';
import type { TokenSettings } from './verify.ts';

type Claims = Readonly<Record<string, unknown>>;

/** @returns undefined when a claim that must be there is missing or has another form than Keycloak gives it. */
export function actorOf(payload: JWTPayload, settings: TokenSettings): Actor | undefined {
  const { sub, azp, preferred_username: login, name, jti, sid } = payload;
  const roles = rolesOf(payload, settings.audience);
  if (!isWord(sub) || !isWord(azp) || !isWord(login) || !isWord(jti) || roles === undefined) return undefined;
  const sourceId = roles.includes('integrator') ? (settings.sources.get(login) ?? settings.sources.get(azp)) : undefined;
  return {
    issuer: settings.realm,
    subject: sub,
    login,
    displayName: typeof name === 'string' && name !== '' && name.length <= 200 ? name : login,
    roles,
    clientId: azp,
    tokenId: jti,
    ...(isWord(sid) ? { sessionId: sid } : {}),
    ...(sourceId === undefined ? {} : { sourceId }),
  };
}

/**
 * The client roles of our own resource server; another client of the realm cannot hand them out. Names outside our
 * vocabulary give nothing; another shape than a list of strings is no token of the realm.
 */
function rolesOf(payload: JWTPayload, audience: string): readonly Role[] | undefined {
  const access = payload['resource_access'];
  if (access === undefined) return [];
  if (!isRecord(access)) return undefined;
  const ours = Object.hasOwn(access, audience) ? access[audience] : { roles: [] };
  if (!isRecord(ours)) return undefined;
  const names: unknown = ours['roles'];
  if (!Array.isArray(names) || !names.every((one): one is string => typeof one === 'string')) return undefined;
  return ROLES.filter((role) => names.includes(role));
}

function isRecord(value: unknown): value is Claims {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A claim that stands in records: short, printable, without control characters. */
function isWord(value: unknown): value is string {
  return typeof value === 'string' && /^[\w.:@/+=-]{1,200}$/.test(value);
}
