import type { PatientId } from '@concord/core/clinical';
import { WORKER, type AccessRequest, type WithAccess } from '@concord/core/ports';

const REQUEST = { actor: WORKER, purpose: 'HOPERAT', action: 'execute', resource: 'Erasure', unit: 'job', entry: 'job erase' } as const;

export interface ErasePatientParts {
  readonly withAccess: WithAccess;
  /** Name of a patient's keys in the key store. */
  readonly nameOf: (patientId: PatientId) => string;
  readonly destroyKeys: (name: string) => Promise<void>;
  readonly removeFile: (name: string) => Promise<void>;
  readonly ledger: {
    append(entry: { readonly keys: string; readonly request: string; readonly at: Date }): Promise<{ readonly n: number; readonly sha256: string }>;
  };
  /** Rewrites the pages in which deleted rows still stand. */
  readonly rewrite: () => Promise<void>;
}

/**
 * Erases the job's patient. Each step can be repeated, and the order lets no crash bring anybody back: first the ledger
 * outside the database, then the rows, then the keys that everything sealed hung on, then the files; last the request forgets
 * whom it was about. What was sealed and lies in a backup cannot be opened any more; its rows go when it is restored.
 */
export async function erasePatient(patientId: PatientId, requestId: string, parts: ErasePatientParts): Promise<'erased' | 'nothing'> {
  const ask = { ...REQUEST, requestId, subject: { kind: 'patient', patientId } } satisfies AccessRequest;
  const found = await parts.withAccess(ask, async (scope) => ({ request: await scope.erasures.pending(patientId), now: scope.now }));
  if (!found.ok || found.value.request === undefined) return 'nothing';
  const { request, now } = found.value;
  const line = await parts.ledger.append({ keys: parts.nameOf(patientId), request, at: new Date(now) });
  const done = await parts.withAccess(ask, async (scope) => {
    scope.audit.note({ objects: [`ErasureRequest/${request}`], detail: { ledger: { line: line.n, sha256: line.sha256 } } });
    return scope.erasures.execute(patientId);
  });
  if (!done.ok) return 'nothing';
  await parts.destroyKeys(parts.nameOf(patientId));
  for (const name of done.value) await parts.removeFile(name);
  await parts.withAccess(ask, (scope) => scope.erasures.finish());
  await parts.rewrite();
  return 'erased';
}
