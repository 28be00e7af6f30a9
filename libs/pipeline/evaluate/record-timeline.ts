import type {
  Demographics,
  EncounterId,
  ModalityKind,
  ModalityPlugin,
  Observation,
  PatientId,
  PatientTimeline,
  Received,
  Sha256,
  SourceId,
  Stay,
} from '@concord/core/clinical';
import { LOINC, type Instant } from '@concord/core/kernel';

/** One measurement as a hospital would send it: LOINC and UCUM, or a coded answer under its own system. */
export interface Sent {
  readonly code: string;
  readonly unit: string;
  readonly value: number;
  /** Set for an answer in words, such as "ventilated: true". */
  readonly answer?: { readonly system: string; readonly text: string };
}

/** An intensive-care stay of a labelled folder. */
export interface StayRecord {
  /** To the unit. */
  readonly admission: Instant;
  /** To the hospital, where the set knows it and it came before the unit. */
  readonly inHospitalSince?: Instant;
  /** Age in completed years at admission; undefined where the set does not know it. */
  readonly ageYears: number | undefined;
  readonly sex: Demographics['sex'];
  readonly sent: readonly (Sent & { readonly at: Instant })[];
}

const SOURCE = 'labelled-folder' as SourceId;
const NO_BLOB = '0'.repeat(64) as Sha256;
const SUBJECT = '00000000-0000-4000-8000-000000002019' as PatientId;

/** The stay as a timeline that went through the plug-ins' own doors; what a door refuses is left out, as it is on a ward. */
export function recordTimeline(record: StayRecord, plugins: readonly ModalityPlugin[]): PatientTimeline {
  const { sex } = record;
  const streams = new Map<ModalityKind, { kind: ModalityKind; observations: Observation[] }>();
  for (const item of record.sent) {
    const received = asReceived(item);
    const plugin = plugins.find((one) => one.accepts(received));
    const seen = plugin?.observe(received);
    if (plugin === undefined || seen?.ok !== true) continue;
    const stream = streams.get(plugin.kind) ?? { kind: plugin.kind, observations: [] };
    streams.set(plugin.kind, stream);
    stream.observations.push(...seen.value);
  }
  const birth = birthDateOf(record);
  const always = { effectiveAt: record.admission, availableAt: record.admission, sourceId: SOURCE };
  return {
    patientId: SUBJECT,
    revision: 1,
    demographics: [{ id: 'person', ...always, value: { sex, ...(birth === undefined ? {} : { birthDate: birth }) } }],
    stays: staysOf(record),
    streams,
    withheld: [],
  };
}

/** The stay in the unit, after the one elsewhere in the hospital that led to it. */
function staysOf({ admission, inHospitalSince }: StayRecord): PatientTimeline['stays'] {
  const stay = (id: string, start: Instant, rest: Pick<Stay, 'status' | 'setting' | 'end'>): Observation<Stay> => ({
    id,
    effectiveAt: start,
    availableAt: start,
    sourceId: SOURCE,
    value: { encounterId: id as EncounterId, class: 'IMP', start, ...rest },
  });
  const unit = stay('stay', admission, { status: 'in-progress', setting: 'icu' });
  if (inHospitalSince === undefined || inHospitalSince >= admission) return [unit];
  return [stay('stay-before', inHospitalSince, { status: 'finished', setting: 'ward', end: admission }), unit];
}

/** The first of January of the year that makes the age right all stay long. */
function birthDateOf({ ageYears, admission }: StayRecord): string | undefined {
  if (ageYears === undefined || !Number.isFinite(ageYears)) return undefined;
  // A stay that crosses New Year would gain a year; the sets' stays begin in the first days of a year.
  return `${new Date(admission + YEAR_MARGIN_MS).getUTCFullYear() - Math.floor(ageYears)}-01-01`;
}

/** A stay that was admitted some hours before the year began belongs to that year. */
const YEAR_MARGIN_MS = 30 * 86_400_000;

function asReceived({ code, unit, value, answer, at }: Sent & { readonly at: Instant }): Received {
  const arrival = { sourceId: SOURCE, subject: SUBJECT, blob: NO_BLOB, effectiveAt: at, receivedAt: at };
  if (answer !== undefined) return { ...arrival, kind: 'coded', code: { system: answer.system, code }, value: answer.text };
  return { ...arrival, kind: 'quantity', code: { system: LOINC, code }, value, unit };
}
