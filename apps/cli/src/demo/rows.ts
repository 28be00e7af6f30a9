import type { PatientId, Sha256 } from '@concord/core/clinical';
import { LOINC, minutes, plus, seconds, type Instant } from '@concord/core/kernel';
import type { NewObservation } from '@concord/core/ports';
import type { GeneratedReading } from '@concord/generator';
import { modalities } from '@concord/modalities/registry';
import { admitSign } from '@concord/pipeline/ingest';
import type { DemoSource } from './demo-source.ts';
import { DEMO_SOURCE } from './requests.ts';

/** How long after it was true a reading is here: a device sends at once, a nurse writes after the round. */
const FROM_DEVICE = seconds(10);
const FROM_ROUND = minutes(3);

/** Whose readings they are: the generator makes none that a door would refuse; real records hold impossible values. */
export interface Origin {
  readonly subject: PatientId;
  readonly blob: Sha256;
  readonly kind: DemoSource['kind'];
}

/**
 * Vital signs and laboratory values as rows, through the same admission as at the doors. What a door would refuse of a real record is left out, as there.
 * @throws when the generator makes what a door would refuse.
 */
export function rowsOf(readings: readonly GeneratedReading[], { subject, blob, kind }: Origin): readonly NewObservation[] {
  return readings.flatMap(({ effectiveAt, reading }) => {
    const availableAt = availableAfter(effectiveAt, reading.device);
    const admitted = admitSign(
      {
        sourceId: DEMO_SOURCE,
        subject,
        blob,
        effectiveAt,
        receivedAt: availableAt,
        codes: [codeOf(reading.code)],
        answer: answerOf(reading),
        status: 'final',
        ...(reading.device === null ? {} : { device: reading.device, sentAt: effectiveAt }),
      },
      modalities,
    );
    if (admitted.ok) return [{ ...admitted.value, availableAt }];
    if (kind === 'assembled') return [];
    throw new Error(`the generator made a reading that is refused: ${admitted.error.kind} ${reading.code}`);
  });
}

function availableAfter(effectiveAt: Instant, device: string | null): Instant {
  return plus(effectiveAt, device === null ? FROM_ROUND : FROM_DEVICE);
}

/** Our own codes stand joined with their system, `system#code`; the rest is LOINC. */
function codeOf(code: string) {
  const [system, own] = code.split('#');
  return system === undefined || own === undefined ? { system: LOINC, code } : { system, code: own };
}

function answerOf({ number, unit, text }: GeneratedReading['reading']) {
  if (number !== undefined) return { kind: 'quantity', value: number, unit: unit ?? '1' } as const;
  return { kind: 'coded', value: text ?? '' } as const;
}
