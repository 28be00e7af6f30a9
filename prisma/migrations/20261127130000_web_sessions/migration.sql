-- Web sessions that every process of the API shares and that outlive a restart, and what ended before its token did.
-- Sealed by the process: a stolen table holds no token and no session id. About no patient, so no row-level security.

CREATE TABLE "web_sessions" (
  "key" BYTEA NOT NULL,
  "sealed" BYTEA NOT NULL,
  "subject" TEXT NOT NULL,
  "realm_session" TEXT,
  "born_at" TIMESTAMPTZ(3) NOT NULL,
  "used_at" TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT "web_sessions_pkey" PRIMARY KEY ("key"),
  CONSTRAINT "web_sessions_key_is_a_hash" CHECK (octet_length("key") = 32)
);
CREATE INDEX "web_sessions_subject" ON "web_sessions" ("subject");
CREATE INDEX "web_sessions_realm_session" ON "web_sessions" ("realm_session");

CREATE TABLE "ended_sessions" (
  "kind" TEXT NOT NULL,
  "name" TEXT NOT NULL,
  "ended_at" TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT "ended_sessions_pkey" PRIMARY KEY ("kind", "name"),
  CONSTRAINT "ended_sessions_kind" CHECK ("kind" IN ('session', 'person'))
);
CREATE INDEX "ended_sessions_ended_at" ON "ended_sessions" ("ended_at");

GRANT SELECT, INSERT, UPDATE, DELETE ON "web_sessions", "ended_sessions" TO app_rw;
