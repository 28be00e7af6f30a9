import { join } from 'node:path';
import type { Settings } from '../config.ts';
import type { ChildPlan } from './child.ts';
import type { DatabaseUrls } from './database.ts';

/** Where the programs of one run find each other. */
export interface Places {
  readonly database: DatabaseUrls;
  readonly identityPort: number;
  readonly webPort: number;
}

/** Rendering needs memory in bursts; a limit keeps the dashboard from growing to half a gigabyte on a small machine. */
const WEB_HEAP_MB = 384;

/** How each program is started. The owner of the schema is known to none of them, the database only to those that use it. */
export function programs(settings: Settings, places: () => Places) {
  const dist = (app: string): string => join(settings.root, `apps/${app}/dist/src/main.js`);
  const plan = (module: string, env: (at: Places) => Record<string, string>, more: Partial<ChildPlan> = {}) => {
    return (): ChildPlan => ({ module, env: { ...commonEnv(settings), ...env(places()) }, ...more });
  };
  return {
    identity: plan(dist('dev-identity'), (at) => ({ CONCORD_IDENTITY_PORT: String(at.identityPort) })),
    web: plan(
      join(settings.root, 'apps/web/server.mjs'),
      (at) => ({ CONCORD_WEB_PORT: String(at.webPort), CONCORD_API_URL: `http://127.0.0.1:${settings.port}`, NODE_ENV: 'production' }),
      { execArgv: [`--max-old-space-size=${WEB_HEAP_MB}`] },
    ),
    worker: plan(dist('worker'), (at) => ({ DATABASE_WORKER_URL: at.database.worker })),
    api: plan(dist('api'), (at) => ({
      DATABASE_URL: at.database.app,
      CONCORD_WEB_URL: `http://127.0.0.1:${at.webPort}`,
      CONCORD_IDENTITY_URL: `http://127.0.0.1:${at.identityPort}`,
    })),
    sequencer: plan(join(settings.root, 'apps/worker/dist/src/sequencer.js'), (at) => ({ DATABASE_AUDIT_URL: at.database.audit })),
    feed: plan(join(settings.root, 'apps/cli/dist/src/start/feed.js'), () => ({})),
  };
}

export function commonEnv(settings: Settings): Record<string, string | undefined> {
  const { DATABASE_URL: _app, DATABASE_WORKER_URL: _worker, DATABASE_OWNER_URL: _owner, DATABASE_AUDIT_URL: _audit, ...inherited } = process.env;
  return {
    ...inherited,
    CONCORD_ENV: settings.environment,
    CONCORD_PORT: String(settings.port),
    CONCORD_PUBLIC_URL: settings.publicUrl,
    CONCORD_BIND: settings.bind,
    CONCORD_DATA_DIR: settings.dataDir,
    CONCORD_KEY_FILE: settings.keyFile,
    CONCORD_AUDIT_DIR: settings.auditDir,
    CONCORD_AUDIT_WITNESS_DIR: settings.witnessDir,
    CONCORD_MODELS_DIR: settings.modelsDir,
    CONCORD_SITE_TIME_ZONE: settings.siteTimeZone,
    NEXT_TELEMETRY_DISABLED: '1',
  };
}
