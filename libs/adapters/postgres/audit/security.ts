import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import type { Actor, Keyring, SecurityEvent } from '@concord/core/ports';
import { KINDS } from '@concord/governance/audit';
import { inTransactionOf } from '../in-transaction.ts';
import { at, timeOrderedId } from '../rows.ts';
import { POLICY_VERSION, type StoredEvent } from './event.ts';
import { hashedSession } from './record.ts';
import { writeEvents } from './write.ts';

/** Who asked without credentials that were believed. */
const NOBODY: Actor = { issuer: 'concord', subject: 'nobody', login: 'nobody', displayName: 'Nobody', roles: [], clientId: 'unknown', tokenId: '' };

/** Keeps what the edge decided by itself, in the name of whom it concerns; committed when it resolves. */
export async function recordSecurity(pool: Pool, keyring: Keyring, event: SecurityEvent): Promise<void> {
  const actor = event.actor ?? NOBODY;
  await inTransactionOf(pool, async (client) => {
    const { rows } = await client.query<{ now: Date }>({
      name: 'security-context',
      text: "SELECT set_config('app.issuer', $1, true), set_config('app.subject', $2, true), clock_timestamp() AS now",
      values: [actor.issuer, actor.subject],
    });
    await writeEvents(client, [stored(event, actor, { now: rows[0]?.now ?? new Date(0), sessionHash: hashedSession(keyring, actor) })]);
  });
}

interface Moment {
  readonly now: Date;
  readonly sessionHash: string | undefined;
}

function stored(event: SecurityEvent, actor: Actor, { now, sessionHash }: Moment): StoredEvent {
  const { kind, outcome, outcomeText, requestId, network, entry, detail } = event;
  return {
    eventId: timeOrderedId(at(now)),
    unitId: randomUUID(),
    unitPart: 'open',
    unitKind: 'request',
    recordedAt: at(now),
    kind,
    ...KINDS[kind],
    outcome,
    ...(outcomeText === undefined ? {} : { outcomeText }),
    actor: { issuer: actor.issuer, subject: actor.subject, login: actor.login, name: actor.displayName, roles: actor.roles },
    clientId: actor.clientId,
    tokenId: actor.tokenId,
    ...(sessionHash === undefined ? {} : { sessionHash }),
    purpose: 'HOPERAT',
    legalBasis: kind === 'refusal' ? 'refused-at-the-edge' : 'sign-in',
    policyVersion: POLICY_VERSION,
    resource: 'Session',
    objects: [],
    requestId,
    entry,
    ...(network === undefined ? {} : { ip: network.ip }),
    ...(network?.userAgent === undefined ? {} : { userAgent: network.userAgent }),
    ...(detail === undefined ? {} : { detail }),
  };
}
