import { randomBytes } from 'node:crypto';
import type { DataKeys } from '@concord/core/ports';
import { KEY } from './envelope.ts';
import type { SiteKeyring } from './keyring.ts';

/**
 * Steps by which a patient's data key is replaced; each can be repeated. The caller holds whatever keeps erasures and other
 * changes of the same patient's keys away meanwhile.
 */
export interface KeyVersions {
  /** Makes the next version, which opens but does not seal yet. @returns it; undefined when the patient's keys were destroyed. */
  prepare(patientId: string): Promise<number | undefined>;
  /** From here on the highest version seals. */
  promote(patientId: string): Promise<DataKeys | undefined>;
  /** Destroys every version but the one that seals. */
  retire(patientId: string): Promise<void>;
}

export function keyVersions(keyring: SiteKeyring): KeyVersions {
  const rewrite = (patientId: string, keys: DataKeys): Promise<boolean> => {
    const name = keyring.nameOf(patientId);
    return keyring.store.rewrite(name, keyring.wrapEntry(name, keys));
  };
  return {
    async prepare(patientId) {
      const keys = await keyring.keysOf(patientId);
      if (keys === undefined) return undefined;
      const highest = Math.max(...keys.versions.keys());
      // A renewal that was interrupted goes on with the version that it made.
      if (keys.versions.size > 1) return highest;
      const versions = new Map([...keys.versions, [highest + 1, randomBytes(KEY)]]);
      return (await rewrite(patientId, { ...keys, versions })) ? highest + 1 : undefined;
    },
    async promote(patientId) {
      const keys = await keyring.keysOf(patientId);
      if (keys === undefined) return undefined;
      const promoted = { ...keys, newest: Math.max(...keys.versions.keys()) };
      if (promoted.newest === keys.newest) return promoted;
      return (await rewrite(patientId, promoted)) ? promoted : undefined;
    },
    async retire(patientId) {
      const keys = await keyring.keysOf(patientId);
      if (keys === undefined || keys.versions.size === 1) return;
      const only = keys.versions.get(keys.newest);
      if (only !== undefined) await rewrite(patientId, { ...keys, versions: new Map([[keys.newest, only]]) });
    },
  };
}
