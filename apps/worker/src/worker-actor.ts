import type { Actor } from '@concord/core/ports';

/** The worker as an actor: no role of the realm, its own database role, one audit unit for each job and patient. */
export const WORKER: Actor = {
  issuer: 'concord',
  subject: 'worker',
  login: 'worker',
  displayName: 'Concord worker',
  roles: [],
  clientId: 'worker',
  tokenId: 'worker',
};
