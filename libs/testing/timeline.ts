import type {
  Demographics,
  EncounterId,
  ImageValue,
  ModalityKind,
  ModalityStream,
  Observation,
  PatientId,
  PatientTimeline,
  Reading,
  ReportId,
  ReportValue,
  SourceId,
  Stay,
} from '@concord/core/clinical';
import { hours, instant, minus, type Instant } from '@concord/core/kernel';

/** Noon of a day that means nothing. */
export const NOON: Instant = instant(Date.UTC(2026, 0, 15, 12));

const SOURCE = 'monitor' as SourceId;

/** Signs of one hour, in canonical units. */
export interface Signs {
  readonly respiration?: number;
  readonly spo2?: number;
  readonly systolic?: number;
  readonly diastolic?: number;
  readonly pulse?: number;
  readonly temperature?: number;
}

const CODES: Readonly<Record<keyof Signs, readonly [code: string, unit: string]>> = {
  respiration: ['9279-1', '/min'],
  spo2: ['2708-6', '%'],
  systolic: ['8480-6', 'mm[Hg]'],
  diastolic: ['8462-4', 'mm[Hg]'],
  pulse: ['8867-4', '/min'],
  temperature: ['8310-5', 'Cel'],
};

/** A calm adult. */
export const CALM: Signs = { respiration: 16, spo2: 97, systolic: 122, diastolic: 70, pulse: 76, temperature: 36.8 };

/** Bloods of an adult who is a little unwell: creatinine, urea nitrogen, lactate, white cells, platelets, sodium, potassium. */
export const BLOODS: Readonly<Record<string, number>> = {
  '2160-0': 1.4,
  '3094-0': 28,
  '2524-7': 2.6,
  '6690-2': 13.2,
  '777-3': 180,
  '2951-2': 138,
  '2823-3': 4.3,
};

/** Builds a timeline a clinician could check by eye. Every method returns a new builder. */
export interface TimelineBuilder {
  /** One reading of each sign, true and available at the moment. */
  signs(at: Instant, signs: Signs): TimelineBuilder;
  /** The same signs every hour, the last at `until`. */
  hourly(count: number, signs: Signs, until?: Instant): TimelineBuilder;
  /** Laboratory values by LOINC, in canonical units. */
  labs(at: Instant, values: Readonly<Record<string, number>>): TimelineBuilder;
  report(at: Instant, text: string, change?: Partial<ReportValue>): TimelineBuilder;
  image(at: Instant, value: ImageValue): TimelineBuilder;
  observation(kind: ModalityKind, observation: Observation): TimelineBuilder;
  born(birthDate: string): TimelineBuilder;
  admitted(at: Instant, setting: Stay['setting']): TimelineBuilder;
  withheld(...kinds: readonly ModalityKind[]): TimelineBuilder;
  build(): PatientTimeline;
}

interface Draft {
  readonly demographics: Demographics;
  readonly stays: readonly Observation<Stay>[];
  readonly observations: readonly { readonly kind: ModalityKind; readonly observation: Observation }[];
  readonly withheld: readonly ModalityKind[];
}

/** A woman of sixty-four on a ward, of whom nothing was measured yet. */
export function patient(): TimelineBuilder {
  return builder({ demographics: { birthDate: '1961-04-12', sex: 'female' }, stays: [], observations: [], withheld: [] });
}

function builder(draft: Draft): TimelineBuilder {
  const add = (kind: string, observations: readonly Observation[]): TimelineBuilder =>
    builder({ ...draft, observations: [...draft.observations, ...observations.map((observation) => ({ kind: kind as ModalityKind, observation }))] });
  return {
    signs: (at, signs) => add('vitals', readings(at, signs)),
    hourly: (count, signs, until = NOON) =>
      add('vitals', Array.from({ length: count }, (_, back) => readings(minus(until, hours(count - 1 - back)), signs)).flat()),
    labs: (at, values) =>
      add(
        'labs',
        Object.entries(values).map(([code, number]) => fact(`${code}-${at}`, at, { code, number, device: null } satisfies Reading)),
      ),
    report: (at, text, change = {}) => add('radiology-report', [fact(`report-${at}`, at, reportValue(text, change))]),
    image: (at, value) => add('chest-imaging', [fact(`image-${value.header.sopInstanceUid}`, at, value)]),
    observation: (kind, observation) => add(kind, [observation]),
    born: (birthDate) => builder({ ...draft, demographics: { ...draft.demographics, birthDate } }),
    admitted: (at, setting) => builder({ ...draft, stays: [...draft.stays, fact(`stay-${at}`, at, stay(at, setting))] }),
    withheld: (...kinds) => builder({ ...draft, withheld: kinds }),
    build: () => timeline(draft),
  };
}

function timeline({ demographics, stays, observations, withheld }: Draft): PatientTimeline {
  const streams = new Map<ModalityKind, ModalityStream>();
  for (const { kind, observation } of observations) streams.set(kind, { kind, observations: [...(streams.get(kind)?.observations ?? []), observation] });
  return {
    patientId: '00000000-0000-4000-8000-0000000000aa' as PatientId,
    revision: 1,
    demographics: [fact('demographics', instant(0), demographics)],
    stays,
    streams,
    withheld,
  };
}

function fact<V>(id: string, at: Instant, value: V): Observation<V> {
  return { id, effectiveAt: at, availableAt: at, value, sourceId: SOURCE };
}

function readings(at: Instant, signs: Signs): readonly Observation<Reading>[] {
  return Object.entries(CODES).flatMap(([sign, [code, unit]]) => {
    const number = signs[sign as keyof Signs];
    return number === undefined ? [] : [fact(`${code}-${at}`, at, { code, number, unit, device: 'monitor-1' })];
  });
}

function reportValue(text: string, change: Partial<ReportValue>): ReportValue {
  return { reportId: '00000000-0000-4000-8000-0000000000bb' as ReportId, version: 1, status: 'final', code: '30746-2', text, derived: null, ...change };
}

function stay(start: Instant, setting: Stay['setting']): Stay {
  return { encounterId: '00000000-0000-4000-8000-0000000000cc' as EncounterId, status: 'in-progress', class: 'IMP', start, setting };
}
