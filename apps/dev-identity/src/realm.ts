import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

const clientSchema = z.object({
  clientId: z.string(),
  publicClient: z.boolean(),
  bearerOnly: z.boolean().default(false),
  clientAuthenticatorType: z.enum(['client-secret', 'client-jwt']).optional(),
  standardFlowEnabled: z.boolean().default(false),
  serviceAccountsEnabled: z.boolean().default(false),
  redirectUris: z.array(z.string()).default([]),
  attributes: z.record(z.string(), z.string()).default({}),
});

const realmSchema = z.object({
  accessTokenLifespan: z.number().int().positive(),
  accessCodeLifespan: z.number().int().positive(),
  ssoSessionIdleTimeout: z.number().int().positive(),
  ssoSessionMaxLifespan: z.number().int().positive(),
  attributes: z.record(z.string(), z.string()),
  roles: z.object({ client: z.record(z.string(), z.array(z.object({ name: z.string(), description: z.string() }))) }),
  clients: z.array(clientSchema),
  users: z.array(z.object({ serviceAccountClientId: z.string(), clientRoles: z.record(z.string(), z.array(z.string())) })),
});

const credentialSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('password'), value: z.string() }),
  z.object({ type: z.literal('otp'), secretData: z.string() }),
]);

const peopleSchema = z.object({
  users: z.array(
    z.object({
      id: z.string(),
      username: z.string(),
      firstName: z.string(),
      lastName: z.string(),
      credentials: z.array(credentialSchema),
      clientRoles: z.record(z.string(), z.array(z.string())),
    }),
  ),
});

export interface User {
  readonly id: string;
  readonly login: string;
  readonly name: string;
  readonly password: string;
  /** What the person's device and the realm both know: the secret of their one-time codes. */
  readonly codeSecret: string;
  /** Roles of the client `concord-api`. */
  readonly roles: readonly string[];
  /** What the first role is for, in words. */
  readonly purpose: string;
}

/** A client of the export, its placeholders filled in. */
export type RealmClient = z.infer<typeof clientSchema> & {
  /** Roles of its service account. */
  readonly roles: readonly string[];
};

export interface Realm {
  readonly users: readonly User[];
  readonly clients: readonly RealmClient[];
  /** Names of the levels of assurance, the lowest first: `password`, `mfa`. */
  readonly levels: readonly string[];
  /** Seconds. */
  readonly tokenLife: number;
  readonly codeLife: number;
  readonly sessionIdle: number;
  readonly sessionLongest: number;
}

/** The resource server of every token, and the client that owns the roles. */
export const API = 'concord-api';
/** The resource indicator behind which the audience `concord-api` stands. */
export const RESOURCE = 'urn:concord:api';
/** Asked for as `acr_values`: a second factor, now. */
export const SECOND_FACTOR = 'mfa';

/**
 * Reads the export that a real Keycloak imports too: one description of clients, roles and lifetimes, and the demo's people
 * beside it. `${NAME}` in it stands for a value of the place, as Keycloak reads it from its environment.
 */
export function readRealm(folder: string, values: Readonly<Record<string, string>>): Realm {
  const realm = realmSchema.parse(JSON.parse(filled(readFileSync(join(folder, 'concord-realm.json'), 'utf8'), values)));
  const people = peopleSchema.parse(JSON.parse(readFileSync(join(folder, 'concord-users-0.json'), 'utf8')));
  const described = new Map((realm.roles.client[API] ?? []).map((role) => [role.name, role.description]));
  const serviceRoles = new Map(realm.users.map((user) => [user.serviceAccountClientId, user.clientRoles[API] ?? []]));
  return {
    tokenLife: realm.accessTokenLifespan,
    codeLife: realm.accessCodeLifespan,
    sessionIdle: realm.ssoSessionIdleTimeout,
    sessionLongest: realm.ssoSessionMaxLifespan,
    levels: levelsOf(realm.attributes['acr.loa.map'] ?? '{}'),
    clients: realm.clients.map((client) => ({ ...client, roles: serviceRoles.get(client.clientId) ?? [] })),
    users: people.users.map((user) => {
      const roles = user.clientRoles[API] ?? [];
      const name = `${user.firstName} ${user.lastName}`;
      return { id: user.id, login: user.username, name, ...credentialsOf(user.credentials), roles, purpose: described.get(roles[0] ?? '') ?? '' };
    }),
  };
}

function credentialsOf(credentials: readonly z.infer<typeof credentialSchema>[]): Pick<User, 'password' | 'codeSecret'> {
  const held = { password: '', codeSecret: '' };
  for (const one of credentials) {
    if (one.type === 'password') held.password = one.value;
    else held.codeSecret = z.object({ value: z.string() }).parse(JSON.parse(one.secretData)).value;
  }
  return held;
}

function filled(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\$\{([A-Z_]+)\}/g, (whole, name: string) => values[name] ?? whole);
}

function levelsOf(map: string): readonly string[] {
  const levels = z.record(z.string(), z.number()).parse(JSON.parse(map));
  return Object.keys(levels).sort((a, b) => (levels[a] ?? 0) - (levels[b] ?? 0));
}

/** The export lies beside the sources; this file runs from `src` and from `dist`. */
export function realmFolder(): string {
  const below = join('infra', 'keycloak');
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    if (existsSync(join(folder, below, 'concord-realm.json'))) return join(folder, below);
    if (folder === dirname(folder)) throw new Error(`${below} is missing`);
  }
}
