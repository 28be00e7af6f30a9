import type { ImageValue, IngestError, Observation, Received } from '@concord/core/clinical';
import { err, ok, type Result } from '@concord/core/kernel';
import { fitness, isRadiograph } from './fitness.ts';

/** True for computed and digital radiographs and for captures of one. */
export function accepts(received: Received): boolean {
  return received.kind === 'image' && isRadiograph(received);
}

/** A film is always kept; one that the encoder may not see carries the reason instead of prepared grey values. */
export function observe(received: Received): Result<readonly Observation<ImageValue>[], IngestError> {
  if (received.kind !== 'image') return err({ kind: 'unreadable', reason: 'not an image' });
  const { blob, effectiveAt, receivedAt, sourceId, header } = received;
  const fit = fitness(received);
  const value: ImageValue = fit.ok ? { header, derived: fit.value.derived, prepared: fit.value.prepared } : { header, derived: null, unusedReason: fit.error };
  return ok([{ id: `${blob}:image`, effectiveAt, availableAt: receivedAt, value, sourceId }]);
}
