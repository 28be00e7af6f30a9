import type { FindingStatement, ModalityKind, ModalityStream, Observation, Reading } from '@concord/core/clinical';
import { hours, since, type Instant } from '@concord/core/kernel';

const TEMPERATURE = '8310-5';
const RESPIRATION = '9279-1';
const SPO2 = '2708-6';
/** Older than this a sign says nothing about now. */
const FRESH = hours(6);
const FEVER_CEL = 38;
const FAST_PER_MINUTE = 22;
const LOW_PERCENT = 94;

/**
 * Fever with fast breathing or low saturation fits an airspace opacity. Signals see no lung: they only suggest, and never
 * contradict a source that looked. A plain rule of ours, shown with its numbers, not a validated score.
 */
export function statementsOf(stream: ModalityStream<Reading>, at: Instant): readonly FindingStatement[] {
  const temperature = newest(stream, TEMPERATURE, at);
  if (temperature === undefined || numberOf(temperature) < FEVER_CEL) return [];
  const respiration = newest(stream, RESPIRATION, at);
  const spo2 = newest(stream, SPO2, at);
  const fits = [
    ...(respiration !== undefined && numberOf(respiration) >= FAST_PER_MINUTE ? [{ sign: respiration, text: `respiration ${shown(respiration)} /min` }] : []),
    ...(spo2 !== undefined && numberOf(spo2) < LOW_PERCENT ? [{ sign: spo2, text: `SpO₂ ${shown(spo2)} %` }] : []),
  ];
  const [first] = fits;
  if (first === undefined) return [];
  const { effectiveAt, value } = first.sign;
  return [
    {
      finding: 'airspace-opacity',
      modality: 'vitals' as ModalityKind,
      stance: 'suggested',
      effectiveAt,
      pointer: { kind: 'signal-window', pointer: { code: value.code, device: null, from: effectiveAt, to: at } },
      text: `Fits: ${[`temperature ${shown(temperature)} °C`, ...fits.map(({ text }) => text)].join(', ')}`,
    },
  ];
}

function newest(stream: ModalityStream<Reading>, code: string, at: Instant): Observation<Reading> | undefined {
  const found = stream.observations.findLast(({ value }) => value.code === code && value.number !== undefined);
  return found !== undefined && since(found.effectiveAt, at) <= FRESH ? found : undefined;
}

function numberOf({ value }: Observation<Reading>): number {
  return value.number ?? Number.NaN;
}

function shown(observation: Observation<Reading>): string {
  return String(Math.round(numberOf(observation) * 10) / 10);
}
