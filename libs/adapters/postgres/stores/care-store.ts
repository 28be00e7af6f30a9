import { invariant } from '@concord/core/kernel';
import type { PatientId } from '@concord/core/clinical';
import type { CareStore, Sensitivity } from '@concord/core/ports';
import { date, dateOrNull, idFrom } from '../rows.ts';
import type { Transaction } from '../transaction.ts';
import { replaceGrants } from './grant-rows.ts';

export function careStore(tx: Transaction): CareStore {
  return {
    setTeam: (team) => setTeam(tx, team),
    linkAccount: (account) => linkAccount(tx, account),
    setLabel: (patientId, label) => setLabel(tx, patientId, label),
  };
}

async function setTeam(tx: Transaction, team: Parameters<CareStore['setTeam']>[0]): Promise<void> {
  const key = tx.writeKey(team.patientId);
  const id = idFrom('care-team', key, tx.sourceId, team.name);
  const [starts, ends] = [date(team.start), dateOrNull(team.end)];
  const text = `INSERT INTO care_teams (id, patient_key, name, starts_at, ends_at, source_id) VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (id) DO UPDATE SET starts_at = excluded.starts_at, ends_at = excluded.ends_at`;
  await tx.rows('team-put', text, [id, key, team.name, starts, ends, tx.sourceId]);
  await tx.rows('team-clear', 'DELETE FROM care_team_members WHERE care_team_id = $1', [id]);
  const member =
    'INSERT INTO care_team_members (care_team_id, patient_key, issuer, subject, starts_at, ends_at, source_id) VALUES ($1, $2, $3, $4, $5, $6, $7)';
  for (const { issuer, subject } of team.members) await tx.rows('team-member', member, [id, key, issuer, subject, starts, ends, tx.sourceId]);
  const grants = team.members.map(
    ({ issuer, subject }) => ({ relationship: 'care-team', holder: `team:${issuer}|${subject}`, startsAt: team.start, endsAt: team.end }) as const,
  );
  await replaceGrants(tx, key, id, grants);
  tx.touched.add(key);
}

async function linkAccount(tx: Transaction, { patientId, issuer, subject }: Parameters<CareStore['linkAccount']>[0]): Promise<void> {
  const key = tx.writeKey(patientId);
  const text = 'INSERT INTO patient_accounts (issuer, subject, patient_key, starts_at, source_id) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING';
  await tx.rows('account-put', text, [issuer, subject, key, date(tx.now), tx.sourceId]);
  const mine = 'SELECT 1 AS found FROM patient_accounts WHERE issuer = $1 AND subject = $2 AND patient_key = $3';
  invariant((await tx.rows('account-mine', mine, [issuer, subject, key])).length === 1, 'an account is one patient’s, and this one has another');
  await replaceGrants(tx, key, idFrom('account', issuer, subject), [
    { relationship: 'own-record', holder: `self:${issuer}|${subject}`, startsAt: tx.now, endsAt: undefined },
  ]);
  tx.touched.add(key);
}

async function setLabel(tx: Transaction, patientId: PatientId, label: Sensitivity): Promise<void> {
  const key = tx.writeKey(patientId);
  await tx.rows('label-drop', 'DELETE FROM patient_labels WHERE patient_key = $1', [key]);
  if (label === 'N') return;
  await tx.rows('label-put', 'INSERT INTO patient_labels (patient_key, label, set_at, source_id) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING', [
    key,
    label,
    date(tx.now),
    tx.sourceId,
  ]);
  tx.touched.add(key);
}
