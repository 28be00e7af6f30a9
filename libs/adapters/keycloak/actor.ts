import type { JWTPayload } from 'jose';
import { instant } from '@concord/core/kernel';
import { ASSURANCES, ROLES, type Actor, type Role } from '@concord/core/ports';
import type { TokenSettings } from './settings.ts';

type Claims = Readonly<Record<string, unknown>>;

/** @returns undefined when a claim that must be there is missing or has another form than Keycloak gives it. */
export function actorOf(payload: JWTPayload, settings: TokenSettings): Actor | undefined {
  const { sub: subject, azp: clientId, preferred_username: login, jti: tokenId, sid } = payload;
  const roles = rolesOf(payload, settings.audience);
  if (!isWord(subject) || !isWord(clientId) || !isWord(login) || !isWord(tokenId) || roles === undefined) return undefined;
  return {
    issuer: settings.realm,
    subject,
    login,
    displayName: displayNameOf(payload['name']) ?? login,
    roles,
    clientId,
    tokenId,
    ...(isWord(sid) ? { sessionId: sid } : {}),
    ...proofOf(payload),
    ...sourceOf(roles, login, clientId, settings),
  };
}

/** Only together: a level without its time could be years old. Another word than the realm's two is no level. */
function proofOf({ acr, auth_time: at }: JWTPayload): Pick<Actor, 'authenticatedAt' | 'assurance'> {
  const assurance = ASSURANCES.find((one) => one === acr);
  if (typeof at !== 'number' || !Number.isSafeInteger(at) || at <= 0 || assurance === undefined) return {};
  return { authenticatedAt: instant(at * 1000), assurance };
}

function displayNameOf(name: unknown): string | undefined {
  return typeof name === 'string' && name !== '' && name.length <= 200 ? name : undefined;
}

function sourceOf(roles: readonly Role[], login: string, clientId: string, { sources }: TokenSettings): Pick<Actor, 'sourceId'> {
  const sourceId = roles.includes('integrator') ? (sources.get(login) ?? sources.get(clientId)) : undefined;
  return sourceId === undefined ? {} : { sourceId };
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
