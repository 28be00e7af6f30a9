import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { EncounterId, ModalityKind, PatientId, Sha256, SourceId, WardId } from '@concord/core/clinical';
import { instant, minutes, minus, type Instant, type Result } from '@concord/core/kernel';
import type { AccessRequest, AccessScope, NewObservation, NewPatient, Refusal } from '@concord/core/ports';
import { createFileBlobs } from '@concord/adapters/blobs';
import { openKeyring, type SiteKeyring } from '@concord/adapters/crypto';
import { openDatabase, type AccessPolicy, type Database } from '@concord/adapters/postgres';
import { testDatabase, type TestDatabase } from './database.ts';
import { asks, person } from './people.ts';

/** A cloned database, opened by its roles, with one root key for all. */
export interface TestStores {
  readonly database: TestDatabase;
  /** Holds the root key, the patients' keys and the blobs. */
  readonly folder: string;
  readonly keyring: SiteKeyring;
  readonly api: Database;
  readonly worker: Database;
  /** Another door to the same data: row-level security alone, or the application's decision alone. */
  open(role: string, policy?: AccessPolicy, demo?: boolean): Database;
  close(): Promise<void>;
}

export async function testStores(): Promise<TestStores> {
  const database = await testDatabase();
  const folder = mkdtempSync(path.join(tmpdir(), 'concord-stores-'));
  const keyring = await openKeyring(path.join(folder, 'root.key'));
  const files = createFileBlobs(path.join(folder, 'blobs'));
  const opened: Database[] = [];
  const open = (role: string, policy?: AccessPolicy, demo = true) => {
    const machine = role === 'app_worker' ? 'worker' : 'api';
    const one = openDatabase({ url: database.url(role), machine, keyring, files, demo, connections: 8, ...(policy === undefined ? {} : { policy }) });
    opened.push(one);
    return one;
  };
  return {
    database,
    folder,
    keyring,
    api: open('app_rw'),
    worker: open('app_worker'),
    open,
    close: async () => {
      await Promise.all(opened.map((one) => one.close()));
    },
  };
}

/** The value of what was allowed. */
export function allowed<T>(result: Result<T, Refusal>): T {
  if (!result.ok) throw new Error(`refused: ${result.error.kind}`);
  return result.value;
}

export const ago = (count: number): Instant => minus(instant(Date.now()), minutes(count));
export const VITALS = 'vitals' as ModalityKind;
export const MRN = 'urn:concord:demo:mrn';
const HASH = 'ab'.repeat(32) as Sha256;

export function newPatient(mrn: string, more: Partial<NewPatient> = {}): NewPatient {
  return {
    identifiers: [{ system: MRN, value: mrn }],
    family: 'Testerin',
    given: ['Petra'],
    demographics: { birthDate: '1950-05-05', sex: 'female' },
    sourceId: 'integrator' as SourceId,
    ...more,
  };
}

export function pulse(patientId: PatientId, value: number, effectiveAt: Instant, more: Partial<NewObservation> = {}): NewObservation {
  return {
    patientId,
    modality: VITALS,
    code: '8867-4',
    codeSystem: 'http://loinc.org',
    number: value,
    unit: '/min',
    status: 'final',
    effectiveAt,
    sourceId: 'integrator' as SourceId,
    blob: HASH,
    ...more,
  };
}

/** A write of the integration engine, allowed. */
export async function writes<T>(api: Database, work: (scope: AccessScope) => Promise<T>, more: Partial<AccessRequest> = {}): Promise<T> {
  return allowed(await api.withAccess(asks(person('integrator'), { action: 'create', resource: 'Observation', ...more }), work));
}

export interface Admission {
  readonly mrn: string;
  readonly ward?: string;
}

/** A patient who lies in a ward since two hours. */
export async function admit(api: Database, { mrn, ward = 'ward-a' }: Admission): Promise<{ readonly patientId: PatientId; readonly encounterId: EncounterId }> {
  return writes(api, async (scope) => {
    const { id: patientId } = await scope.patients.create(newPatient(mrn));
    const { id: encounterId } = await scope.encounters.put({
      patientId,
      identifiers: [{ system: 'urn:concord:demo:visit', value: `v-${mrn}` }],
      stay: { status: 'in-progress', class: 'IMP', start: ago(120) },
      locations: [{ wardId: ward as WardId, bed: '1', start: ago(120), status: 'active' }],
      sourceId: 'integrator' as SourceId,
    });
    return { patientId, encounterId };
  });
}
