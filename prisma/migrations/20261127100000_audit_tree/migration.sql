-- The tamper-evident log over the record of accesses: leaves, tiles, batches and signed heads, and the exports that were asked for.
-- Insert-only, for the sequencer alone. Adds no row and changes none: events that were stored before get their leaves from the sequencer.

CREATE TABLE audit_leaves (
  leaf_index bigint PRIMARY KEY,
  event_n bigint NOT NULL,
  leaf_hash bytea NOT NULL,
  envelope bytea NOT NULL
);
CREATE UNIQUE INDEX audit_leaves_event_n_key ON audit_leaves (event_n);

CREATE TABLE audit_tiles (
  level smallint NOT NULL,
  tile_index bigint NOT NULL,
  hashes bytea NOT NULL,
  PRIMARY KEY (level, tile_index)
);

-- Where the sequencer stands: everything below the fence, in this server's own count of transactions, has its leaf.
CREATE TABLE audit_batches (
  first_leaf bigint PRIMARY KEY,
  leaves integer NOT NULL,
  fence text NOT NULL,
  system_identifier text NOT NULL,
  sequenced_at timestamptz(3) NOT NULL
);

CREATE TABLE audit_checkpoints (
  size bigint PRIMARY KEY,
  note text NOT NULL,
  signed_at timestamptz(3) NOT NULL
);

CREATE TABLE audit_exports (
  id uuid PRIMARY KEY,
  requester text NOT NULL,
  purpose text NOT NULL,
  query jsonb NOT NULL,
  requested_at timestamptz(3) NOT NULL
);

CREATE TABLE audit_export_steps (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  export_id uuid NOT NULL REFERENCES audit_exports (id),
  state text NOT NULL,
  done bigint NOT NULL,
  total bigint NOT NULL,
  detail text,
  stepped_at timestamptz(3) NOT NULL
);
CREATE INDEX audit_export_steps_export ON audit_export_steps (export_id, id DESC);

ALTER TABLE audit_leaves ADD CHECK (length(leaf_hash) = 32), ADD CHECK (length(envelope) = 185);
ALTER TABLE audit_tiles ADD CHECK (length(hashes) = 8192);
ALTER TABLE audit_export_steps ADD CHECK (state IN ('running', 'done', 'failed'));

-- The chains: tag and number as they stand in the envelope. Unique: no number is given twice.
CREATE UNIQUE INDEX audit_leaves_patient ON audit_leaves (substr(envelope, 42, 40)) WHERE substr(envelope, 42, 32) <> decode(repeat('00', 32), 'hex');
CREATE UNIQUE INDEX audit_leaves_actor ON audit_leaves (substr(envelope, 114, 40)) WHERE substr(envelope, 114, 32) <> decode(repeat('00', 32), 'hex');

-- The order in which events are sequenced: by transaction, never by n alone, for a slow transaction commits late.
CREATE INDEX audit_events_order ON audit_events ((transaction_id::xid8), n);

DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['audit_leaves', 'audit_tiles', 'audit_batches', 'audit_checkpoints', 'audit_exports', 'audit_export_steps']
  LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('REVOKE ALL ON %I FROM PUBLIC', t);
    EXECUTE format('CREATE TRIGGER insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION app.refuse_change()', t);
    EXECUTE format('CREATE POLICY reads ON %I FOR SELECT TO audit_sequencer, auditor_ro USING (true)', t);
    EXECUTE format('GRANT SELECT ON %I TO audit_sequencer, auditor_ro', t);
    CONTINUE WHEN t = 'audit_exports';
    EXECUTE format('CREATE POLICY appends ON %I FOR INSERT TO audit_sequencer WITH CHECK (true)', t);
    EXECUTE format('GRANT INSERT ON %I TO audit_sequencer', t);
  END LOOP;
END $$;

-- The officer asks for an export and sees how far it is; the sequencer makes it.
CREATE POLICY asks ON audit_exports FOR INSERT TO app_rw
  WITH CHECK ((SELECT app.has_role('privacy') AND app.setting('purpose') = 'HOPERAT') AND requester = (SELECT app.setting('issuer') || ' ' || app.setting('subject')));
CREATE POLICY own ON audit_exports FOR SELECT TO app_rw
  USING ((SELECT app.has_role('privacy') AND app.setting('purpose') = 'HOPERAT') AND requester = (SELECT app.setting('issuer') || ' ' || app.setting('subject')));
CREATE POLICY own ON audit_export_steps FOR SELECT TO app_rw USING (export_id IN (SELECT id FROM audit_exports));
GRANT SELECT, INSERT ON audit_exports TO app_rw;
GRANT SELECT ON audit_export_steps TO app_rw;

-- A forgotten transaction anywhere stalls the sequencing: the fence waits for it.
DO $$
BEGIN
  ALTER ROLE audit_sequencer SET idle_in_transaction_session_timeout = '30s';
  ALTER ROLE auditor_ro SET idle_in_transaction_session_timeout = '60s';
EXCEPTION WHEN insufficient_privilege THEN RAISE NOTICE 'timeouts of the roles are left to the administrator';
END $$;
