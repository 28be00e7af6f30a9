import type { PatientId, Sha256 } from '@concord/core/clinical';
import type { AccessScope } from '@concord/core/ports';
import type { SentResource } from '@concord/interop/fhir';
import type { Placed, Write } from './writing.ts';

/**
 * The original bytes of a request, kept under the key of each patient they are about: the whole body when it is about one,
 * else that patient's entries alone, one a line, so that no patient's key opens what was said of another.
 */
export class Originals {
  readonly #scope: AccessScope;
  readonly #write: Write;
  readonly #kept = new Map<PatientId, Promise<Sha256>>();
  #indexes: ReadonlyMap<PatientId, readonly number[]> = new Map();

  constructor(scope: AccessScope, write: Write) {
    this.#scope = scope;
    this.#write = write;
  }

  /** Whose each entry is, once that is known. */
  belongTo(placed: readonly Placed<SentResource>[]): void {
    const indexes = new Map<PatientId, number[]>();
    for (const { patientId, index } of placed) {
      const mine = indexes.get(patientId);
      if (mine === undefined) indexes.set(patientId, [index]);
      else mine.push(index);
    }
    this.#indexes = indexes;
  }

  of(patientId: PatientId): Promise<Sha256> {
    const kept = this.#kept.get(patientId) ?? this.#scope.blobs.put(this.#bytesOf(patientId), patientId);
    this.#kept.set(patientId, kept);
    return kept;
  }

  #bytesOf(patientId: PatientId): Uint8Array {
    const { bytes, text, entries } = this.#write;
    if (this.#indexes.size <= 1) return bytes;
    const spans = (this.#indexes.get(patientId) ?? []).toSorted((a, b) => a - b).flatMap((index) => entries[index]?.span ?? []);
    return new TextEncoder().encode(spans.map(({ start, end }) => `${text.slice(start, end)}\n`).join(''));
  }
}
