import pg from 'pg';
import { err, ok, type Result } from '@concord/core/kernel';
import type { AccessDecision, AccessRequest, AccessScope, Purpose, Refusal } from '@concord/core/ports';
import { BREAK_GLASS_ROLES, decide, reachableBy, refusal, type AccessQuestion } from '@concord/governance/access';
import { begin, openGrant, type Facts } from './context.ts';
import type { AccessPolicy, Database, DatabaseSettings } from './database.ts';
import { rolledBack } from './in-transaction.ts';
import { NoteBook } from './audit/notes.ts';
import { record, recordFailure } from './audit/record.ts';
import { auditFeed } from './audit/feed.ts';
import { recordSecurity } from './audit/security.ts';
import { closeAuditUnits, keepRecordTurning } from './audit/sweep.ts';
import { assessmentStore } from './stores/assessment-store.ts';
import { auditStore } from './stores/audit-store.ts';
import { blobStore } from './stores/blob-store.ts';
import { administrationStore } from './stores/administration-store.ts';
import { breakGlassStore } from './stores/break-glass-store.ts';
import { careStore } from './stores/care-store.ts';
import { concordanceStore } from './stores/concordance-store.ts';
import { consentStore } from './stores/consent-store.ts';
import { deviceTurnStore } from './stores/device-turn-store.ts';
import { encounterStore } from './stores/encounter-store.ts';
import { rewriteErased } from './erasure/rewrite.ts';
import { erasureStore } from './stores/erasure-store.ts';
import { imagingStore } from './stores/imaging-store.ts';
import { jobStore } from './stores/job-store.ts';
import { modelStore } from './stores/model-store.ts';
import { observationStore } from './stores/observation-store.ts';
import { patientStore } from './stores/patient-store.ts';
import { reconcileStore } from './stores/reconcile-store.ts';
import { reportStore } from './stores/report-store.ts';
import { timelineStore } from './stores/timeline-store.ts';
import { worklistStore } from './stores/worklist-store.ts';
import { KeysGone, Transaction } from './transaction.ts';

/** Client of the demo's seed: the only one that may say when something became available. */
const SEED = 'demo-seed';
const CONNECTIONS = 12;
const TRIES = 3;
/** Two writers of several patients met in opposite orders; the one that was stopped tries again. */
const DEADLOCK = '40P01';
const POLICY: AccessPolicy = { decide, reachableBy, refusal };

export function openDatabase(settings: DatabaseSettings): Database {
  const pool = new pg.Pool({
    connectionString: settings.url,
    max: settings.connections ?? CONNECTIONS,
    connectionTimeoutMillis: 10_000,
    // With its policies a statement costs more to plan than to run, and its shape is the same for every value.
    // Who waits for a lock gives up in time: a record that cannot be written must not hold a person for ever.
    options: '-c plan_cache_mode=force_generic_plan -c lock_timeout=10s',
    // What does not wait for an answer is sent at once: the begin with the facts, the record with its commit.
    pipeline: true,
  });
  // A connection that breaks with the server is replaced at the next request; unheard, the event would end the process. The
  // pool hears the idle ones only; one that is lent tells its borrower by failing the statement as well.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return {
    withAccess: (request, work) => withAccess({ settings, pool }, request, work),
    ready: () => isReady(pool),
    record: (event) => recordSecurity(pool, settings.keyring, event),
    auditFeed: (place, most) => auditFeed(pool, place, most),
    closeAuditUnits: () => closeAuditUnits(pool, settings.watch),
    keepRecordTurning: () => keepRecordTurning(pool),
    rewriteErased: () => rewriteErased(pool),
    close: () => pool.end(),
  };
}

interface Door {
  readonly settings: DatabaseSettings;
  readonly pool: pg.Pool;
}

async function withAccess<T>(door: Door, request: AccessRequest, work: (scope: AccessScope) => Promise<T>): Promise<Result<T, Refusal>> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await attemptAccess(door, request, work);
    } catch (error) {
      // Nothing was recorded or done: the same question again, as what it is now.
      if (error instanceof UnderGrant) return attemptAccess(door, { ...request, purpose: error.purpose }, work);
      if (attempt < TRIES && isDeadlock(error)) continue;
      throw error;
    }
  }
}

async function attemptAccess<T>(door: Door, request: AccessRequest, work: (scope: AccessScope) => Promise<T>): Promise<Result<T, Refusal>> {
  const client = await door.pool.connect();
  let broken: Error | undefined;
  try {
    return await decided(door.settings, client, { request, work });
  } catch (error) {
    broken = await rolledBack(client);
    // What cannot be recorded is still thrown, and the connection is not trusted any more.
    if (broken === undefined && !isDeadlock(error) && !(error instanceof UnderGrant))
      broken = await recordFailure(client, { request, process: door.settings, error }).then(nothing, asError);
    // Between an erasure's first step and its last a reader meets what is no longer there, and hears just that.
    if (error instanceof KeysGone) return err({ kind: 'not-found' });
    throw error;
  } finally {
    // A connection in an unknown state is not lent again.
    client.release(broken);
  }
}

interface Asked<T> {
  readonly request: AccessRequest;
  readonly work: (scope: AccessScope) => Promise<T>;
}

async function decided<T>(settings: DatabaseSettings, client: pg.ClientBase, { request, work }: Asked<T>): Promise<Result<T, Refusal>> {
  const policy = settings.policy ?? POLICY;
  const facts = await begin(client, request, settings);
  const question = questionOf(request, facts, settings.machine);
  const decision = { ...policy.decide(question), ...basisOf(request, facts) };
  const tx = transactionOf(settings, client, { request, facts, policy });
  const notes = new NoteBook(tx);
  if (!decision.allow) {
    await askUnderGrant(client, request);
    const events = await record(client, { request, decision, facts, tx, notes, refused: true });
    request.committed?.(events);
    return err(policy.refusal(question, decision));
  }
  const value = await work(scopeOf(tx, { decision, facts, notes }));
  if (value === undefined && isLook(request)) await askUnderGrant(client, request);
  const events = await record(client, { request, decision, facts, tx, notes, refused: false, isEmpty: value === undefined });
  tx.close();
  request.committed?.(events);
  return ok(value);
}

/** Thrown to begin anew under the purpose of the actor's open emergency grant. */
class UnderGrant extends Error {
  override readonly name = 'UnderGrant';
  readonly purpose: Purpose;

  constructor(purpose: Purpose) {
    super('asked again under an emergency grant');
    this.purpose = purpose;
  }
}

/** What is denied, or not to be seen, by the usual relations is asked once more by whoever holds an open grant. */
async function askUnderGrant(client: pg.ClientBase, { actor, purpose, subject, resource }: AccessRequest): Promise<void> {
  const mayHold = purpose === 'TREAT' && subject.kind !== 'none' && resource !== 'BreakGlass' && BREAK_GLASS_ROLES.some((role) => actor.roles.includes(role));
  const grant = mayHold ? await openGrant(client, subject.kind === 'patient' ? subject.patientId : undefined) : undefined;
  if (grant !== undefined) throw new UnderGrant(grant.purpose);
}

function isLook({ action }: AccessRequest): boolean {
  return action === 'read' || action === 'vread';
}

function basisOf({ purpose, resource }: AccessRequest, { grant }: Facts): { readonly basis?: string } {
  const isUnder = grant !== undefined && (purpose === 'BTG' || purpose === 'ETREAT') && resource !== 'BreakGlass';
  return isUnder ? { basis: `break-glass/${grant.id}` } : {};
}

function questionOf({ actor, purpose, action, resource, subject, concerns }: AccessRequest, facts: Facts, machine: 'api' | 'worker'): AccessQuestion {
  const aboutOne = subject.kind === 'patient' || machine === 'worker';
  const circumstances = { isBarred: facts.isBarred, label: facts.label, concernsSelf: isSelf(actor, concerns) };
  return { roles: actor.roles, purpose, action, resource, relationships: aboutOne ? facts.relationships : undefined, circumstances };
}

function isSelf(actor: AccessRequest['actor'], concerns: AccessRequest['concerns']): boolean {
  return concerns?.issuer === actor.issuer && concerns.subject === actor.subject;
}

interface Deciding {
  readonly request: AccessRequest;
  readonly facts: Facts;
  readonly policy: AccessPolicy;
}

function transactionOf(settings: DatabaseSettings, client: pg.ClientBase, { request, facts, policy }: Deciding): Transaction {
  const { actor, purpose, action, resource, subject } = request;
  const relations =
    settings.machine === 'worker' ? [] : policy.reachableBy({ roles: actor.roles, purpose, action: lookOf(action), resource: rowsOf(resource) });
  return new Transaction({
    client,
    request,
    keyring: settings.keyring,
    files: settings.files,
    now: facts.now,
    mayBackdate: settings.demo && actor.clientId === SEED,
    subject: subject.kind === 'patient' && facts.subject !== undefined ? { id: subject.patientId, ...facts.subject } : undefined,
    reach: {
      relations,
      sourceId: relations.includes('own-source') ? actor.sourceId : undefined,
      jobId: settings.machine === 'worker' && subject.kind === 'patient' ? subject.patientId : undefined,
    },
  });
}

/** Who writes reads back, in the same transaction, what a look would show them. */
function lookOf(action: AccessRequest['action']): AccessRequest['action'] {
  return action === 'create' || action === 'update' ? 'read' : action;
}

/** A worklist is a list of patients: it holds those whom another line of the table lets the actor reach. */
function rowsOf(resource: AccessRequest['resource']): AccessRequest['resource'] {
  return resource === 'Worklist' ? 'Patient' : resource;
}

interface Open {
  readonly decision: AccessDecision;
  readonly facts: Facts;
  readonly notes: NoteBook;
}

function scopeOf(tx: Transaction, { decision, facts, notes }: Open): AccessScope {
  return {
    decision,
    now: facts.now,
    wards: facts.wards,
    patients: patientStore(tx),
    encounters: encounterStore(tx),
    erasures: erasureStore(tx),
    observations: observationStore(tx),
    reports: reportStore(tx),
    imaging: imagingStore(tx),
    timelines: timelineStore(tx),
    assessments: assessmentStore(tx),
    concordances: concordanceStore(tx),
    worklist: worklistStore(tx),
    reconcile: reconcileStore(tx),
    care: careStore(tx),
    models: modelStore(tx),
    consents: consentStore(tx),
    deviceTurns: deviceTurnStore(tx),
    breakGlass: breakGlassStore(tx),
    administration: administrationStore(tx),
    audit: auditStore(tx, (detail) => {
      notes.add(detail);
    }),
    blobs: blobStore(tx),
    jobs: jobStore(tx),
  };
}

function isDeadlock(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code === DEADLOCK;
}

function nothing(): undefined {
  return undefined;
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error('the connection failed');
}

async function isReady(pool: pg.Pool): Promise<boolean> {
  const answer = await pool.query<{ found: boolean }>("SELECT to_regclass('public.audit_unit_closings') IS NOT NULL AS found").catch(() => undefined);
  return answer?.rows[0]?.found === true;
}
