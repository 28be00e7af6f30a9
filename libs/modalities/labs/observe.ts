import { measured, type IngestError, type Observation, type Reading, type Received } from '@concord/core/clinical';
import { err, LOINC, ok, type Result } from '@concord/core/kernel';
import { analyteOf } from './analytes.ts';

/** True for the analytes of the table, under LOINC. */
export function accepts(received: Received): boolean {
  return received.kind === 'quantity' && received.code.system === LOINC && analyteOf(received.code.code) !== undefined;
}

/** Converts to the canonical unit; refuses a unit of another dimension and a number no living patient has. */
export function observe(received: Received): Result<readonly Observation<Reading>[], IngestError> {
  if (received.kind !== 'quantity') return err({ kind: 'unreadable', reason: 'not a quantity' });
  const analyte = analyteOf(received.code.code);
  if (analyte === undefined) return err({ kind: 'unsupported-code', code: received.code.code });
  const number = measured(received, analyte);
  if (!number.ok) return number;
  const { effectiveAt, receivedAt, sourceId, blob, device } = received;
  const value: Reading = { code: analyte.code, number: number.value, unit: analyte.unit, device: device ?? null };
  return ok([{ id: `${blob}:${analyte.code}:${String(effectiveAt)}`, effectiveAt, availableAt: receivedAt, value, sourceId }]);
}
