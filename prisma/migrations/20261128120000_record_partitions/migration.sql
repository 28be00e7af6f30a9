-- The record of accesses in partitions by its running number, so that what has expired goes as whole tables. The table as it is
-- becomes the first partition: no row is moved or changed, no index of it built anew; its numbers are read once, to prove its bound.
-- A number alone stays the primary key, so the tree's reference to an event holds.

ALTER TABLE audit_events SET SCHEMA part;
ALTER TABLE part.audit_events RENAME TO audit_events_0;
CREATE TABLE audit_events (LIKE part.audit_events_0 INCLUDING CONSTRAINTS) PARTITION BY RANGE (n);

-- Numbers go on where they are.
DO $$
DECLARE drawn bigint; used boolean; old_sequence text := pg_get_serial_sequence('part.audit_events_0', 'n');
BEGIN
  EXECUTE format('SELECT last_value, is_called FROM %s', old_sequence) INTO drawn, used;
  ALTER TABLE part.audit_events_0 ALTER COLUMN n DROP IDENTITY;
  ALTER TABLE audit_events ALTER COLUMN n ADD GENERATED ALWAYS AS IDENTITY;
  PERFORM setval(pg_get_serial_sequence('audit_events', 'n'), drawn, used);
END $$;

-- Whoever may ask, asks the parent. The partition keeps its own unique index of event ids, and its refusal of changes.
DROP POLICY writes ON part.audit_events_0;
DROP POLICY officer_reads ON part.audit_events_0;
DROP POLICY reads ON part.audit_events_0;
DROP POLICY own_report ON part.audit_events_0;
DROP POLICY atna_feed ON part.audit_events_0;
DROP POLICY sweeps ON part.audit_events_0;
DROP POLICY expires ON part.audit_events_0;
DROP POLICY expires_seen ON part.audit_events_0;
REVOKE ALL ON part.audit_events_0 FROM app_rw, app_worker, audit_sequencer, auditor_ro;

ALTER TABLE audit_events ADD CONSTRAINT audit_events_pkey PRIMARY KEY (n);
CREATE INDEX audit_events_patient ON audit_events (patient_key, recorded_at DESC, n DESC);
CREATE INDEX audit_events_subject ON audit_events (subject, recorded_at DESC, n DESC);
CREATE INDEX audit_events_login ON audit_events (login, recorded_at DESC, n DESC);
CREATE INDEX audit_events_recorded ON audit_events (recorded_at DESC, n DESC);
CREATE INDEX audit_events_unit ON audit_events (unit_id);
CREATE INDEX audit_events_order ON audit_events ((transaction_id::xid8), n);

ALTER TABLE audit_events ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_events FORCE ROW LEVEL SECURITY;
REVOKE ALL ON audit_events FROM PUBLIC;
GRANT INSERT, SELECT ON audit_events TO app_rw, app_worker;
GRANT SELECT ON audit_events TO audit_sequencer, auditor_ro;
CREATE POLICY writes ON audit_events FOR INSERT TO app_rw, app_worker
  WITH CHECK (issuer = (SELECT app.setting('issuer')) AND subject = (SELECT app.setting('subject')));
CREATE POLICY officer_reads ON audit_events FOR SELECT TO app_rw
  USING ((SELECT app.has_role('privacy') AND app.setting('purpose') = 'HOPERAT'));
CREATE POLICY reads ON audit_events FOR SELECT TO audit_sequencer, auditor_ro USING (true);
CREATE POLICY own_report ON audit_events FOR SELECT TO app_rw
  USING ((SELECT app.has_role('patient') AND app.setting('purpose') = 'PATRQT')
         AND patient_key IN (SELECT r.patient_key FROM app.relations() r WHERE r.relationship = 'own-record'));
CREATE POLICY atna_feed ON audit_events FOR SELECT TO app_worker USING ((SELECT app.setting('feed')) = 'atna');
CREATE POLICY sweeps ON audit_events FOR SELECT TO app_worker USING ((SELECT app.setting('sweep')) = 'audit-units');
CREATE POLICY expires ON audit_events FOR DELETE TO CURRENT_USER USING (app.may_expire(recorded_at, patient_key));
CREATE POLICY expires_seen ON audit_events FOR SELECT TO CURRENT_USER USING (recorded_at < now() - interval '6 years');
-- Whether a partition holds anything that may not go: asked while retiring alone.
CREATE POLICY retires ON audit_events FOR SELECT TO CURRENT_USER USING ((SELECT app.setting('retiring')) = 'audit_events');
CREATE TRIGGER insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_events FOR EACH STATEMENT EXECUTE FUNCTION app.refuse_change();

-- What a new partition is given beside what it inherits. Its first number is its name.
CREATE FUNCTION app.add_record_partition(first bigint, bounds text) RETURNS void LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE name text := format('part.audit_events_%s', first);
BEGIN
  EXECUTE format('CREATE TABLE %s PARTITION OF audit_events FOR VALUES %s', name, bounds);
  EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', name);
  EXECUTE format('CREATE UNIQUE INDEX ON %s (event_id)', name);
  EXECUTE format('CREATE TRIGGER insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION app.refuse_change()', name);
END $$;

CREATE FUNCTION app.record_partitions() RETURNS SETOF bigint LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
  SELECT substr(c.relname, 14)::bigint FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
  WHERE i.inhparent = 'public.audit_events'::regclass AND NOT i.inhdetachpending ORDER BY 1 $$;

-- Keeps a whole partition of `width` numbers before the open-ended last one, so that nothing reaches that, and turns to the next
-- partition when the oldest event of the one in use is `days` old. To turn, the numbers jump: nothing is locked, and a gap says
-- nothing, for a number is drawn before its transaction knows whether it commits.
CREATE FUNCTION app.turn_record(width bigint, days integer) RETURNS void LANGUAGE plpgsql SET search_path = public, pg_temp SET lock_timeout = '500ms' AS $$
DECLARE last bigint := (SELECT last_value FROM audit_events_n_seq); final bigint; following bigint; old boolean;
BEGIN
  SELECT max(f), min(f) FILTER (WHERE f > last) INTO final, following FROM app.record_partitions() f;
  PERFORM set_config('app.retiring', 'audit_events', true);
  SELECT min(recorded_at) < now() - make_interval(days => days) INTO old FROM audit_events
    WHERE n >= (SELECT max(f) FROM app.record_partitions() f WHERE f <= last);
  PERFORM set_config('app.retiring', '', true);
  IF last >= final - width / 2 OR (old AND following = final) THEN
    LOCK TABLE audit_events IN ACCESS EXCLUSIVE MODE;
    SELECT max(f) INTO final FROM app.record_partitions() f;
    SELECT last_value INTO last FROM audit_events_n_seq;
    -- Empty, but when nobody looked for so long that the numbers went beyond: then it is read once, to prove its bound.
    following := greatest(final, last + 1);
    EXECUTE format('ALTER TABLE audit_events DETACH PARTITION part.audit_events_%s', final);
    EXECUTE format('ALTER TABLE audit_events ATTACH PARTITION part.audit_events_%s FOR VALUES FROM (%1$s) TO (%s)', final, following + width);
    PERFORM app.add_record_partition(following + width, format('FROM (%s) TO (MAXVALUE)', following + width));
    SELECT max(f), min(f) FILTER (WHERE f > last) INTO final, following FROM app.record_partitions() f;
  END IF;
  -- Not close below the bound, where those who draw at this moment might have passed it.
  IF old AND following < final AND last < following - width / 10 THEN
    PERFORM setval('audit_events_n_seq', following - 1);
  END IF;
END $$;

-- The worker's sweep, once a minute, with the owner's rights and fixed measures: a million events (2 GB), or a quarter of a year.
CREATE FUNCTION app.keep_record_turning() RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT app.turn_record(1000000, 92) $$;
REVOKE EXECUTE ON FUNCTION app.add_record_partition(bigint, text), app.record_partitions(), app.turn_record(bigint, integer), app.keep_record_turning() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app.keep_record_turning() TO app_worker;

DO $$
DECLARE next bigint := 0;
BEGIN
  IF (SELECT is_called FROM audit_events_n_seq) THEN
    SELECT last_value + 1 INTO next FROM audit_events_n_seq;
    EXECUTE format('ALTER TABLE audit_events ATTACH PARTITION part.audit_events_0 FOR VALUES FROM (MINVALUE) TO (%s)', next);
    PERFORM app.add_record_partition(next, format('FROM (%s) TO (%s)', next, next + 1000000));
  ELSE
    -- A site that begins: nothing was ever recorded.
    DROP TABLE part.audit_events_0;
    PERFORM app.add_record_partition(0, 'FROM (MINVALUE) TO (1000000)');
  END IF;
  PERFORM app.add_record_partition(next + 1000000, format('FROM (%s) TO (MAXVALUE)', next + 1000000));
END $$;
