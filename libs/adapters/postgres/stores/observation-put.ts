import { cameLive, type PatientId } from '@concord/core/clinical';
import { minus, type Instant, type Milliseconds } from '@concord/core/kernel';
import type { NewObservation, Stored, StoredObservation } from '@concord/core/ports';
import { observationIdentifierPlace, textPlace } from '../places.ts';
import { bytesOf, date, dateOrNull, idFrom, type PatientKey } from '../rows.ts';
import type { Raised, Transaction } from '../transaction.ts';
import { readDevices } from './device-clocks.ts';
import { stoppedReadings } from './device-pauses.ts';
import { indexOrNull, sealIdentifier } from './identifiers.ts';
import { openText, sealText } from './sealed-json.ts';
import { verdict, type StoredVersion } from './verdict.ts';

/** A version to insert. */
interface Addition {
  readonly record: NewObservation;
  readonly id: string;
  readonly key: PatientKey;
  readonly version: number;
  readonly retracts: boolean;
  /** Somebody at the bed said before that its device is not on this patient. */
  readonly ended: boolean;
}

/**
 * Stores a batch: locks its patients, reads what is there under the same natural keys, judges each record in the order of
 * the batch, and writes what is new in two statements.
 */
export async function putObservations(tx: Transaction, records: readonly NewObservation[]): Promise<readonly StoredObservation[]> {
  const patients = [...new Set(records.map(({ patientId }) => patientId))];
  await tx.lock(patients);
  const ids = records.map((record) => naturalId(tx, record));
  const versions = new Map<string, StoredVersion[]>();
  for (const patient of patients) await readVersions(tx, patient, { ids: ids.filter((_, i) => records[i]?.patientId === patient), into: versions });
  const additions: Addition[] = [];
  const { paused, ended } = await stoppedReadings(tx, records);
  const answers = records.map((record, i): StoredObservation =>
    paused.has(i) ? { kind: 'paused', id: ids[i] ?? '' } : judge(tx, { record, id: ids[i] ?? '', versions, additions, ended: ended.has(i) }),
  );
  for (const patient of patients) tx.touched.add(tx.writeKey(patient));
  await write(tx, additions);
  return answers;
}

/** Natural key (DESIGN 4); of one identifier the parts of a panel differ by their code. Per source: no source sees another's rows. */
function naturalId(tx: Transaction, record: NewObservation): string {
  const { identifier, code, codeSystem, effectiveAt, device } = record;
  const rest = identifier === undefined ? ['at', effectiveAt, device ?? null] : ['identifier', identifier.system, identifier.value];
  return idFrom('observation', tx.writeKey(record.patientId), tx.sourceId, codeSystem, code, ...rest);
}

interface VersionRow {
  readonly id: string;
  readonly version: number;
  readonly status: string;
  readonly number: number | null;
  readonly unit: string | null;
  readonly text: string | null;
  readonly text_sealed: Buffer | null;
  readonly effective_at: Date;
  readonly device: string | null;
}

async function readVersions(
  tx: Transaction,
  patient: PatientId,
  { ids, into }: { readonly ids: readonly string[]; readonly into: Map<string, StoredVersion[]> },
): Promise<void> {
  const text = `SELECT id, version, status, number, unit, text, text_sealed, coalesce(sent_effective_at, effective_at) AS effective_at, device FROM observations
    WHERE patient_key = $1 AND id = ANY ($2::uuid[]) ORDER BY id, version`;
  for (const row of await tx.rows<VersionRow>('observation-versions', text, [tx.writeKey(patient), ids])) {
    const list = into.get(row.id) ?? [];
    const words = row.text ?? (await openText(tx, patient, { place: textPlace(row.id, row.version), sealed: row.text_sealed })) ?? null;
    list.push({ version: row.version, status: row.status, content: content(row.number, row.unit, words, row.effective_at.getTime(), row.device) });
    into.set(row.id, list);
  }
}

function content(...parts: readonly [number: number | null, unit: string | null, text: string | null, at: number, device: string | null]): string {
  return JSON.stringify(parts);
}

interface Case {
  readonly record: NewObservation;
  readonly id: string;
  readonly versions: Map<string, StoredVersion[]>;
  readonly additions: Addition[];
  readonly ended: boolean;
}

function judge(tx: Transaction, { record, id, versions, additions, ended }: Case): Stored<string> {
  const { number, unit, text, effectiveAt, device, status } = record;
  const incoming = { status, content: content(number ?? null, unit ?? null, text ?? null, effectiveAt, device ?? null) };
  const list = versions.get(id) ?? [];
  const said = verdict(list, incoming);
  if (said.kind === 'conflict') return { kind: 'conflict', id };
  if (said.kind === 'repeated') return { kind: 'repeated', id, version: said.version };
  const version = said.kind === 'created' ? 1 : said.version;
  // Later records of the batch speak about this one too.
  versions.set(id, [...list, { version, ...incoming }]);
  additions.push({ record, id, key: tx.writeKey(record.patientId), version, retracts: status === 'entered-in-error', ended });
  return { kind: said.kind, id, version };
}

async function write(tx: Transaction, additions: readonly Addition[]): Promise<void> {
  if (additions.length === 0) return;
  const raised = new Map<PatientId, Raised>();
  for (const patient of new Set(additions.map(({ record }) => record.patientId))) raised.set(patient, await tx.raise(patient));
  const known = [];
  for (const addition of additions) {
    const own = raised.get(addition.record.patientId) ?? (await tx.raise(addition.record.patientId));
    known.push({ ...addition, raised: own, receivedAt: tx.availableAt(own, addition.record.availableAt) });
  }
  const { wrong, elsewhere } = await readDevices(tx, known);
  const rows = [];
  for (const addition of known) {
    const held = addition.ended || elsewhere.has(addition.record);
    rows.push(await toRow(tx, { ...addition, held }, dated(addition.record, wrong)));
  }
  await insert(tx, rows);
  const later = additions.filter(({ version }) => version > 1);
  if (later.length > 0) await close(tx, later);
}

interface Known extends Addition {
  readonly raised: Raised;
  readonly receivedAt: Instant;
  /** Kept as it was sent, and no model and no chart sees it until a person says whose it is: the device was on somebody else, or is said to be. */
  readonly held: boolean;
}

/** When it was true of the patient, by our clock, and what the device's said where that is corrected. */
interface Dated {
  readonly effectiveAt: Instant;
  readonly told: Instant | undefined;
}

function dated({ device = '', effectiveAt, sentAt }: NewObservation, wrong: ReadonlyMap<string, number>): Dated {
  const ahead = wrong.get(device);
  if (ahead === undefined || sentAt === undefined || !cameLive({ sentAt, oldest: effectiveAt, newest: effectiveAt })) return { effectiveAt, told: undefined };
  return { effectiveAt: minus(effectiveAt, ahead as Milliseconds), told: effectiveAt };
}

async function toRow(
  tx: Transaction,
  { record, id, key, version, retracts, raised, receivedAt, held }: Known,
  { effectiveAt, told }: Dated,
): Promise<readonly unknown[]> {
  const available = date(receivedAt);
  const sealed = await sealIdentifier(tx, record.patientId, { place: observationIdentifierPlace(id, version), identifier: record.identifier });
  return [
    key,
    id,
    version,
    raised.revision,
    ...readBy(record, held),
    record.code,
    record.codeSystem,
    record.number ?? null,
    record.unit ?? null,
    ...(await textOf(tx, record, textPlace(id, version))),
    record.sentNumber ?? null,
    record.sentUnit ?? null,
    record.status,
    date(effectiveAt),
    available,
    retracts ? available : null,
    dateOrNull(record.sentAt),
    dateOrNull(told),
    record.device ?? null,
    record.encounterId ?? null,
    indexOrNull(tx, record.identifier),
    sealed,
    tx.sourceId,
    bytesOf(record.blob),
  ];
}

/** The modality that reads it, and the one that would. */
function readBy({ modality }: NewObservation, held: boolean): readonly [string | null, string | null] {
  const read = modality ?? null;
  return held ? [null, read] : [read, null];
}

/**
 * Open and sealed text. An answer that a modality understood is a word of its vocabulary, and models ask for it; anything else
 * is what somebody wrote.
 */
async function textOf(tx: Transaction, { modality, text, patientId }: NewObservation, place: string): Promise<readonly [string | null, Buffer | null]> {
  return modality === undefined ? [null, await sealText(tx, patientId, { place, content: text })] : [text ?? null, null];
}

const COLUMNS = [
  ['patient_key', 'uuid'],
  ['id', 'uuid'],
  ['version', 'int'],
  ['revision', 'bigint'],
  ['modality', 'text'],
  ['held_modality', 'text'],
  ['code', 'text'],
  ['code_system', 'text'],
  ['number', 'float8'],
  ['unit', 'text'],
  ['text', 'text'],
  ['text_sealed', 'bytea'],
  ['sent_number', 'float8'],
  ['sent_unit', 'text'],
  ['status', 'text'],
  ['effective_at', 'timestamptz'],
  ['available_at', 'timestamptz'],
  ['retracted_at', 'timestamptz'],
  ['sent_at', 'timestamptz'],
  ['sent_effective_at', 'timestamptz'],
  ['device', 'text'],
  ['encounter_id', 'uuid'],
  ['identifier_index', 'bytea'],
  ['identifier_sealed', 'bytea'],
  ['source_id', 'text'],
  ['blob_sha256', 'bytea'],
] as const;

const INSERT = `INSERT INTO observations (${COLUMNS.map(([name]) => name).join(', ')})
  SELECT * FROM unnest(${COLUMNS.map(([, type], i) => `$${i + 1}::${type}[]`).join(', ')})`;

async function insert(tx: Transaction, rows: readonly (readonly unknown[])[]): Promise<void> {
  await tx.rows(
    'observations-insert',
    INSERT,
    COLUMNS.map((_, column) => rows.map((row) => row[column])),
  );
}

/** The versions before a correction end when it becomes available; before a retraction they are withdrawn then, too. */
const CLOSE = `UPDATE observations o SET superseded_at = n.available_at, retracted_at = coalesce(o.retracted_at, n.retracted_at), closed_revision = n.revision
  FROM observations n, unnest($1::uuid[], $2::uuid[], $3::int[]) AS c (patient_key, id, version)
  WHERE n.patient_key = c.patient_key AND n.id = c.id AND n.version = c.version
    AND o.patient_key = c.patient_key AND o.id = c.id AND o.version < c.version AND o.superseded_at IS NULL`;

async function close(tx: Transaction, later: readonly Addition[]): Promise<void> {
  // In order, so that of several corrections in one batch each closes the one before.
  for (const addition of later) await tx.rows('observations-close', CLOSE, [[addition.key], [addition.id], [addition.version]]);
}
