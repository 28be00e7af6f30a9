import type { PatientId, ReceivedQuantity, Sha256, SourceId } from '@concord/core/clinical';
import { days, LOINC, minus, type Instant } from '@concord/core/kernel';

/** An invented person: ten days with a watch, walking less and with a faster resting pulse towards the end. */
export function received(at: Instant): readonly ReceivedQuantity[] {
  return Array.from({ length: 10 }, (_, back) => back).flatMap((back) => [
    quantity('80404-7', 58 - 2 * (9 - back), 'ms', minus(at, days(back))),
    quantity('40443-4', 61 + (9 - back), '/min', minus(at, days(back))),
    quantity('41950-7', 8200 - 600 * (9 - back), '{steps}', minus(at, days(back))),
  ]);
}

function quantity(code: string, value: number, unit: string, at: Instant): ReceivedQuantity {
  return {
    kind: 'quantity',
    code: { system: LOINC, code },
    value,
    unit,
    sourceId: 'watch' as SourceId,
    subject: '00000000-0000-4000-8000-0000000000aa' as PatientId,
    blob: '0'.repeat(64) as Sha256,
    effectiveAt: at,
    receivedAt: at,
    device: 'watch-1',
  };
}
