import { randomUUID } from 'node:crypto';
import type { PatientId } from '@concord/core/clinical';
import type { AdministrationStore, ReachEntry, Relationship, Source, StaffMember, Ward } from '@concord/core/ports';
import { asOneOf, at, date, given, idFrom, type PatientKey } from '../rows.ts';
import type { Transaction } from '../transaction.ts';

/** Stands as the source of what an administrator keeps. */
const ADMINISTRATION = 'administration';

export function administrationStore(tx: Transaction): AdministrationStore {
  return {
    wards: () => wards(tx),
    putWard: (ward) => putWard(tx, ward),
    sources: () => sources(tx),
    putSource: (source) => putSource(tx, source),
    staff: () => staff(tx),
    putStaff: (member) => putStaff(tx, member),
    linkWard: (link) => linkWard(tx, link),
    setTeam: (team) => setTeam(tx, team),
    reachOf: (patientId) => reachOf(tx, patientId),
  };
}

async function wards(tx: Transaction): Promise<readonly Ward[]> {
  const rows = await tx.rows<{ id: string; name: string; setting: string; part_of: string | null }>(
    'kept-wards',
    'SELECT id, name, setting, part_of FROM wards ORDER BY id',
    [],
  );
  return rows.map(({ id, name, setting, part_of }) => ({ id, name, setting: asOneOf<Ward['setting']>(setting), ...given({ partOf: part_of }) }));
}

async function putWard(tx: Transaction, { id, name, setting, partOf }: Ward): Promise<void> {
  const text = `INSERT INTO wards (id, name, setting, part_of) VALUES ($1, $2, $3, $4)
    ON CONFLICT (id) DO UPDATE SET name = excluded.name, setting = excluded.setting, part_of = excluded.part_of`;
  await tx.rows('ward-put', text, [id, name, setting, partOf ?? null]);
}

async function sources(tx: Transaction): Promise<readonly Source[]> {
  const text = 'SELECT id, name, authority, time_zone, delivery FROM sources ORDER BY id';
  const rows = await tx.rows<{ id: string; name: string; authority: string; time_zone: string; delivery: string }>('kept-sources', text, []);
  return rows.map(({ id, name, authority, time_zone, delivery }) => ({
    id,
    name,
    authority,
    timeZone: time_zone,
    delivery: asOneOf<Source['delivery']>(delivery),
  }));
}

async function putSource(tx: Transaction, { id, name, authority, timeZone, delivery }: Source): Promise<void> {
  const text = `INSERT INTO sources (id, name, authority, time_zone, delivery) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (id) DO UPDATE SET name = excluded.name, authority = excluded.authority, time_zone = excluded.time_zone, delivery = excluded.delivery`;
  await tx.rows('source-put', text, [id, name, authority, timeZone, delivery]);
}

interface StaffRow {
  readonly issuer: string;
  readonly subject: string;
  readonly login: string;
  readonly name: string;
  readonly ward_ids: readonly string[];
  readonly since: readonly number[];
}

/** Those who stand in a ward without being known by name are shown by their subject. */
const STAFF = `SELECT p.issuer, p.subject, coalesce(s.login, p.subject) AS login, coalesce(s.name, '') AS name,
    coalesce(array_agg(w.ward_id ORDER BY w.ward_id) FILTER (WHERE w.ward_id IS NOT NULL), '{}') AS ward_ids,
    coalesce(array_agg((extract(epoch FROM w.starts_at) * 1000)::float8 ORDER BY w.ward_id) FILTER (WHERE w.ward_id IS NOT NULL), '{}') AS since
  FROM (SELECT issuer, subject FROM staff UNION SELECT issuer, subject FROM ward_staff) p
  LEFT JOIN staff s ON s.issuer = p.issuer AND s.subject = p.subject
  LEFT JOIN ward_staff w ON w.issuer = p.issuer AND w.subject = p.subject AND w.starts_at <= now() AND (w.ends_at IS NULL OR w.ends_at > now())
  GROUP BY 1, 2, 3, 4 ORDER BY 3`;

async function staff(tx: Transaction): Promise<readonly StaffMember[]> {
  const rows = await tx.rows<StaffRow>('kept-staff', STAFF, []);
  return rows.map(({ ward_ids, since, ...person }) => ({
    ...person,
    wards: ward_ids.map((wardId, i) => ({ wardId, since: at(new Date(since[i] ?? 0)) })),
  }));
}

async function putStaff(tx: Transaction, { issuer, subject, login, name }: Parameters<AdministrationStore['putStaff']>[0]): Promise<void> {
  const text =
    'INSERT INTO staff (issuer, subject, login, name) VALUES ($1, $2, $3, $4) ON CONFLICT (issuer, subject) DO UPDATE SET login = excluded.login, name = excluded.name';
  await tx.rows('staff-put', text, [issuer, subject, login, name]);
}

async function linkWard(tx: Transaction, { issuer, subject, wardId, isMember }: Parameters<AdministrationStore['linkWard']>[0]): Promise<void> {
  const current = 'issuer = $1 AND subject = $2 AND ward_id = $3 AND starts_at <= $4 AND (ends_at IS NULL OR ends_at > $4)';
  const values = [issuer, subject, wardId, date(tx.now)];
  if (!isMember) {
    await tx.rows('ward-unlink', `UPDATE ward_staff SET ends_at = $4 WHERE ${current}`, values);
    return;
  }
  const text = `INSERT INTO ward_staff (id, issuer, subject, ward_id, starts_at) SELECT $5, $1, $2, $3, $4 WHERE NOT EXISTS (SELECT FROM ward_staff WHERE ${current})`;
  await tx.rows('ward-link', text, [...values, randomUUID()]);
}

/** The pair of id and pseudonym of the one patient named; only its own policy shows it here. */
async function keptKey(tx: Transaction, patientId: PatientId): Promise<PatientKey | undefined> {
  const text = "SELECT app.administers() OR app.is_officer() AS kept, set_config('app.reach_id', $1, true)";
  const [row] = await tx.rows<{ kept: boolean }>('reach-id', text, [patientId]);
  if (row?.kept !== true) return undefined;
  const key = await tx.keyOf(patientId);
  if (key === undefined) return undefined;
  await tx.rows('reach-key', "SELECT set_config('app.reach_key', $1, true)", [key]);
  tx.touched.add(key);
  return key;
}

async function setTeam(tx: Transaction, { patientId, name, members }: Parameters<AdministrationStore['setTeam']>[0]): Promise<boolean> {
  const key = await keptKey(tx, patientId);
  if (key === undefined) return false;
  const id = idFrom('care-team', key, ADMINISTRATION, name);
  const now = date(tx.now);
  const put = `INSERT INTO care_teams (id, patient_key, name, starts_at, source_id) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (id) DO UPDATE SET starts_at = excluded.starts_at`;
  await tx.rows('kept-team', put, [id, key, name, now, ADMINISTRATION]);
  await tx.rows('kept-team-clear', 'DELETE FROM care_team_members WHERE care_team_id = $1', [id]);
  await tx.rows('kept-team-drop', 'DELETE FROM access_grants WHERE patient_key = $1 AND basis = $2', [key, id]);
  for (const { issuer, subject } of members) {
    const member = 'INSERT INTO care_team_members (care_team_id, patient_key, issuer, subject, starts_at, source_id) VALUES ($1, $2, $3, $4, $5, $6)';
    await tx.rows('kept-member', member, [id, key, issuer, subject, now, ADMINISTRATION]);
    const grant = `INSERT INTO access_grants (id, patient_key, relationship, holder, basis, starts_at) VALUES ($1, $2, 'care-team', 'team:' || $3 || '|' || $4, $5, $6)`;
    await tx.rows('kept-grant', grant, [randomUUID(), key, issuer, subject, id, now]);
  }
  return true;
}

interface ReachRow {
  readonly relationship: string;
  readonly holder: string;
  readonly starts_at: Date;
  readonly ends_at: Date | null;
  readonly people: readonly { readonly subject: string; readonly login: string; readonly name: string }[];
}

/** Every relation that holds now; of a ward its staff of now, of a person that person. */
const REACH = `SELECT g.relationship, g.holder, g.starts_at, g.ends_at, coalesce((SELECT json_agg(json_build_object('subject', p.subject, 'login', coalesce(s.login, p.subject), 'name', coalesce(s.name, '')) ORDER BY s.login)
    FROM (SELECT w.issuer, w.subject FROM ward_staff w WHERE g.holder = 'ward:' || w.ward_id AND w.starts_at <= now() AND (w.ends_at IS NULL OR w.ends_at > now())
          UNION SELECT split_part(split_part(g.holder, ':', 2), '|', 1), split_part(g.holder, '|', 2) WHERE g.holder LIKE 'team:%' OR g.holder LIKE 'self:%' OR g.holder LIKE 'glass:%') p
    LEFT JOIN staff s ON s.issuer = p.issuer AND s.subject = p.subject), '[]') AS people
  FROM access_grants g WHERE g.patient_key = $1 AND g.starts_at <= now() AND (g.ends_at IS NULL OR g.ends_at > now()) ORDER BY g.relationship, g.holder`;

async function reachOf(tx: Transaction, patientId: PatientId): Promise<readonly ReachEntry[] | undefined> {
  const key = await keptKey(tx, patientId);
  if (key === undefined) return undefined;
  const rows = await tx.rows<ReachRow>('reach-of', REACH, [key]);
  return rows.map(({ relationship, holder, starts_at, ends_at, people }) => ({
    relationship: asOneOf<Relationship>(relationship),
    through: /^(team|self|glass):/.test(holder) ? 'person' : holder.replace(/^(ward|source):/, ''),
    since: at(starts_at),
    ...given({ until: ends_at === null ? null : at(ends_at) }),
    people,
  }));
}
