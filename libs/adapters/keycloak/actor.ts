import type { JWTPayload } from 'jose';
import { instant } from '@concord/core/kernel';
import { ASSURANCES, type Actor, type Role } from '@concord/core/ports';
import type { TokenSettings } from './settings.ts';

type Claims = Readonly<Record<string, unknown>>;

/** @returns undefined when a claim that must be there is missing or has another form than Keycloak gives it. */
export function actorOf(payload: JWTPayload, settings: TokenSettings, rolesInToken: () => readonly Role[]): Actor | undefined {
  const { sub: subject, azp: clientId, preferred_username: login, jti: tokenId, sid } = payload;
  if (!isWord(subject) || !isWord(clientId) || !isWord(login) || !isWord(tokenId) || !hasRolesAsKeycloakWritesThem(payload, settings.audience))
    return undefined;
  const roles = rolesInToken();
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
 * Client roles of our own resource server, as a list of strings; another client of the realm cannot hand them out. Asked
 * before keycloak-connect is, which would find `nurse` in the word `nurses` and throw at another shape.
 */
function hasRolesAsKeycloakWritesThem(payload: JWTPayload, audience: string): boolean {
  const access = payload['resource_access'];
  if (access === undefined) return true;
  if (!isRecord(access)) return false;
  if (!Object.hasOwn(access, audience)) return true;
  const ours = access[audience];
  if (!isRecord(ours)) return false;
  const names: unknown = ours['roles'];
  return Array.isArray(names) && names.every((one) => typeof one === 'string');
}

function isRecord(value: unknown): value is Claims {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A claim that stands in records: short, printable, without control characters. */
function isWord(value: unknown): value is string {
  return typeof value === 'string' && /^[\w.:@/+=-]{1,200}$/.test(value);
}
