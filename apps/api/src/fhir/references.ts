import { isUuid, type Demographics, type EncounterId, type PatientId } from '@concord/core/clinical';
import type { AccessScope } from '@concord/core/ports';
import type { Target } from '@concord/interop/fhir';
import { asEncounterId, asPatientId } from './ids.ts';

/** What the references of one request point to: looked up once, inside its transaction. */
export class References {
  /** By fullUrl: what this transaction stored before. */
  readonly made = new Map<string, string>();
  readonly #scope: AccessScope;
  readonly #patients = new Map<string, Promise<PatientId | undefined>>();
  readonly #encounters = new Map<string, Promise<{ readonly id: EncounterId; readonly patientId: PatientId } | undefined>>();
  readonly #demographics = new Map<PatientId, Promise<Demographics | undefined>>();

  constructor(scope: AccessScope) {
    this.#scope = scope;
  }

  /** @returns undefined for a patient whom nobody knows; whoever may reach them otherwise. */
  patient(target: Target): Promise<PatientId | undefined> {
    return once(this.#patients, JSON.stringify(target), async () => {
      const { patients } = this.#scope;
      if (target.kind === 'identifier') return patients.match(target.identifier);
      const id = target.kind === 'id' ? target.id : this.made.get(target.fullUrl);
      return id === undefined || !isUuid(id) ? undefined : patients.matchId(asPatientId(id));
    });
  }

  /** The stay and whose it is, as far as the sender wrote it or may read it. */
  encounter(target: Target): Promise<{ readonly id: EncounterId; readonly patientId: PatientId } | undefined> {
    return once(this.#encounters, JSON.stringify(target), async () => {
      const { encounters } = this.#scope;
      if (target.kind === 'identifier') return (await encounters.search({ identifier: target.identifier }, { count: 1 })).items[0];
      const id = target.kind === 'id' ? target.id : this.made.get(target.fullUrl);
      return id === undefined ? undefined : encounters.read(asEncounterId(id));
    });
  }

  /** For the rule that nothing was measured before birth; undefined when another source keeps the patient. */
  demographics(id: PatientId): Promise<Demographics | undefined> {
    return once(this.#demographics, id, async () => (await this.#scope.patients.read(id))?.demographics);
  }
}

function once<K, V>(known: Map<K, Promise<V>>, key: K, look: () => Promise<V>): Promise<V> {
  const kept = known.get(key) ?? look();
  known.set(key, kept);
  return kept;
}
