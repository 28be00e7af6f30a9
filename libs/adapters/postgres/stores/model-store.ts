import { randomUUID } from 'node:crypto';
import type { BundleId, ModalityKind, RiskTaskId } from '@concord/core/clinical';
import type { LocalValidation, ModelStore, ValidationFigures } from '@concord/core/ports';
import { asOneOf, asWardId, at, date } from '../rows.ts';
import type { Transaction } from '../transaction.ts';

interface ValidationRow {
  readonly id: string;
  readonly bundle: string;
  readonly task: string;
  readonly pattern: readonly string[];
  readonly ward_id: string;
  readonly patients: number;
  readonly events: number;
  readonly auroc: number | null;
  readonly slope: number | null;
  readonly observed_expected: number | null;
  readonly note: string;
  readonly login: string;
  readonly recorded_at: Date;
  readonly withdrawn_at: Date | null;
  readonly withdrawn_by: string | null;
}

/** More than a site records in years; a list without an end is read by nobody. */
const VALIDATIONS_MAX = 1_000;

export function modelStore(tx: Transaction): ModelStore {
  return {
    validations: () => validations(tx),
    recordValidation: (figures) => record(tx, figures),
    withdrawValidation: (id) => withdraw(tx, id),
  };
}

async function validations(tx: Transaction): Promise<readonly LocalValidation[]> {
  const text = `SELECT id, bundle, task, pattern, ward_id, patients, events, auroc, slope, observed_expected, note, login, recorded_at, withdrawn_at, withdrawn_by
    FROM local_validations ORDER BY recorded_at DESC, id LIMIT ${VALIDATIONS_MAX}`;
  return (await tx.rows<ValidationRow>('validations', text, [])).map(toValidation);
}

async function record(tx: Transaction, figures: ValidationFigures): Promise<LocalValidation> {
  const id = randomUUID();
  const { issuer, subject, login } = tx.request.actor;
  const text = `INSERT INTO local_validations
    (id, bundle, task, pattern, ward_id, patients, events, auroc, slope, observed_expected, note, issuer, subject, login, recorded_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`;
  const { bundle, task, pattern, wardId, patients, events, auroc, slope, observedExpected, note } = figures;
  // prettier-ignore
  await tx.rows('validation-insert', text, [
    id, bundle, task, pattern, wardId, patients, events, auroc ?? null, slope ?? null, observedExpected ?? null, note, issuer, subject, login, date(tx.now),
  ]);
  return { ...figures, id, recordedBy: login, recordedAt: tx.now };
}

async function withdraw(tx: Transaction, id: string): Promise<boolean> {
  const text = 'UPDATE local_validations SET withdrawn_at = $2, withdrawn_by = $3 WHERE id = $1 AND withdrawn_at IS NULL RETURNING id';
  return (await tx.rows('validation-withdraw', text, [id, date(tx.now), tx.request.actor.login])).length === 1;
}

function toValidation(row: ValidationRow): LocalValidation {
  return {
    id: row.id,
    bundle: asOneOf<BundleId>(row.bundle),
    task: asOneOf<RiskTaskId>(row.task),
    pattern: row.pattern.map((kind) => asOneOf<ModalityKind>(kind)),
    wardId: asWardId(row.ward_id),
    patients: row.patients,
    events: row.events,
    ...(row.auroc === null ? {} : { auroc: row.auroc }),
    ...(row.slope === null ? {} : { slope: row.slope }),
    ...(row.observed_expected === null ? {} : { observedExpected: row.observed_expected }),
    note: row.note,
    recordedBy: row.login,
    recordedAt: at(row.recorded_at),
    ...(row.withdrawn_at === null ? {} : { withdrawnAt: at(row.withdrawn_at) }),
    ...(row.withdrawn_by === null ? {} : { withdrawnBy: row.withdrawn_by }),
  };
}
