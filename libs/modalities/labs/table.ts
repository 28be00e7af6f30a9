import { warned, type EvidenceDraft, type ModalityStream, type ModalityTable, type Observation, type Reading } from '@concord/core/clinical';
import { hours, minus, type Instant } from '@concord/core/kernel';
import { hourColumns, hourRow, summarise, SUMMARY_FEATURES, SUMMARY_HOURS, type Sample } from '@concord/stages/alignment';
import { analyteOf, ANALYTES } from './analytes.ts';

const channels = ANALYTES.map(({ code }) => code);
const columns = channels.flatMap((code) => SUMMARY_FEATURES.map((feature) => `${code}/${feature}`));

/** Laboratory values as one row of a table. */
export const table: ModalityTable<Reading> = {
  channels,
  columns,
  row,
  hourly: { columns: hourColumns(channels), row: (stream, at) => hourRow(samplesOf(stream), at) },
  attribute,
};

function row(stream: ModalityStream<Reading>, at: Instant): Float32Array {
  const values = new Float32Array(columns.length);
  samplesOf(stream).forEach((samples, channel) => {
    values.set(summarise(samples, at), channel * SUMMARY_FEATURES.length);
  });
  return values;
}

/** Of each channel, in its order. */
function samplesOf(stream: ModalityStream<Reading>): readonly (readonly Sample[])[] {
  const samples = new Map<string, Sample[]>(channels.map((code) => [code, []]));
  for (const { effectiveAt, value } of stream.observations) {
    if (value.number !== undefined) samples.get(value.code)?.push({ at: effectiveAt, value: value.number });
  }
  return [...samples.values()];
}

/** One item per analyte: "Lactate rising, 1.4 to 3.1 mmol/L", from the draw before the newest to the newest. */
export function attribute(stream: ModalityStream<Reading>, at: Instant, contributions: Float32Array): readonly EvidenceDraft[] {
  const opens = minus(at, hours(SUMMARY_HOURS));
  return channels.flatMap((code, channel): readonly EvidenceDraft[] => {
    const inside = stream.observations.filter(
      ({ value, effectiveAt }) => value.code === code && value.number !== undefined && effectiveAt > opens && effectiveAt <= at,
    );
    const [before, newest] = [inside.at(-2) ?? inside.at(-1), inside.at(-1)];
    if (before === undefined || newest === undefined) return [];
    const pointer = { code, device: newest.value.device, from: before.effectiveAt, to: newest.effectiveAt };
    const contribution = contributions[channel] ?? 0;
    const text = warned(describe(code, before, newest), { code, newest: newest.value.number, contribution });
    return [{ kind: 'signal-window', contribution, text, pointer }];
  });
}

/** A change below this share of the value is no trend: between two draws of one laboratory. */
const STEADY_SHARE = 0.05;

function describe(code: string, before: Observation<Reading>, newest: Observation<Reading>): string {
  const analyte = analyteOf(code);
  const [from, to] = [before.value.number ?? 0, newest.value.number ?? 0];
  const unit = analyte === undefined || analyte.shown === '' ? '' : ` ${analyte.shown}`;
  const name = analyte?.name ?? code;
  if (before.id === newest.id) return `${name} ${plain(to)}${unit}`;
  if (Math.abs(to - from) <= STEADY_SHARE * Math.abs(from)) return `${name} steady at ${plain(to)}${unit}`;
  return `${name} ${to > from ? 'rising' : 'falling'}, ${plain(from)} to ${plain(to)}${unit}`;
}

function plain(value: number): string {
  return String(Math.round(value * 100) / 100);
}
