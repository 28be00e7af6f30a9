import { takeTurn, type DeviceTurn } from '@concord/core/clinical';
import { hours, minus, type Instant } from '@concord/core/kernel';
import type { NewObservation } from '@concord/core/ports';
import { at, date, dateOrNull, given } from '../rows.ts';
import type { Transaction } from '../transaction.ts';
import type { Measured } from './device-clocks.ts';

/** What lies longer back than this before a reading says nothing about whose it is. */
const LOOKED_BACK = hours(24);

interface Device {
  readonly id: string;
  readonly label: string;
}

/** A turn that is stored; `who` is the patient's key. */
interface StoredTurn extends DeviceTurn {
  readonly id: string;
}

/**
 * Whom each device speaks for, by the readings of this batch in order of time: a device that is handed to another patient no longer speaks for the
 * first. @returns the readings that lie within another patient's.
 */
export async function takeTurns(tx: Transaction, devices: readonly Device[], sent: readonly Measured[]): Promise<ReadonlySet<NewObservation>> {
  const inOrder = sent.filter(({ record }) => record.status !== 'entered-in-error').sort((a, b) => a.record.effectiveAt - b.record.effectiveAt);
  const [first] = inOrder;
  if (first === undefined) return new Set();
  const stored = await turnsOf(tx, devices, minus(first.record.effectiveAt, LOOKED_BACK));
  const elsewhere = new Set<NewObservation>();
  for (const { id, label } of devices) {
    const before = stored.get(id) ?? [];
    let turns: readonly (StoredTurn | DeviceTurn)[] = before;
    for (const { record, key } of inOrder.filter((one) => one.record.device === label)) {
      const taken = takeTurn<StoredTurn>(turns, { who: key, at: record.effectiveAt });
      turns = taken.turns;
      if (taken.elsewhere) elsewhere.add(record);
    }
    await write(tx, id, { before, after: turns });
  }
  return elsewhere;
}

interface TurnRow {
  readonly id: string;
  readonly device_id: string;
  readonly patient_key: string;
  readonly starts_at: Date;
  readonly newest_at: Date;
  readonly ends_at: Date | null;
  readonly contested_at: Date | null;
}

const TURNS = `SELECT id, device_id, patient_key, starts_at, coalesce(newest_at, starts_at) AS newest_at, ends_at, contested_at FROM device_links
  WHERE device_id = ANY ($1::uuid[]) AND source_id = $2 AND replaced_at IS NULL AND (ends_at IS NULL OR ends_at > $3)`;

async function turnsOf(tx: Transaction, devices: readonly Device[], since: Instant): Promise<ReadonlyMap<string, readonly StoredTurn[]>> {
  const rows = await tx.rows<TurnRow>('device-turns', TURNS, [devices.map(({ id }) => id), tx.sourceId, date(since)]);
  return new Map(devices.map(({ id }) => [id, rows.filter(({ device_id }) => device_id === id).map(toTurn)]));
}

function toTurn({ id, patient_key, starts_at, newest_at, ends_at, contested_at }: TurnRow): StoredTurn {
  const more = given({ until: ends_at === null ? null : at(ends_at), contested: contested_at === null ? null : at(contested_at) });
  return { id, who: patient_key, from: at(starts_at), newest: at(newest_at), ...more };
}

const CHANGE = `UPDATE device_links l SET newest_at = n.newest_at, ends_at = n.ends_at, contested_at = n.contested_at
  FROM unnest($1::uuid[], $2::timestamptz[], $3::timestamptz[], $4::timestamptz[]) AS n (id, newest_at, ends_at, contested_at) WHERE l.id = n.id`;
const BEGIN = `INSERT INTO device_links (id, device_id, patient_key, starts_at, newest_at, ends_at, contested_at, recorded_at, source_id)
  SELECT gen_random_uuid(), $1, n.patient_key, n.starts_at, n.newest_at, n.ends_at, n.contested_at, $7, $8
  FROM unnest($2::uuid[], $3::timestamptz[], $4::timestamptz[], $5::timestamptz[], $6::timestamptz[]) AS n (patient_key, starts_at, newest_at, ends_at, contested_at) ON CONFLICT DO NOTHING`;

interface Turned {
  readonly before: readonly StoredTurn[];
  readonly after: readonly (StoredTurn | DeviceTurn)[];
}

/** Ends come before beginnings: a device has one open turn of a patient. */
async function write(tx: Transaction, device: string, { before, after }: Turned): Promise<void> {
  const isStored = (turn: StoredTurn | DeviceTurn): turn is StoredTurn => 'id' in turn;
  const changed = after.filter(isStored).filter((turn) => !before.includes(turn));
  const columns = (turns: readonly DeviceTurn[]) => [
    turns.map(({ newest }) => date(newest)),
    turns.map(({ until }) => dateOrNull(until)),
    turns.map(({ contested }) => dateOrNull(contested)),
  ];
  if (changed.length > 0) await tx.rows('device-turn-change', CHANGE, [changed.map(({ id }) => id), ...columns(changed)]);
  const fresh = after.filter((turn) => !isStored(turn));
  if (fresh.length === 0) return;
  const begun = [fresh.map(({ who }) => who), fresh.map(({ from }) => date(from)), ...columns(fresh)];
  await tx.rows('device-turn-begin', BEGIN, [device, ...begun, date(tx.now), tx.sourceId]);
}
