import type {
  Demographics,
  ImageHeader,
  ImageValue,
  ModalityKind,
  ModalityStream,
  Observation,
  PatientId,
  PatientTimeline,
  Reading,
  ReportValue,
  Stay,
} from '@concord/core/clinical';
import { byTime } from '@concord/core/clinical';
import { days, hours, instant, minus, type Instant } from '@concord/core/kernel';
import type { TimelineStore } from '@concord/core/ports';
import { patientPlace } from '../places.ts';
import { asModality, asSourceId, asWritten, at, date, given, type PatientKey } from '../rows.ts';
import { IMAGED, OBSERVED, reachable, REPORTED, type Transaction } from '../transaction.ts';
import { ENCOUNTER_COLUMNS, toStay, type EncounterRow } from './encounter-store.ts';
import { preparedOf, type InstanceRow } from './imaging-row.ts';
import { type PatientContent } from './patient-row.ts';
import { REPORT_COLUMNS, toReport, type ReportRow } from './report-store.ts';
import { openJson } from './sealed-json.ts';

/** How far back signs count: the longest window of a model, doubled. */
const SIGNS_BACK = hours(50);
/** Answers that hold until they are changed (a prescribed scale, a pregnancy) are looked for further back. */
const ANSWERS_BACK = days(300);
const REPORTS_BACK = days(90);
const SIGNS_MAX = 250_000;
const ANSWERS_MAX = 500;
const REPORTS_MAX = 200;
const IMAGES_MAX = 30;

export function timelineStore(tx: Transaction): TimelineStore {
  return { load: (patientId, moment, revision) => load(tx, { patientId, moment, revision }), newest: (patientId) => newest(tx, patientId) };
}

/** Down to the millisecond, as the rows themselves are stamped. */
async function newest(tx: Transaction, patientId: PatientId): Promise<Instant | undefined> {
  const text = 'SELECT floor(extract(epoch FROM updated_at) * 1000)::float8 AS at FROM patients WHERE id = $1';
  const [row] = await tx.rows<{ at: number }>('patient-newest', text, [patientId]);
  return row === undefined ? undefined : instant(row.at);
}

interface Question {
  readonly patientId: PatientId;
  readonly moment: Instant;
  readonly revision: number | undefined;
}

interface Known {
  readonly patientId: PatientId;
  readonly key: PatientKey;
  readonly moment: Instant;
  /** Nothing that a later revision brought or closed counts. */
  readonly revision: number;
}

async function load(tx: Transaction, { patientId, moment, revision }: Question): Promise<PatientTimeline | undefined> {
  const key = await tx.keyOf(patientId);
  if (key === undefined) return undefined;
  const [row] = await tx.rows<{ revision: number }>('patient-revision', 'SELECT revision::float8 AS revision FROM patients WHERE id = $1', [patientId]);
  if (row === undefined) return undefined;
  tx.know(patientId, key);
  tx.handOut(key);
  const known = { patientId, key, moment, revision: revision ?? row.revision };
  const streams = new Map<ModalityKind, Observation[]>();
  await addSigns(tx, known, streams);
  await addReports(tx, known, streams);
  await addImages(tx, known, streams);
  return {
    patientId,
    revision: known.revision,
    demographics: await demographics(tx, known),
    stays: await stays(tx, known),
    streams: new Map([...streams].map(([kind, observations]): [ModalityKind, ModalityStream] => [kind, { kind, observations: observations.sort(byTime) }])),
    withheld: await withheldAt(tx, known),
  };
}

/**
 * Classes that the patient's consent keeps from a model: as it stood at the revision, so that a replay reads what was read
 * then, and as it stands now, for it holds from the next question on.
 */
const WITHHELD = `SELECT DISTINCT c.data_class FROM consent_denials d
    CROSS JOIN LATERAL unnest(CASE d.data_class WHEN '*' THEN ARRAY['vitals', 'labs', 'radiology-report', 'chest-imaging', 'other'] ELSE ARRAY[d.data_class] END) AS c (data_class)
  WHERE d.patient_key = $1 AND d.purpose IN ('TREAT', 'SCORE') AND (
    (d.revision <= $2 AND (d.closed_revision IS NULL OR d.closed_revision > $2) AND d.starts_at <= $3 AND (d.ends_at IS NULL OR d.ends_at > $3))
    OR (d.closed_revision IS NULL AND d.starts_at <= now() AND (d.ends_at IS NULL OR d.ends_at > now())))
  ORDER BY 1`;

async function withheldAt(tx: Transaction, { key, revision, moment }: Known): Promise<readonly ModalityKind[]> {
  const rows = await tx.rows<{ data_class: string }>('timeline-withheld', WITHHELD, [key, revision, date(moment)]);
  return rows.map(({ data_class }) => asModality(data_class));
}

interface Lifetime {
  readonly available_at: Date;
  readonly superseded_at: Date | null;
  readonly retracted_at: Date | null;
  readonly closed_revision: number | null;
}

/** As the revision knew it: what closed the row later had not happened. */
function times(row: Lifetime, revision: number): Pick<Observation, 'availableAt' | 'supersededAt' | 'retractedAt'> {
  const closed = row.closed_revision !== null && row.closed_revision <= revision;
  // A row that is itself a retraction was never known as a value.
  const retracted = row.retracted_at !== null && (closed || row.closed_revision === null) ? at(row.retracted_at) : null;
  return {
    availableAt: at(row.available_at),
    ...given({ supersededAt: closed && row.superseded_at !== null ? at(row.superseded_at) : null, retractedAt: retracted }),
  };
}

interface SignRow extends Lifetime {
  readonly id: string;
  readonly version: number;
  readonly modality: string;
  readonly code: string;
  readonly number: number | null;
  readonly unit: string | null;
  readonly text: string | null;
  readonly device: string | null;
  readonly effective_at: Date;
  readonly source_id: string;
}

const SIGN_COLUMNS = `o.id, o.version, o.modality, o.code, o.number, o.unit, o.text, o.device, o.effective_at, o.available_at, o.superseded_at, o.retracted_at,
  o.closed_revision::float8 AS closed_revision, o.source_id`;
const SIGN_FROM = `observations o WHERE o.patient_key = $4 AND o.modality IS NOT NULL AND o.revision <= $5 AND o.available_at <= $6 AND ${reachable('o', OBSERVED)}`;
const SIGNS = `SELECT ${SIGN_COLUMNS} FROM ${SIGN_FROM} AND o.effective_at > $7 AND o.effective_at <= $6 ORDER BY o.effective_at DESC LIMIT ${SIGNS_MAX}`;
const ANSWERS = `SELECT ${SIGN_COLUMNS} FROM ${SIGN_FROM} AND o.effective_at > $7 AND o.effective_at <= $8 AND o.text IS NOT NULL
  ORDER BY o.effective_at DESC LIMIT ${ANSWERS_MAX}`;

async function addSigns(tx: Transaction, known: Known, streams: Map<ModalityKind, Observation[]>): Promise<void> {
  const since = minus(known.moment, SIGNS_BACK);
  const values = [...tx.reachValues, known.key, known.revision, date(known.moment)];
  const signs = await tx.rows<SignRow>('timeline-signs', SIGNS, [...values, date(since)]);
  const answers = await tx.rows<SignRow>('timeline-answers', ANSWERS, [...values, date(minus(known.moment, ANSWERS_BACK)), date(since)]);
  for (const row of [...signs, ...answers]) {
    const value: Reading = { code: row.code, device: row.device, ...given({ number: row.number, unit: row.unit, text: row.text }) };
    add(streams, asModality(row.modality), {
      id: `${row.id}/${row.version}`,
      effectiveAt: at(row.effective_at),
      ...times(row, known.revision),
      value,
      sourceId: asSourceId(row.source_id),
    });
  }
}

function add(streams: Map<ModalityKind, Observation[]>, kind: ModalityKind, observation: Observation): void {
  const list = streams.get(kind);
  if (list === undefined) streams.set(kind, [observation]);
  else list.push(observation);
}

const REPORTS = `SELECT ${REPORT_COLUMNS} FROM reports o WHERE o.patient_key = $4 AND o.modality IS NOT NULL AND o.revision <= $5 AND o.available_at <= $6
  AND o.effective_at > $7 AND ${reachable('o', REPORTED)} ORDER BY o.effective_at DESC LIMIT ${REPORTS_MAX}`;

async function addReports(tx: Transaction, known: Known, streams: Map<ModalityKind, Observation[]>): Promise<void> {
  const values = [...tx.reachValues, known.key, known.revision, date(known.moment), date(minus(known.moment, REPORTS_BACK))];
  for (const row of await tx.rows<ReportRow>('timeline-reports', REPORTS, values)) {
    const { id, version, status, code, text, derived, modality, sourceId, effectiveAt } = await toReport(tx, row);
    if (modality === undefined) continue;
    const value: ReportValue = { reportId: id, version, status, code: code.code, text, derived };
    add(streams, modality, { id: `${id}/${version}`, effectiveAt, ...times(row, known.revision), value, sourceId });
  }
}

type ImageRow = Pick<InstanceRow, 'id' | 'modality' | 'header' | 'derived' | 'prepared_sealed' | 'unused_reason' | 'effective_at' | 'source_id'> & Lifetime;

const IMAGES = `SELECT o.id, o.modality, o.header, o.derived, o.prepared_sealed, o.unused_reason, o.effective_at, o.available_at, o.superseded_at, o.retracted_at,
    o.closed_revision::float8 AS closed_revision, o.source_id
  FROM imaging_instances o WHERE o.patient_key = $4 AND o.modality IS NOT NULL AND o.revision <= $5 AND o.available_at <= $6 AND o.effective_at > $7 AND ${reachable('o', IMAGED)}
  ORDER BY o.effective_at DESC, o.id LIMIT ${IMAGES_MAX}`;

async function addImages(tx: Transaction, known: Known, streams: Map<ModalityKind, Observation[]>): Promise<void> {
  const values = [...tx.reachValues, known.key, known.revision, date(known.moment), date(minus(known.moment, REPORTS_BACK))];
  for (const row of await tx.rows<ImageRow>('timeline-images', IMAGES, values)) {
    const prepared = await preparedOf(tx, known.patientId, row);
    const value: ImageValue = { header: asWritten<ImageHeader>(row.header), derived: row.derived, ...given({ prepared, unusedReason: row.unused_reason }) };
    add(streams, asModality(row.modality ?? ''), {
      id: row.id,
      effectiveAt: at(row.effective_at),
      ...times(row, known.revision),
      value,
      sourceId: asSourceId(row.source_id),
    });
  }
}

interface VersionRow {
  readonly version: number;
  readonly sealed: Buffer;
  readonly available_at: Date;
  readonly superseded_at: Date | null;
  readonly retracted_at: Date | null;
  readonly source_id: string;
}

async function demographics(tx: Transaction, known: Known): Promise<readonly Observation<Demographics>[]> {
  const text =
    'SELECT version, sealed, available_at, superseded_at, retracted_at, source_id FROM patient_versions WHERE patient_id = $1 AND revision <= $2 ORDER BY version';
  const found = [];
  for (const row of await tx.rows<VersionRow>('timeline-demographics', text, [known.patientId, known.revision])) {
    const content = await openJson<PatientContent>(tx, known.patientId, { place: patientPlace(known.patientId, row.version), sealed: row.sealed });
    const lifetime = times({ ...row, closed_revision: null }, known.revision);
    found.push({
      id: `${known.patientId}/${row.version}`,
      effectiveAt: at(row.available_at),
      ...lifetime,
      value: content.demographics,
      sourceId: asSourceId(row.source_id),
    });
  }
  return found;
}

const STAYS = `SELECT ${ENCOUNTER_COLUMNS} FROM encounters o WHERE o.patient_key = $4 AND o.revision <= $5 AND ${reachable('o')} ORDER BY o.starts_at, o.version`;

async function stays(tx: Transaction, known: Known): Promise<readonly Observation<Stay>[]> {
  const rows = await tx.rows<EncounterRow>('timeline-stays', STAYS, [...tx.reachValues, known.key, known.revision]);
  return rows.map((row) => ({
    id: `${row.id}/${row.version}`,
    effectiveAt: at(row.starts_at),
    ...times(row, known.revision),
    value: toStay(row),
    sourceId: asSourceId(row.source_id),
  }));
}
