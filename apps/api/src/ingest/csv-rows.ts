import type { Demographics, IngestError, PatientId, Sha256, SourceId } from '@concord/core/clinical';
import { LOINC } from '@concord/core/kernel';
import type { AccessScope, NewObservation } from '@concord/core/ports';
import type { CsvRow } from '@concord/interop/wearables';
import { modalities } from '@concord/modalities/registry';
import { admitSign, checkTime } from '@concord/pipeline/ingest';
import { ownIdentifier } from './authority.ts';

interface Owner {
  readonly patientId: PatientId;
  readonly demographics: Demographics | undefined;
  readonly blob: Sha256;
}

/** Turns rows into records, looking each patient up once. */
export class CsvRows {
  readonly #scope: AccessScope;
  readonly #sourceId: SourceId;
  readonly #originals: (patient: string) => Uint8Array;
  readonly #owners = new Map<string, Promise<Owner | undefined>>();

  /** @param originals the lines of the file that are about one patient. */
  constructor(scope: AccessScope, sourceId: SourceId, originals: (patient: string) => Uint8Array) {
    this.#scope = scope;
    this.#sourceId = sourceId;
    this.#originals = originals;
  }

  /** @returns the record, or why the row is refused; the reason repeats nothing of the row. */
  async record(row: CsvRow): Promise<NewObservation | string> {
    const owner = await this.#ownerOf(row.patient);
    if (owner === undefined) return 'nobody knows this patient';
    const time = checkTime(row.effectiveAt, this.#scope.now, owner.demographics);
    if (!time.ok) return reasonOf(time.error);
    const admitted = admitSign(
      {
        sourceId: this.#sourceId,
        subject: owner.patientId,
        blob: owner.blob,
        effectiveAt: row.effectiveAt,
        receivedAt: this.#scope.now,
        codes: [{ system: LOINC, code: row.code }],
        answer: { kind: 'quantity', value: row.value, unit: row.unit },
        status: 'final',
        ...(row.device === undefined ? {} : { device: row.device }),
        ...(row.sentAt === undefined ? {} : { sentAt: row.sentAt }),
      },
      modalities,
    );
    if (!admitted.ok) return reasonOf(admitted.error);
    return admitted.value.modality === undefined ? 'no modality reads this code in this unit' : admitted.value;
  }

  #ownerOf(patient: string): Promise<Owner | undefined> {
    const kept = this.#owners.get(patient) ?? this.#look(patient);
    this.#owners.set(patient, kept);
    return kept;
  }

  async #look(patient: string): Promise<Owner | undefined> {
    const identifier = ownIdentifier(this.#sourceId, patient);
    const patientId = identifier === undefined ? undefined : await this.#scope.patients.match(identifier);
    if (patientId === undefined) return undefined;
    const demographics = (await this.#scope.patients.read(patientId))?.demographics;
    return { patientId, demographics, blob: await this.#scope.blobs.put(this.#originals(patient), patientId) };
  }
}

const REASONS: Readonly<Record<Exclude<IngestError['kind'], 'impossible-time' | 'unreadable'>, string>> = {
  'unsupported-code': 'no modality reads this code',
  'unsupported-unit': 'the unit is not one that this code is measured in',
  'impossible-value': 'no living patient has this value',
};

function reasonOf(error: IngestError): string {
  return error.kind === 'impossible-time' || error.kind === 'unreadable' ? error.reason : REASONS[error.kind];
}
