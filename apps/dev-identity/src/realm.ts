import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

const realmSchema = z.object({
  accessTokenLifespan: z.number().int().positive(),
  ssoSessionIdleTimeout: z.number().int().positive(),
  ssoSessionMaxLifespan: z.number().int().positive(),
  roles: z.object({ client: z.record(z.string(), z.array(z.object({ name: z.string(), description: z.string() }))) }),
  users: z.array(
    z.object({
      id: z.string(),
      username: z.string(),
      firstName: z.string(),
      lastName: z.string(),
      credentials: z.array(z.object({ type: z.literal('password'), value: z.string() })).length(1),
      clientRoles: z.record(z.string(), z.array(z.string())),
    }),
  ),
});

export interface User {
  readonly id: string;
  readonly login: string;
  readonly name: string;
  readonly password: string;
  /** Roles of the client `concord-api`. */
  readonly roles: readonly string[];
  /** What the first role is for, in words. */
  readonly purpose: string;
}

export interface Realm {
  readonly users: readonly User[];
  /** Seconds. */
  readonly tokenLife: number;
  readonly sessionIdle: number;
  readonly sessionLongest: number;
}

/** The resource server of every token, and the client that owns the roles. */
export const API = 'concord-api';
/** The resource indicator behind which the audience `concord-api` stands. */
export const RESOURCE = 'urn:concord:api';

/** Reads the realm export that a real Keycloak imports too: one list of users and roles. */
export function readRealm(path: string): Realm {
  const realm = realmSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  const described = new Map((realm.roles.client[API] ?? []).map((role) => [role.name, role.description]));
  return {
    tokenLife: realm.accessTokenLifespan,
    sessionIdle: realm.ssoSessionIdleTimeout,
    sessionLongest: realm.ssoSessionMaxLifespan,
    users: realm.users.map((user) => {
      const roles = user.clientRoles[API] ?? [];
      return {
        id: user.id,
        login: user.username,
        name: `${user.firstName} ${user.lastName}`,
        password: user.credentials[0]?.value ?? '',
        roles,
        purpose: described.get(roles[0] ?? '') ?? '',
      };
    }),
  };
}

/** The export lies beside the sources; this file runs from `src` and from `dist`. */
export function realmFile(): string {
  const below = join('infra', 'keycloak', 'concord-realm.json');
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    if (existsSync(join(folder, below))) return join(folder, below);
    if (folder === dirname(folder)) throw new Error(`${below} is missing`);
  }
}
