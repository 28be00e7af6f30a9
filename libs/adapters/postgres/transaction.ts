import type { ClientBase, QueryResultRow } from 'pg';
import type { PatientId, SourceId } from '@concord/core/clinical';
import { instant, invariant, type Instant } from '@concord/core/kernel';
import type { AccessRequest, DataKeys, Keyring, Relationship, SealedFiles } from '@concord/core/ports';
import { classOfModality } from '@concord/governance/access';
import { send } from './at-once.ts';
import { ScoreBook } from './audit/scores.ts';
import { asPatientId, asPatientKey, type PatientKey } from './rows.ts';

/** Which rows the decision lets this transaction hand out: by relation to the patient, by source, or the job's patient. */
export interface Reach {
  readonly relations: readonly Relationship[];
  readonly sourceId: SourceId | undefined;
  readonly jobId: PatientId | undefined;
}

export interface TransactionParts {
  readonly client: ClientBase;
  readonly request: AccessRequest;
  readonly keyring: Keyring;
  readonly files: SealedFiles;
  readonly now: Instant;
  readonly reach: Reach;
  /** True for the demo's seed: it may say when things became available. */
  readonly mayBackdate: boolean;
  /** The patient asked about as the facts showed them: nobody has to ask for the pseudonym, or for leave to open, again. */
  readonly subject: { readonly id: PatientId; readonly key: PatientKey; readonly opens: boolean } | undefined;
}

export interface Raised {
  readonly revision: number;
  readonly at: Instant;
}

/**
 * One open, decided transaction: what the stores share. It knows which patients were handed out (the audit needs each), which
 * may be written to, and keeps the pseudonyms and keys that it read.
 */
export class Transaction {
  readonly request: AccessRequest;
  readonly keyring: Keyring;
  readonly files: SealedFiles;
  readonly now: Instant;
  readonly mayBackdate: boolean;
  /** Patients in the answer, in the order in which they were handed out. */
  readonly touched = new Set<PatientKey>();
  /** Scores in the answer: the audit names each. */
  readonly scores = new ScoreBook();
  private readonly client: ClientBase;
  private readonly reach: Reach;
  private readonly keyById = new Map<PatientId, PatientKey>();
  private readonly idByKey = new Map<PatientKey, PatientId>();
  private readonly dataKeys = new Map<PatientId, DataKeys>();
  /** Whose row of keys row-level security showed. */
  private readonly opens = new Set<PatientId>();
  private readonly writable = new Map<PatientId, PatientKey>();
  private readonly locked = new Set<PatientId>();
  private readonly raised = new Map<PatientId, Raised>();
  private open = true;

  constructor(parts: TransactionParts) {
    this.client = parts.client;
    this.request = parts.request;
    this.keyring = parts.keyring;
    this.files = parts.files;
    this.now = parts.now;
    this.reach = parts.reach;
    this.mayBackdate = parts.mayBackdate;
    if (parts.subject === undefined) return;
    this.know(parts.subject.id, parts.subject.key);
    if (parts.subject.opens) this.opens.add(parts.subject.id);
  }

  /** A store that was kept beyond its transaction must not read on: nobody would record it. */
  close(): void {
    this.open = false;
  }

  /** A prepared statement; its text is its name's only text. */
  async rows<R extends QueryResultRow>(name: string, text: string, values: readonly unknown[]): Promise<readonly R[]> {
    invariant(this.open, 'a store was used after its transaction');
    return (await send<R>(this.client, { name, text, values })).rows;
  }

  /** The three values that `reachable` compares with; they go first in the values of a statement. */
  get reachValues(): readonly [readonly string[], string | null, string | null] {
    return [this.reach.relations, this.reach.sourceId ?? null, this.reach.jobId ?? null];
  }

  /** The source of what this transaction writes. @throws when the actor is none. */
  get sourceId(): SourceId {
    const { sourceId } = this.request.actor;
    invariant(sourceId !== undefined, 'only a source writes');
    return sourceId;
  }

  handOut(key: PatientKey): PatientId {
    this.touched.add(key);
    return this.idOf(key);
  }

  isKnown(key: PatientKey): boolean {
    return this.idByKey.has(key);
  }

  /** The pseudonym as far as it was told already; nothing is asked. */
  knownKey(id: PatientId): PatientKey | undefined {
    return this.keyById.get(id);
  }

  /** @throws when the patient was not met. */
  idOf(key: PatientKey): PatientId {
    const id = this.idByKey.get(key);
    invariant(id !== undefined, 'a row was handed out before its patient was known');
    return id;
  }

  /** Reads the outside's ids of these pseudonyms, as far as row-level security shows them. */
  async meet(keys: readonly string[]): Promise<void> {
    const unknown = [...new Set(keys)].filter((key) => !this.idByKey.has(asPatientKey(key)));
    if (unknown.length === 0) return;
    const found = await this.rows<LinkRow>('links-by-key', 'SELECT patient_id, patient_key FROM patient_links WHERE patient_key = ANY ($1::uuid[])', [unknown]);
    for (const row of found) this.know(asPatientId(row.patient_id), asPatientKey(row.patient_key));
  }

  /** @returns undefined when no such patient is visible here. */
  async keyOf(id: PatientId): Promise<PatientKey | undefined> {
    const known = this.keyById.get(id);
    if (known !== undefined) return known;
    const [row] = await this.rows<LinkRow>('link-by-id', 'SELECT patient_id, patient_key FROM patient_links WHERE patient_id = $1', [id]);
    if (row === undefined) return undefined;
    const key = asPatientKey(row.patient_key);
    this.know(id, key);
    return key;
  }

  /** Every patient met so far. */
  get pseudonyms(): ReadonlyMap<PatientId, PatientKey> {
    return this.keyById;
  }

  know(id: PatientId, key: PatientKey): void {
    this.keyById.set(id, key);
    this.idByKey.set(key, id);
  }

  /** The keys that seal this patient's data. @throws KeysGone when they were destroyed: the patient is being erased. */
  async dataKey(id: PatientId): Promise<DataKeys> {
    const kept = this.dataKeys.get(id);
    if (kept !== undefined) return kept;
    await this.readDataKeys([id]);
    const keys = this.dataKeys.get(id);
    if (keys === undefined) throw new KeysGone('the keys of a patient are not there');
    return keys;
  }

  /** For a page of patients: one question instead of many. */
  async readDataKeys(ids: readonly PatientId[]): Promise<void> {
    const unknown = ids.filter((id) => !this.dataKeys.has(id));
    if (unknown.length === 0) return;
    await this.askToOpen(unknown.filter((id) => !this.opens.has(id)));
    const shown = unknown.filter((id) => this.opens.has(id));
    const opened = await Promise.all(shown.map(async (id) => [id, await this.keyring.keysOf(id)] as const));
    for (const [id, keys] of opened) if (keys !== undefined) this.dataKeys.set(id, keys);
  }

  /** The row holds no key; that row-level security shows it is what lets this transaction fetch one. */
  private async askToOpen(ids: readonly PatientId[]): Promise<void> {
    if (ids.length === 0) return;
    const text = 'SELECT DISTINCT patient_id FROM patient_keys WHERE patient_id = ANY ($1::uuid[])';
    for (const { patient_id } of await this.rows<{ patient_id: string }>('data-keys', text, [ids])) this.opens.add(asPatientId(patient_id));
  }

  keepDataKey(id: PatientId, keys: DataKeys): void {
    this.dataKeys.set(id, keys);
  }

  /**
   * Classes of data that consent withholds from this reader, for each of these patients. A job of ours reads whole
   * assessments: what it stores is folded when somebody reads it.
   */
  async withheldOf(keys: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>> {
    const asked = [...new Set(keys)];
    if (asked.length === 0 || this.reach.jobId !== undefined) return new Map();
    const text = 'SELECT w.patient_key, array_agg(w.data_class) AS classes FROM app.withheld() w WHERE w.patient_key = ANY ($1::uuid[]) GROUP BY 1';
    const rows = await this.rows<{ patient_key: string; classes: readonly string[] }>('withheld-of', text, [asked]);
    return new Map(rows.map(({ patient_key, classes }) => [patient_key, classes]));
  }

  /** From here on this patient may be written to: an arrival named them, or they are being made. */
  async allowWrites(id: PatientId, key: PatientKey | undefined): Promise<void> {
    const ids = [...this.writable.keys(), id];
    const keys = [...this.writable.values(), ...(key === undefined ? [] : [key])];
    await this.rows('allow-writes', "SELECT set_config('app.write_ids', $1, true), set_config('app.write_keys', $2, true)", [ids.join(','), keys.join(',')]);
    if (key === undefined) return;
    this.writable.set(id, key);
    this.know(id, key);
  }

  /** @throws when the patient was neither matched nor made in this transaction. */
  writeKey(id: PatientId): PatientKey {
    const key = this.writable.get(id);
    invariant(key !== undefined, 'a patient is written to only after it was matched');
    return key;
  }

  /** Locks the patients' rows, in one order for everybody, so that equal writes wait for each other and find each other. */
  async lock(ids: readonly PatientId[]): Promise<void> {
    const unlocked = [...new Set(ids)].filter((id) => !this.locked.has(id)).sort();
    if (unlocked.length === 0) return;
    await this.rows('lock-patients', 'SELECT id FROM patients WHERE id = ANY ($1::uuid[]) ORDER BY id FOR UPDATE', [unlocked]);
    for (const id of unlocked) this.locked.add(id);
  }

  /** The revision of this transaction's changes to the patient, and the moment they become available. */
  async raise(id: PatientId): Promise<Raised> {
    const kept = this.raised.get(id);
    if (kept !== undefined) return kept;
    const raised = await this.raiseRow(id);
    this.touched.add(this.writeKey(id));
    await this.rememberSource(this.writeKey(id));
    return raised;
  }

  /** The same for a patient who changes their own record; no source is remembered for it. */
  async raiseOwn(id: PatientId, key: PatientKey): Promise<Raised> {
    this.touched.add(key);
    return this.raised.get(id) ?? this.raiseRow(id);
  }

  private async raiseRow(id: PatientId): Promise<Raised> {
    // Never before the last change: a clock that was set back must not make a later row look earlier.
    const text = `UPDATE patients SET revision = revision + 1, updated_at = greatest(clock_timestamp(), updated_at) WHERE id = $1
      RETURNING revision::float8 AS revision, floor(extract(epoch FROM updated_at) * 1000)::float8 AS at`;
    const [row] = await this.rows<{ revision: number; at: number }>('raise-revision', text, [id]);
    invariant(row !== undefined, 'a patient is written to only after it was matched');
    const raised = { revision: row.revision, at: instant(row.at) };
    this.raised.set(id, raised);
    return raised;
  }

  /** What a source wrote about somebody else's patient it reads back: that takes the patient's link and key. */
  private async rememberSource(key: PatientKey): Promise<void> {
    const text = `INSERT INTO access_grants (id, patient_key, relationship, holder, basis, starts_at)
      VALUES (gen_random_uuid(), $1, 'own-source', 'source:' || $2, $1, now()) ON CONFLICT DO NOTHING`;
    await this.rows('source-grant', text, [key, this.sourceId]);
  }

  /** A patient made in this transaction is at its first revision. */
  begin(id: PatientId, raised: Raised): void {
    this.raised.set(id, raised);
    this.locked.add(id);
    this.touched.add(this.writeKey(id));
  }

  /** When a row becomes available: now, unless the demo's seed says when it was. */
  availableAt(raised: Raised, said: Instant | undefined): Instant {
    return this.mayBackdate && said !== undefined && said < raised.at ? said : raised.at;
  }
}

interface LinkRow {
  readonly patient_id: string;
  readonly patient_key: string;
}

/** The keys of a patient whose row was just visible were destroyed: to the asker nobody is there. */
export class KeysGone extends Error {
  override readonly name = 'KeysGone';
}

/** Class of data that a consent names, as SQL over a row `o`: of an observation its modality, also while it is held, or `other` where it knows no such name. */
export const OBSERVED = classOfModality('coalesce(o.modality, o.held_modality)');
export const REPORTED = "'radiology-report'";
export const IMAGED = "'chest-imaging'";

/**
 * The application's own wall, beside row-level security: SQL that is true for the rows this transaction may hand out. The one
 * patient of a request is compared with first: what holds was worked out when the request began, and no set is asked for.
 * Its values are `reachValues`, `$1` to `$3`.
 * @param dataClass of rows that a consent may withhold; a source reads back what it wrote all the same.
 */
export function reachable(row: string, dataClass?: string): string {
  if (dataClass === undefined) return related(row);
  const withheld = `(${row}.patient_key, ${dataClass}) IN (SELECT w.patient_key, w.data_class FROM app.withheld() w)`;
  return `(${related(row)} AND (${row}.source_id = $2::text OR NOT ${withheld}))`;
}

function related(row: string): string {
  return `(${row}.patient_key = (SELECT app.reached_by($1::text[]))
    OR ${row}.patient_key IN (SELECT r.patient_key FROM app.relations() r WHERE r.relationship = ANY ($1::text[]))
    OR ${row}.source_id = $2::text OR ${row}.patient_key = (SELECT app.key_of($3::uuid)))`;
}

/** The same for rows that no source reads back: scores and their evidence. */
export function reachableCare(row: string): string {
  return `(${row}.patient_key = (SELECT app.reached_by(array_remove($1::text[], 'own-record')))
    OR ${row}.patient_key IN (SELECT r.patient_key FROM app.relations() r WHERE r.relationship = ANY ($1::text[]) AND r.relationship <> 'own-record')
    OR ($2::text IS NOT NULL AND false) OR ${row}.patient_key = (SELECT app.key_of($3::uuid)))`;
}
