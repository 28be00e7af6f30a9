import type { ModalityStream, Observation, Reading, SignAgreement, SignReading } from '@concord/core/clinical';
import { hours, minutes, since, type Instant } from '@concord/core/kernel';
import { signOf } from './codes.ts';

/** Older than this the newest reading says nothing about now, and no two are set against each other. */
const FRESH = hours(4);
/** Two readings further apart may differ because the patient did. */
const TOGETHER = minutes(10);
/**
 * More than this lies between two devices that measure the same patient well: about twice what each may err by. Pulse oximeters err by up to 4
 * points (ISO 80601-2-61), monitors by 5 beats or a tenth (IEC 60601-2-27), cuffs by 8 mmHg (ISO 81060-2). A plain rule of ours.
 */
const FURTHER: Readonly<Record<string, number>> = { '8867-4': 15, '9279-1': 6, '2708-6': 5, '8480-6': 20, '8462-4': 15, '8310-5': 0.8 };

/** Signs of which two devices speak within ten minutes: whether they agree, and whose reading counts as the value now, which is the newest. */
export function compared(stream: ModalityStream<Reading>, at: Instant): readonly SignAgreement[] {
  return Object.entries(FURTHER).flatMap(([code, most]) => {
    const own = stream.observations.filter(({ value, effectiveAt }) => value.code === code && value.number !== undefined && effectiveAt <= at);
    const used = own.at(-1);
    const sign = signOf(code);
    if (used === undefined || sign === undefined || since(used.effectiveAt, at) > FRESH) return [];
    return nearestOfOthers(own, used).map((other) => {
      const apart = Math.abs(numberOf(used) - numberOf(other));
      const verdict = apart > most ? ('disagree' as const) : ('agree' as const);
      return { code, name: sign.name, unit: sign.shown, verdict, used: said(used), other: said(other) };
    });
  });
}

/** Of every other device the newest reading, where it is near enough. */
function nearestOfOthers(own: readonly Observation<Reading>[], used: Observation<Reading>): readonly Observation<Reading>[] {
  const newest = new Map<string | null, Observation<Reading>>();
  for (const reading of own) {
    if (reading.value.device !== used.value.device && since(reading.effectiveAt, used.effectiveAt) <= TOGETHER) newest.set(reading.value.device, reading);
  }
  return [...newest.values()];
}

function said({ value, effectiveAt, ...rest }: Observation<Reading>): SignReading {
  return { device: value.device, number: numberOf({ value, effectiveAt, ...rest }), effectiveAt };
}

function numberOf({ value }: Observation<Reading>): number {
  return value.number ?? Number.NaN;
}
