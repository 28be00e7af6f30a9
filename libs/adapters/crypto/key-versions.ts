import { randomBytes } from 'node:crypto';
import type { DataKeys, KeyVersions } from '@concord/core/ports';
import { KEY } from './envelope.ts';
import type { SiteKeyring } from './keyring.ts';

/** The steps on the keys of this installation. */
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
