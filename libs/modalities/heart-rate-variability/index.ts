import { measured, type IngestError, type ModalityKind, type ModalityPlugin, type Observation, type Reading, type Received } from '@concord/core/clinical';
import { err, LOINC, ok, type Result } from '@concord/core/kernel';
import { align, readiness, staleAt } from './align.ts';
import { attribute } from './attribute.ts';
import { measureOf, MEASURES } from './measures.ts';

/** Heart rate variability, resting pulse and steps of consumer wearables, day by day. No question names it yet. */
export const heartRateVariability: ModalityPlugin<Reading> = {
  kind: 'heart-rate-variability' as ModalityKind,
  accepts: (received) => received.kind === 'quantity' && received.code.system === LOINC && measureOf(received.code.code) !== undefined,
  observe,
  readiness,
  align,
  encoder: { encoder: 'heart-rate-variability', tokens: MEASURES.length },
  staleAt,
  attribute,
};

/** Converts to the canonical unit; refuses a unit of another dimension and a number no living person has. */
function observe(received: Received): Result<readonly Observation<Reading>[], IngestError> {
  if (received.kind !== 'quantity') return err({ kind: 'unreadable', reason: 'not a quantity' });
  const measure = measureOf(received.code.code);
  if (measure === undefined) return err({ kind: 'unsupported-code', code: received.code.code });
  const number = measured(received, measure);
  if (!number.ok) return number;
  const { effectiveAt, receivedAt, sourceId, blob, device } = received;
  const value: Reading = { code: measure.code, number: number.value, unit: measure.unit, device: device ?? null };
  return ok([{ id: `${blob}:${measure.code}:${String(effectiveAt)}`, effectiveAt, availableAt: receivedAt, value, sourceId }]);
}
