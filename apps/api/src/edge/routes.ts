import type { FastifyInstance } from 'fastify';
import type { Permission } from './permission.ts';

/** One route of the running server. */
export interface Route {
  readonly method: string;
  readonly path: string;
  readonly permission?: Permission;
  readonly open?: string;
}

/** Prefixes that this server answers itself; every other path belongs to the dashboard. */
const OWN = ['/auth', '/api', '/fhir', '/dicom-web', '/events', '/cds-services', '/audit', '/healthz', '/readyz', '/metrics'];

export function isOwn(path: string): boolean {
  return OWN.some((prefix) => path === prefix || path.startsWith(`${prefix}/`));
}

/** Paths under which nothing is told to anybody without a token, not even whether the path exists. */
export function needsToken(path: string): boolean {
  return isOwn(path) && !/^\/(auth|healthz|readyz)(\/|$)/.test(path);
}

/** Every route as it was registered; the boot fails on one that declares nothing. */
export class RouteTable {
  readonly #routes: Route[] = [];

  watch(server: FastifyInstance): void {
    server.addHook('onRoute', ({ method, url, config }) => {
      if (config?.relay === true) return;
      const { permission, open } = config ?? {};
      if (permission === undefined && open === undefined) throw new Error(`Route ${String(method)} ${url} declares no permission.`);
      for (const one of [method].flat()) {
        this.#routes.push({ method: one, path: url, ...(permission === undefined ? {} : { permission }), ...(open === undefined ? {} : { open }) });
      }
    });
  }

  list(): readonly Route[] {
    return this.#routes;
  }

  /** Methods that some route offers for this path: empty when no route has the path. */
  methodsFor(path: string): readonly string[] {
    return [...new Set(this.#routes.filter((route) => matches(route.path, path)).map((route) => route.method))].sort();
  }
}

function matches(pattern: string, path: string): boolean {
  const wanted = pattern.split('/');
  const given = path.split('/');
  return wanted.length === given.length && wanted.every((part, i) => part === given[i] || (part.startsWith(':') && given[i] !== ''));
}
