import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'prisma/config';

const here = path.dirname(fileURLToPath(import.meta.url));
// The schema engine runs as WebAssembly: its native build cannot be installed from the package registry.
process.env['PRISMA_SCHEMA_ENGINE_BINARY'] ??= path.join(here, 'schema-engine.mjs');

export default defineConfig({
  schema: here,
  migrations: { path: path.join(here, 'migrations') },
  datasource: { url: process.env['DATABASE_OWNER_URL'] ?? 'postgresql://concord_owner@localhost:5432/concord' },
});
