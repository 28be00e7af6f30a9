#!/usr/bin/env node
// A drop-in for Prisma's native schema engine: JSON-RPC on standard input and output, in front of the WebAssembly build.
// Started by the Prisma command line through PRISMA_SCHEMA_ENGINE_BINARY (prisma.config.ts).
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { PrismaPg } from '@prisma/adapter-pg';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import pg from 'pg';
import { parseIntoClientConfig } from 'pg-connection-string';

const ENGINE = '@prisma/schema-engine-wasm/schema_engine_bg';
/** PostgreSQL's internal "char" and its array, which catalogue queries return and the adapter does not map. */
const CHAR = { oid: 18, readAs: 25, arrayOid: 1003, arrayReadAs: 1009, columnType: 6 };
const ERROR_CODES = { '3D000': 'P1003', '28P01': 'P1000', 28000: 'P1000', '42P04': 'P1009' };

const options = readOptions(process.argv.slice(2));
const glue = await loadEngine();
if (options.version) print(`schema-engine-cli ${glue.version()}`);
else if (options.command !== undefined) await runCommand(options.command);
else await serve();

function readOptions(argv) {
  const cli = argv.indexOf('cli');
  const datasource = argv.flatMap((word, i) => (word === '--datasource' ? [JSON.parse(argv[i + 1])] : []))[0] ?? {};
  return { version: argv.includes('--version'), command: cli < 0 ? undefined : argv[cli + 1], url: datasource.url, shadowUrl: datasource.shadowDatabaseUrl };
}

async function loadEngine() {
  const bindings = await import(ENGINE);
  const wasm = readFileSync(new URL('./schema_engine_bg.wasm', import.meta.resolve(ENGINE)));
  const { instance } = await WebAssembly.instantiate(wasm, { './schema_engine_bg.js': bindings });
  bindings.__wbg_set_wasm(instance.exports);
  instance.exports.__wbindgen_start();
  return bindings;
}

/** Everything a connection string can say: sockets, SSL; and `schema`, which the adapter takes apart from the rest. */
function connection(url, database) {
  if (!url) fail('P1013', 'no database: set DATABASE_OWNER_URL');
  const { schema, ...config } = parseIntoClientConfig(url);
  return {
    config: database === undefined ? config : { ...config, database },
    schema: schema ?? new URL(url.replace(/^postgres(ql)?:/, 'http:')).searchParams.get('schema') ?? undefined,
  };
}

function factory(url, database) {
  const { config, schema } = connection(url, database);
  return new PrismaPg(config, schema === undefined ? undefined : { schema });
}

async function withClient(config, use) {
  const client = new pg.Client(config);
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

async function runCommand(command) {
  const { config } = connection(options.url);
  const name = pg.escapeIdentifier(config.database);
  const statements = { 'create-database': `CREATE DATABASE ${name}`, 'drop-database': `DROP DATABASE IF EXISTS ${name} WITH (FORCE)` };
  try {
    if (command === 'can-connect-to-database') await withClient(config, (client) => client.query('SELECT 1'));
    else if (command in statements) await withClient({ ...config, database: 'postgres' }, (client) => client.query(statements[command]));
    else throw new Error(`unknown command ${command}`);
  } catch (error) {
    fail(ERROR_CODES[error.code] ?? 'P1001', error.message);
  }
}

/** The form in which the command line expects the native engine to fail. */
function fail(code, message) {
  const line = { level: 'ERROR', target: 'schema_engine::logger', timestamp: new Date().toISOString(), fields: { message, error_code: code, is_panic: false } };
  process.stderr.write(`{"level":"INFO"}\n${JSON.stringify(line)}`);
  process.exit(1);
}

async function serve() {
  globalThis.PRISMA_WASM_PANIC_REGISTRY ??= { message: '', set_message: (text) => process.stderr.write(`PANIC ${text}\n`), get: () => '' };
  let engine;
  const start = async () => {
    await mendAdapter();
    return glue.SchemaEngine.new({ datamodels: undefined }, () => undefined, bindMigrationAwareSqlAdapterFactory(withShadow(factory(options.url))));
  };
  for await (const line of createInterface({ input: process.stdin })) {
    if (line.trim() === '') continue;
    const request = JSON.parse(line);
    if (!request.method) continue;
    engine ??= start();
    await answer(request, engine);
  }
}

async function answer({ id, method, params }, starting) {
  try {
    const engine = await starting;
    const result = method === 'getDatabaseVersion' ? await engine.version(params) : await engine[method](params);
    // A diff is shown by asking the command line to print it.
    if (method === 'diff' && result?.stdout) print(JSON.stringify({ jsonrpc: '2.0', id: 1_000_000 + id, method: 'print', params: { content: result.stdout } }));
    print(JSON.stringify({ jsonrpc: '2.0', id, result: result ?? null }));
  } catch (error) {
    const data = { is_panic: false, message: error.message, meta: error.meta ?? null, error_code: error.code ?? 'UNKNOWN' };
    print(JSON.stringify({ jsonrpc: '2.0', id, error: { code: 4466, message: 'An error happened. Check the data field for details.', data } }));
  }
}

function print(line) {
  process.stdout.write(`${line}\n`);
}

/** Two mends of the adapter: it does not map "char", and it cuts a script at every semicolon, also inside a function. */
async function mendAdapter() {
  const probe = await factory(options.url).connect();
  await probe.dispose();
  prototypeWith(probe, 'executeScript').executeScript = async function runWhole(script) {
    await this.client.query(script).catch((error) => this.onError(error));
  };
  const proto = prototypeWith(probe, 'queryRaw');
  const queryRaw = proto.queryRaw;
  proto.queryRaw = async function readAsText(query) {
    const result = await this.performIO(query);
    const fields = result.fields.map(({ name, dataTypeID }) => ({
      name,
      dataTypeID: dataTypeID === CHAR.oid ? CHAR.readAs : dataTypeID === CHAR.arrayOid ? CHAR.arrayReadAs : dataTypeID,
    }));
    const view = Object.create(this, { performIO: { value: async () => ({ ...result, rows: result.rows, fields }) } });
    const answered = await queryRaw.call(view, query);
    result.fields.forEach((field, i) => {
      if (field.dataTypeID === CHAR.oid) answered.columnTypes[i] = CHAR.columnType;
    });
    return answered;
  };
}

function prototypeWith(object, method) {
  let proto = Object.getPrototypeOf(object);
  while (!Object.hasOwn(proto, method)) proto = Object.getPrototypeOf(proto);
  return proto;
}

/** The adapter's own shadow database reconnects to the main one and cannot drop itself, so it is made and dropped here. */
function withShadow(adapters) {
  adapters.connectToShadowDb = async () => {
    if (options.shadowUrl) return factory(options.shadowUrl).connect();
    const name = `prisma_migrate_shadow_db_${randomUUID()}`;
    const { config } = connection(options.url);
    await withClient(config, (client) => client.query(`CREATE DATABASE "${name}"`));
    const shadow = await factory(options.url, name).connect();
    const dispose = shadow.dispose.bind(shadow);
    shadow.dispose = async () => {
      await dispose();
      await withClient(config, (client) => client.query(`DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`));
    };
    return shadow;
  };
  return adapters;
}
