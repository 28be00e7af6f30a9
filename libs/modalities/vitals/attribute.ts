import { warned, type EvidenceDraft, type Measure, type ModalityStream, type Observation, type Reading } from '@concord/core/clinical';
import { hours, minus, since, type Instant } from '@concord/core/kernel';
import { CHANNELS, signOf, VENTILATED } from './codes.ts';
import { WINDOW_HOURS } from './align.ts';

/** A trend is told over this time; what the encoder saw before it rarely explains a change. */
const TREND_OVER = hours(6);
/** A change smaller than this is no trend: between two readings of one nurse. */
const STEADY: Readonly<Record<string, number>> = {
  '8867-4': 5,
  '9279-1': 2,
  '2708-6': 2,
  '8480-6': 8,
  '8462-4': 6,
  '8310-5': 0.4,
  '8478-0': 8,
  '9269-2': 1,
  '3150-0': 5,
  '9187-6': 20,
  '29463-7': 2,
};

/**
 * One item per sign that was measured: "Respiration rising, 17 to 22 /min". The window opens at the sample that the text starts
 * from and closes at the newest one, so it always holds a sample of its code.
 */
export const attribute = attributeChannels(CHANNELS, WINDOW_HOURS);

/** The same for any list of codes; @param windowHours what the model looks back over. */
export function attributeChannels(codes: readonly string[], windowHours: number) {
  return (stream: ModalityStream<Reading>, at: Instant, contributions: Float32Array): readonly EvidenceDraft[] => {
    const opens = minus(at, hours(windowHours));
    return codes.flatMap((code, channel): readonly EvidenceDraft[] => {
      const course = courseOf(stream, code, { opens, at });
      const [first, newest] = [course[0], course.at(-1)];
      if (first === undefined || newest === undefined) return [];
      const contribution = contributions[channel] ?? 0;
      return [
        {
          kind: 'signal-window',
          contribution,
          text: warned(describe(code, first.value, newest.value), { code, newest: newest.value.number, contribution }),
          pointer: { code, device: newest.value.device, from: first.effectiveAt, to: newest.effectiveAt },
        },
      ];
    });
  };
}

/** Samples of the last six hours that had any, counted back from the newest one inside the window. */
function courseOf(
  stream: ModalityStream<Reading>,
  code: string,
  { opens, at }: { readonly opens: Instant; readonly at: Instant },
): readonly Observation<Reading>[] {
  const inside = stream.observations.filter(
    ({ value, effectiveAt }) => value.code === code && (value.number !== undefined || value.text !== undefined) && effectiveAt > opens && effectiveAt <= at,
  );
  const newest = inside.at(-1);
  return newest === undefined ? [] : inside.filter(({ effectiveAt }) => since(effectiveAt, newest.effectiveAt) <= TREND_OVER);
}

function describe(code: string, from: Reading, to: Reading): string {
  const sign = signOf(code);
  if (sign !== undefined && from.number !== undefined && to.number !== undefined) return trend(sign, from.number, to.number);
  return code === VENTILATED ? `Ventilated by machine: ${to.text === 'true' ? 'yes' : 'no'}` : code;
}

function trend({ code, name, shown }: Measure, from: number, to: number): string {
  const unit = shown === '%' ? '%' : ` ${shown}`;
  const change = to - from;
  if (Math.abs(change) < (STEADY[code] ?? 0)) return `${name} steady at ${plain(to)}${unit}`;
  return `${name} ${change > 0 ? 'rising' : 'falling'}, ${plain(from)} to ${plain(to)}${unit}`;
}

function plain(value: number): string {
  return String(Math.round(value * 10) / 10);
}
