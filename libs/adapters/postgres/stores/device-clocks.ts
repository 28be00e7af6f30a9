import { cameLive, readClock, STAMPS_USED, type ClockReading, type SendStamp } from '@concord/core/clinical';
import { earlierOf, hours, laterOf, minus, type Instant } from '@concord/core/kernel';
import type { DeviceClock, NewObservation } from '@concord/core/ports';
import { at, date, idFrom, type PatientKey } from '../rows.ts';
import { reachable, type Transaction } from '../transaction.ts';
import { takeTurns } from './device-turns.ts';

/** What was held longer says nothing about the clock as it is. */
const REMEMBERED = hours(2);

/** One reading to be stored, with the moment from which it will be known. */
export interface Measured {
  readonly record: NewObservation;
  readonly key: PatientKey;
  readonly receivedAt: Instant;
  /** It says nothing of whom its device is on: somebody at the bed said that before. */
  readonly ended: boolean;
}

interface Device {
  readonly id: string;
  readonly label: string;
  readonly offset_ms: number | null;
  readonly uncertainty_ms: number | null;
  readonly applied: boolean | null;
}

/** What is known of the devices that sent a batch. */
export interface DevicesRead {
  /** Milliseconds ahead, by the device's label; a device whose clock is not surely wrong is left out. */
  readonly wrong: ReadonlyMap<string, number>;
  /** Readings that lie between another patient's readings of the same device. */
  readonly elsewhere: ReadonlySet<NewObservation>;
}

const NOTHING: DevicesRead = { wrong: new Map(), elsewhere: new Set() };

/** Reads the clocks of the devices that sent this batch and whom they speak for, and remembers what changed. */
export async function readDevices(tx: Transaction, batch: readonly Measured[]): Promise<DevicesRead> {
  const sent = batch.filter(({ record }) => record.device !== undefined && record.sentAt !== undefined);
  if (sent.length === 0) return NOTHING;
  const stamps = stampsOf(sent);
  const devices = await liveDevices(tx, [...stamps.keys()]);
  if (devices.length === 0) return NOTHING;
  const before = await rememberedStamps(
    tx,
    devices.map(({ id }) => id),
  );
  const wrong = new Map<string, number>();
  for (const device of devices) {
    const reading = readClock([...(before.get(device.id) ?? []), ...(stamps.get(device.label) ?? [])]);
    if (reading === undefined) continue;
    if (reading.wrong) wrong.set(device.label, reading.offsetMs);
    if (hasChanged(device, reading)) await record(tx, device.id, reading);
  }
  await remember(tx, devices, stamps);
  const telling = sent.filter(({ ended }) => !ended);
  return { wrong, elsewhere: await takeTurns(tx, devices, telling) };
}

/** One stamp for each device and moment of sending; what was not sent live is none. */
function stampsOf(sent: readonly Measured[]): ReadonlyMap<string, readonly SendStamp[]> {
  const byDevice = new Map<string, Map<number, SendStamp>>();
  for (const { record, receivedAt } of sent) {
    const { device = '', sentAt = receivedAt, effectiveAt } = record;
    const own = byDevice.get(device) ?? new Map<number, SendStamp>();
    const known = own.get(sentAt) ?? { sentAt, receivedAt, oldest: effectiveAt, newest: effectiveAt };
    own.set(sentAt, {
      ...known,
      oldest: earlierOf(known.oldest, effectiveAt),
      newest: laterOf(known.newest, effectiveAt),
    });
    byDevice.set(device, own);
  }
  return new Map([...byDevice].map(([device, own]) => [device, [...own.values()].filter(cameLive).slice(-STAMPS_USED)] as const));
}

const DEVICES = `SELECT d.id, d.label, o.offset_ms, o.uncertainty_ms, o.applied FROM devices d JOIN sources s ON s.id = d.source_id
  LEFT JOIN device_clock_offsets o ON o.device_id = d.id AND o.replaced_at IS NULL
  WHERE d.source_id = $1 AND s.delivery = 'live' AND d.label = ANY ($2::text[])`;
const REGISTER = `INSERT INTO devices (id, source_id, label, kind) SELECT n.id, s.id, n.label, 'live' FROM sources s, unnest($2::uuid[], $3::text[]) AS n (id, label)
  WHERE s.id = $1 AND s.delivery = 'live' ON CONFLICT DO NOTHING`;

/** Devices of a source that delivers live, made known when they are first heard of; of a source that delivers in batches, none. */
async function liveDevices(tx: Transaction, labels: readonly string[]): Promise<readonly Device[]> {
  const known = await tx.rows<Device>('devices-live', DEVICES, [tx.sourceId, labels]);
  const fresh = labels.filter((label) => !known.some((device) => device.label === label));
  if (fresh.length === 0) return known;
  await tx.rows('devices-register', REGISTER, [tx.sourceId, fresh.map((label) => idFrom('device', tx.sourceId, label)), fresh]);
  return tx.rows<Device>('devices-live', DEVICES, [tx.sourceId, labels]);
}

const STAMPS = 'SELECT device_id, received_at, sent_at, oldest_at, newest_at FROM device_stamps WHERE device_id = ANY ($1::uuid[]) AND received_at > $2';

async function rememberedStamps(tx: Transaction, devices: readonly string[]): Promise<ReadonlyMap<string, readonly SendStamp[]>> {
  const rows = await tx.rows<{ device_id: string; received_at: Date; sent_at: Date; oldest_at: Date; newest_at: Date }>('device-stamps', STAMPS, [
    devices,
    date(minus(tx.now, REMEMBERED)),
  ]);
  return new Map(
    devices.map((device) => [
      device,
      rows
        .filter(({ device_id }) => device_id === device)
        .map((row) => ({ sentAt: at(row.sent_at), receivedAt: at(row.received_at), oldest: at(row.oldest_at), newest: at(row.newest_at) })),
    ]),
  );
}

/** A new version where the verdict turned, or where the offset moved by more than was uncertain. */
function hasChanged({ offset_ms, uncertainty_ms, applied }: Device, { offsetMs, wrong }: ClockReading): boolean {
  return applied !== wrong || Math.abs((offset_ms ?? 0) - offsetMs) > (uncertainty_ms ?? 0);
}

const CLOSE = 'UPDATE device_clock_offsets SET replaced_at = $2, ends_at = $2 WHERE device_id = $1 AND replaced_at IS NULL';
const RECORD = `INSERT INTO device_clock_offsets (id, device_id, offset_ms, uncertainty_ms, applied, starts_at, recorded_at)
  VALUES (gen_random_uuid(), $1, $2, $3, $4, $5, $5) ON CONFLICT DO NOTHING`;

async function record(tx: Transaction, device: string, { offsetMs, uncertaintyMs, wrong }: ClockReading): Promise<void> {
  await tx.rows('clock-close', CLOSE, [device, date(tx.now)]);
  await tx.rows('clock-record', RECORD, [device, offsetMs, uncertaintyMs, wrong, date(tx.now)]);
}

const REMEMBER = `WITH gone AS (DELETE FROM device_stamps WHERE device_id = ANY ($1::uuid[]) AND received_at <= $6)
  INSERT INTO device_stamps (device_id, received_at, sent_at, oldest_at, newest_at)
  SELECT * FROM unnest($1::uuid[], $2::timestamptz[], $3::timestamptz[], $4::timestamptz[], $5::timestamptz[]) ON CONFLICT DO NOTHING`;

async function remember(tx: Transaction, devices: readonly Device[], stamps: ReadonlyMap<string, readonly SendStamp[]>): Promise<void> {
  const rows = devices.flatMap(({ id, label }) => (stamps.get(label) ?? []).map((stamp) => ({ id, ...stamp })));
  const times = (of: (row: SendStamp) => Instant): readonly Date[] => rows.map((row) => date(of(row)));
  await tx.rows('stamps-remember', REMEMBER, [
    rows.map(({ id }) => id),
    times(({ receivedAt }) => receivedAt),
    times(({ sentAt }) => sentAt),
    times(({ oldest }) => oldest),
    times(({ newest }) => newest),
    date(minus(tx.now, REMEMBERED)),
  ]);
}

const CLOCKS = `SELECT DISTINCT ON (d.label) d.label, c.offset_ms, c.uncertainty_ms, c.applied FROM device_links o JOIN devices d ON d.id = o.device_id
  LEFT JOIN device_clock_offsets c ON c.device_id = d.id AND c.replaced_at IS NULL
  WHERE o.patient_key = $4 AND (o.ends_at IS NULL OR o.ends_at > $5) AND ${reachable('o')}
    AND NOT EXISTS (SELECT FROM device_ends e WHERE e.patient_key = o.patient_key AND e.device = d.label AND e.lifted_at IS NULL) ORDER BY d.label, c.recorded_at DESC NULLS LAST`;

/** The clocks of the devices that speak for the patient. Of one whose stamps were too few, nothing is known yet. */
export async function clocksOf(tx: Transaction, patientId: NewObservation['patientId'], since: Instant): Promise<readonly DeviceClock[]> {
  const key = await tx.keyOf(patientId);
  if (key === undefined) return [];
  tx.handOut(key);
  const rows = await tx.rows<Omit<Device, 'id'>>('device-clocks', CLOCKS, [...tx.reachValues, key, date(since)]);
  return rows.map(({ label, offset_ms, uncertainty_ms, applied }) => ({
    device: label,
    ...(offset_ms === null || uncertainty_ms === null ? {} : { reading: { offsetMs: offset_ms, uncertaintyMs: uncertainty_ms, wrong: applied === true } }),
  }));
}
