import { news2Points, type ModalityStream, type ModalityTable, type News2Readings, type Reading } from '@concord/core/clinical';
import { hours, type Instant } from '@concord/core/kernel';
import { hourColumns, hourRow, summarise, SUMMARY_FEATURES, valueAt, type Sample } from '@concord/stages/alignment';
import { attributeChannels } from './attribute.ts';
import { TABLE_CHANNELS } from './codes.ts';

/** Signs that the NEWS2 chart gives points for, and how many hours back they are counted. */
const POINTS: Readonly<Record<string, keyof News2Readings>> = {
  '9279-1': 'respiration',
  '2708-6': 'spo2',
  '8480-6': 'systolic',
  '8867-4': 'pulse',
  '8310-5': 'temperature',
};
const POINT_HOURS = [0, 1, 2, 3, 4, 5] as const;

/** Columns of a channel: its summary, and for the five signs of partial NEWS2 its points now and in each of the five hours before. */
const columns = TABLE_CHANNELS.flatMap((code) => [
  ...SUMMARY_FEATURES.map((feature) => `${code}/${feature}`),
  ...(POINTS[code] === undefined ? [] : POINT_HOURS.map((hour) => `${code}/points-${hour}`)),
]);

/** Bedside signs as one row of a table. */
export const table: ModalityTable<Reading> = {
  channels: TABLE_CHANNELS,
  columns,
  row,
  hourly: { columns: hourColumns(TABLE_CHANNELS), row: (stream, at) => hourRow([...samplesByCode(stream).values()], at) },
  attribute: attributeChannels(TABLE_CHANNELS, 48),
};

function row(stream: ModalityStream<Reading>, at: Instant): Float32Array {
  const samples = samplesByCode(stream);
  const values = new Float32Array(columns.length);
  let place = 0;
  for (const code of TABLE_CHANNELS) {
    const own = samples.get(code) ?? [];
    values.set(summarise(own, at), place);
    place += SUMMARY_FEATURES.length;
    const sign = POINTS[code];
    if (sign === undefined) continue;
    for (const hour of POINT_HOURS) values[place++] = pointsOf(sign, valueAt(own, at - hours(hour)));
  }
  return values;
}

function samplesByCode({ observations }: ModalityStream<Reading>): ReadonlyMap<string, readonly Sample[]> {
  const samples = new Map<string, Sample[]>(TABLE_CHANNELS.map((code) => [code, []]));
  for (const { effectiveAt, value } of observations) {
    const number = value.number ?? (value.text === 'true' ? 1 : value.text === 'false' ? 0 : undefined);
    if (number !== undefined) samples.get(value.code)?.push({ at: effectiveAt, value: number });
  }
  return samples;
}

function pointsOf(sign: keyof News2Readings, value: number): number {
  return Number.isNaN(value) ? Number.NaN : (Object.values(news2Points({ [sign]: value }))[0] ?? Number.NaN);
}
