import type { ModalityKind, ModalityPlugin, Observation, PatientTimeline, Reading, Received, Sha256 } from '@concord/core/clinical';
import { hours, LOINC, since, type Instant } from '@concord/core/kernel';
import type { Rng } from '@concord/core/ports';

/** One way in which a real ward disturbs a record. */
export interface Change {
  readonly name: string;
  readonly sentence: string;
  /** Set where a whole modality drops out; a question that never asks for it is not told. */
  readonly modality?: ModalityKind;
  apply(timeline: PatientTimeline, circumstance: Circumstance): PatientTimeline;
}

export interface Circumstance {
  readonly at: Instant;
  readonly rng: Rng;
  /** Readings sent through a door again, and those it refused. */
  readonly count: { sent: number; refused: number };
}

const SIGNS = 'vitals' as ModalityKind;
const DROPPED = 1 / 3;
const HIDDEN = hours(4);
/** Of a reading: about what two nurses differ by. */
const NOISE = 0.03;

/** A number sent under the unit of another: as it stands on the sender's screen, with the unit that the receiver expects. */
const SLIPS: readonly { readonly code: string; readonly sentence: string; readonly wrong: (value: number) => number }[] = [
  { code: '8310-5', sentence: 'Temperature in Fahrenheit, said to be Celsius', wrong: (value) => value * 1.8 + 32 },
  { code: '8480-6', sentence: 'Systolic pressure in kPa, said to be mmHg', wrong: (value) => value / 7.500617 },
  { code: '2708-6', sentence: 'SpO2 as a fraction, said to be percent', wrong: (value) => value / 100 },
  { code: '9279-1', sentence: 'Respiration counted twice (a sensor that takes in- and out-breath for two)', wrong: (value) => value * 2 },
  { code: '2524-7', sentence: 'Lactate in mg/dL, said to be mmol/L', wrong: (value) => value * 9.01 },
  { code: '2160-0', sentence: 'Creatinine in µmol/L, said to be mg/dL', wrong: (value) => value * 88.4 },
  { code: '2345-7', sentence: 'Glucose in mmol/L, said to be mg/dL', wrong: (value) => value / 18.016 },
];

/** Occlusion, noise, unit slips, and each modality dropping out. */
export function changesFor(plugins: readonly ModalityPlugin[]): readonly Change[] {
  return [
    {
      name: 'a third of the signs missing',
      sentence: 'One reading in three was never charted.',
      apply: (timeline, { rng }) => withSigns(timeline, (all) => all.filter(() => rng.next() >= DROPPED)),
    },
    {
      name: 'signs of the last four hours hidden',
      sentence: 'The monitor was off the network for four hours.',
      apply: (timeline, { at }) => withSigns(timeline, (all) => all.filter(({ effectiveAt }) => since(effectiveAt, at) >= HIDDEN)),
    },
    {
      name: 'noise of 3 %',
      sentence: 'Every sign is off by about three percent of itself.',
      apply: (timeline, { rng }) => withSigns(timeline, (all) => all.map((one) => ({ ...one, value: noisy(one.value as Reading, rng) }))),
    },
    ...SLIPS.map(({ code, sentence, wrong }) => ({
      name: `unit slip ${code}`,
      sentence: `${sentence}.`,
      apply: (timeline: PatientTimeline, { count }: Circumstance) => slipped(timeline, { code, wrong, plugins, count }),
    })),
    ...plugins.map(({ kind }) => ({
      modality: kind,
      name: `without ${kind}`,
      sentence: `No ${kind.replaceAll('-', ' ')} at all.`,
      apply: (timeline: PatientTimeline) => ({ ...timeline, streams: new Map([...timeline.streams].filter(([own]) => own !== kind)) }),
    })),
  ];
}

function withSigns(timeline: PatientTimeline, change: (all: readonly Observation[]) => readonly Observation[]): PatientTimeline {
  const signs = timeline.streams.get(SIGNS);
  if (signs === undefined) return timeline;
  return { ...timeline, streams: new Map([...timeline.streams, [SIGNS, { kind: SIGNS, observations: change(signs.observations) }]]) };
}

/** Sum of twelve uniform numbers less six: near enough to a normal deviate. */
function noisy(value: Reading, rng: Rng): Reading {
  const deviate = Array.from({ length: 12 }, () => rng.next()).reduce((sum, draw) => sum + draw, -6);
  return value.number === undefined ? value : { ...value, number: value.number * (1 + NOISE * deviate) };
}

interface Slip {
  readonly code: string;
  readonly wrong: (value: number) => number;
  readonly plugins: readonly ModalityPlugin[];
  readonly count: Circumstance['count'];
}

/** Every reading of the code goes through its door once more, wrong; what the door refuses is not there. */
function slipped(timeline: PatientTimeline, { code, wrong, plugins, count }: Slip): PatientTimeline {
  const streams = [...timeline.streams].map(([kind, stream]) => {
    const plugin = plugins.find((one) => one.kind === kind);
    const observations = stream.observations.flatMap((one) => {
      const value = one.value as Reading;
      if (plugin === undefined || value.code !== code || value.number === undefined) return [one];
      count.sent += 1;
      const seen = plugin.observe(asReceived(one, wrong(value.number), timeline));
      if (seen.ok) return seen.value;
      count.refused += 1;
      return [];
    });
    return [kind, { kind, observations }] as const;
  });
  return { ...timeline, streams: new Map(streams) };
}

function asReceived({ effectiveAt, availableAt, sourceId, value }: Observation, number: number, { patientId }: PatientTimeline): Received {
  const { code, unit } = value as Reading;
  const arrival = { sourceId, subject: patientId, blob: '0'.repeat(64) as Sha256, effectiveAt, receivedAt: availableAt };
  return { ...arrival, kind: 'quantity', code: { system: LOINC, code }, value: number, unit: unit ?? '' };
}
