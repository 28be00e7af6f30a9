-- A device's clock is read from the stamps of what it sends live, and what it measured is dated by ours where its clock is surely wrong;
-- the time that it told is kept beside. Existing rows: no observation was ever corrected, so the new column is empty there; the
-- tables of devices had no writer and are empty.
ALTER TABLE observations ADD COLUMN sent_effective_at timestamptz(3);
GRANT INSERT (sent_effective_at) ON observations TO app_rw;

ALTER TABLE device_clock_offsets ADD COLUMN applied boolean NOT NULL;
CREATE UNIQUE INDEX device_clock_offsets_open ON device_clock_offsets (device_id) WHERE replaced_at IS NULL;
CREATE UNIQUE INDEX device_links_open ON device_links (device_id, patient_key) WHERE ends_at IS NULL;

-- When a device said that it sent, and when that arrived: two hours of it, about nobody.
CREATE TABLE device_stamps (
  device_id uuid NOT NULL REFERENCES devices (id),
  received_at timestamptz(3) NOT NULL,
  sent_at timestamptz(3) NOT NULL,
  oldest_at timestamptz(3) NOT NULL,
  newest_at timestamptz(3) NOT NULL,
  PRIMARY KEY (device_id, received_at, sent_at)
);

DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['devices', 'device_clock_offsets', 'device_stamps'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY reads ON %I FOR SELECT TO app_rw, app_worker USING (true)', t);
    EXECUTE format('GRANT SELECT ON %I TO app_rw, app_worker', t);
    EXECUTE format('GRANT INSERT ON %I TO app_rw', t);
  END LOOP;
END $$;

-- A source speaks for its own devices alone: it can date nobody else's readings.
CREATE POLICY writes ON devices FOR INSERT TO app_rw WITH CHECK (source_id = (SELECT app.source()));
CREATE POLICY writes ON device_clock_offsets FOR INSERT TO app_rw
  WITH CHECK (device_id IN (SELECT d.id FROM devices d WHERE d.source_id = (SELECT app.source())));
CREATE POLICY closes ON device_clock_offsets FOR UPDATE TO app_rw
  USING (device_id IN (SELECT d.id FROM devices d WHERE d.source_id = (SELECT app.source())));
CREATE POLICY writes ON device_stamps FOR INSERT TO app_rw
  WITH CHECK (device_id IN (SELECT d.id FROM devices d WHERE d.source_id = (SELECT app.source())));
CREATE POLICY forgets ON device_stamps FOR DELETE TO app_rw
  USING (device_id IN (SELECT d.id FROM devices d WHERE d.source_id = (SELECT app.source())));
GRANT UPDATE (ends_at, replaced_at) ON device_clock_offsets TO app_rw;
GRANT DELETE ON device_stamps TO app_rw;
