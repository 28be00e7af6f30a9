import { RouteConfig } from '@nestjs/platform-fastify';
import type { AccessAction, AuditUnitKind, ResourceKind } from '@concord/core/ports';

/** What a route is for: the upper bound of what it asks `withAccess`. */
export interface Permission {
  readonly action: AccessAction;
  readonly resource: ResourceKind;
  /** Unit of audit; a request by default. */
  readonly unit?: AuditUnitKind;
}

/** Declares what a route does with which resource. A route that declares nothing fails the boot. */
export function Needs(action: AccessAction, resource: ResourceKind, unit: AuditUnitKind = 'request'): MethodDecorator {
  return RouteConfig({ permission: { action, resource, unit } satisfies Permission });
}

/** A route that anyone may call, and why that is right. It must carry no patient data. */
export function OpenToAll(because: string): MethodDecorator {
  return RouteConfig({ open: because });
}

declare module 'fastify' {
  interface FastifyContextConfig {
    permission?: Permission;
    open?: string;
    /** The relay to the dashboard and the realm: not a route of ours. */
    relay?: boolean;
  }
}
