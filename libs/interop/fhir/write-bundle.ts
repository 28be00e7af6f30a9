import { toIso, type Instant } from '@concord/core/kernel';
import { SERVED, type ServedResource } from './served.ts';

export interface Found {
  readonly type: string;
  /** Base of every absolute address, without a slash at the end: `http://localhost:3000/fhir/R4`. */
  readonly base: string;
  /** Parameters that were used. */
  readonly used: readonly (readonly [name: string, value: string])[];
  /** By POST the parameters may hold an identifier: no link repeats them. */
  readonly isPosted: boolean;
  readonly total: number;
  readonly resources: readonly { readonly resourceType?: string; readonly id?: string }[];
  readonly next?: string;
}

/** A searchset. The self link shows what was understood; totals never count what the reader may not see. */
export function searchset({ type, base, used, isPosted, total, resources, next }: Found) {
  const address = (pairs: Found['used']) => `${base}/${type}${pairs.length === 0 ? '' : `?${queryOf(pairs)}`}`;
  const shown = isPosted ? [] : used;
  const link = [{ relation: 'self', url: address(shown) }];
  if (next !== undefined) link.push({ relation: 'next', url: address([...shown.filter(([name]) => name !== 'after'), ['after', next]]) });
  return {
    resourceType: 'Bundle' as const,
    type: 'searchset' as const,
    total,
    link,
    ...(resources.length === 0
      ? {}
      : { entry: resources.map((resource) => ({ fullUrl: `${base}/${type}/${String(resource.id)}`, resource, search: { mode: 'match' as const } })) }),
  };
}

// URLSearchParams is no part of the language, and this package is nothing but language.
function queryOf(pairs: Found['used']): string {
  return pairs.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join('&');
}

export interface CapabilityOptions {
  readonly base: string;
  readonly version: string;
  /** When this software was made. */
  readonly date: Instant;
}

/** What this server does, from the table that its router reads: nothing is claimed that is not routed. */
export function capabilityStatement({ base, version, date }: CapabilityOptions) {
  return {
    resourceType: 'CapabilityStatement' as const,
    status: 'active' as const,
    date: toIso(date),
    kind: 'instance' as const,
    software: { name: 'Concord', version },
    implementation: { description: 'Concord: research software, not a medical device', url: base },
    fhirVersion: '4.0.1' as const,
    format: ['application/fhir+json', 'json'],
    rest: [
      {
        mode: 'server' as const,
        documentation: 'Unknown parameters, modifiers and elements are refused. Errors are OperationOutcome. Denied and absent are the same 404.',
        security: { description: 'OpenID Connect bearer tokens; everything but this page needs one. Every read is audited.' },
        resource: SERVED.map(capabilityOf),
        interaction: [{ code: 'transaction' as const }, { code: 'batch' as const }],
      },
    ],
  };
}

function capabilityOf(resource: ServedResource) {
  const writes = resource.interactions.includes('create');
  return {
    type: resource.type,
    documentation: resource.documentation,
    interaction: resource.interactions.map((code) => ({ code })),
    versioning: resource.interactions.includes('vread') ? ('versioned' as const) : ('no-version' as const),
    ...(writes ? { conditionalCreate: true, referencePolicy: ['literal' as const, 'logical' as const, 'local' as const] } : {}),
    searchParam: resource.search.map(({ name, type, documentation }) => ({ name, type, documentation })),
  };
}
