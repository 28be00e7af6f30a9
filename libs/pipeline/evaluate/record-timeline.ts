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
  readonly admission: Instant;
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
  const { admission, sex } = record;
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
  const always = { effectiveAt: admission, availableAt: admission, sourceId: SOURCE };
  return {
    patientId: SUBJECT,
    revision: 1,
    demographics: [{ id: 'person', ...always, value: { sex, ...(birth === undefined ? {} : { birthDate: birth }) } }],
    stays: [{ id: 'stay', ...always, value: { encounterId: 'stay' as EncounterId, status: 'in-progress', class: 'IMP', start: admission, setting: 'icu' } }],
    streams,
    withheld: [],
  };
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
