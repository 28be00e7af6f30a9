import type { NewObservation } from '@concord/core/ports';

/**
 * Splits a batch so that no two rows of a wave have the same natural key (DESIGN 4): one statement cannot store the same
 * row twice, and of two in one message the later one speaks about the earlier one.
 * @returns places in the input, wave by wave.
 */
export function waves(records: readonly NewObservation[]): readonly (readonly number[])[] {
  const seen = new Map<string, number>();
  const parted: number[][] = [];
  for (const [place, record] of records.entries()) {
    const key = naturalKey(record);
    const wave = seen.get(key) ?? 0;
    seen.set(key, wave + 1);
    (parted[wave] ??= []).push(place);
  }
  return parted;
}

/** Identifier under its system; without one: source, patient, code, effective time, device. The parts of a panel share an identifier. */
export function naturalKey(record: NewObservation): string {
  const { identifier, sourceId, patientId, codeSystem, code, effectiveAt, device } = record;
  const parts = identifier === undefined ? [effectiveAt, device ?? null] : [identifier.system, identifier.value];
  return JSON.stringify([sourceId, patientId, codeSystem, code, ...parts]);
}
