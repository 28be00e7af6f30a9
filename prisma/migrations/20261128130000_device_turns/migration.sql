-- A device that is handed to another patient no longer speaks for the first: a link ends where the next one begins, knows its newest reading, and
-- when the device spoke for somebody else at the same time. Existing rows: links stay open, their newest reading is taken to be their first.
ALTER TABLE device_links ADD COLUMN newest_at timestamptz(3), ADD COLUMN contested_at timestamptz(3);
GRANT UPDATE (newest_at, contested_at) ON device_links TO app_rw;

-- The next patient's message ends the link of the one before, whom that message does not name. A source ends links of its own devices alone.
DROP POLICY closes ON device_links;
CREATE POLICY closes ON device_links FOR UPDATE TO app_rw USING (source_id = (SELECT app.source()));
