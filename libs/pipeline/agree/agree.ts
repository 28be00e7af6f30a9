import {
  asOf,
  type BundleId,
  type Concordance,
  type ModalityPlugin,
  type ModalityStream,
  type NamedFinding,
  type PatientTimeline,
} from '@concord/core/clinical';
import { probability, type Instant } from '@concord/core/kernel';
import { ModelUnavailable, type ModelRunner } from '@concord/core/ports';
import type { BundleManifest } from '@concord/governance/models';
import { agreements, mislinkSuspected } from '@concord/stages/agreement';
import { findingsTogether, viewsOf } from '@concord/pipeline/assess';

/** The bundle that reads films which the generator drew. It answers no question about risk, and no film of a person. */
export const DRAWN_FILMS = 'benchmark-regions' as BundleId;

export interface AgreeParts {
  readonly plugins: readonly ModalityPlugin[];
  readonly bundle: BundleManifest;
  readonly runner: ModelRunner;
  /** Reads films that the project's generator drew, and no other: for the demonstration, where the served block is silent. */
  readonly drawn?: BundleManifest;
}

/** Where the sources of a patient agree and contradict each other, as of one moment. */
export type Agree = (question: { readonly timeline: PatientTimeline; readonly asOf: Instant }) => Promise<Concordance>;

/**
 * What every source says of the findings that several can speak of, set side by side. It reads what `assess` reads: only
 * what was known, nothing that consent withholds. It scores nothing. A model that cannot be run leaves its source silent.
 */
export function createAgree(parts: AgreeParts): Agree {
  return async ({ timeline, asOf: at }) => {
    const known = asOf(timeline, at);
    const statements = [];
    const signs = [];
    for (const plugin of parts.plugins) {
      const stream = known.withheld.includes(plugin.kind) ? undefined : known.streams.get(plugin.kind);
      if (stream === undefined) continue;
      signs.push(...(plugin.compared?.(stream, at) ?? []));
      if (plugin.statements === undefined) continue;
      const named = plugin.readiness(stream, at).kind === 'ready' ? await namedIn({ plugin, stream, at }, parts) : [];
      statements.push(...plugin.statements(stream, at, named));
    }
    const findings = agreements(statements);
    return {
      patientId: timeline.patientId,
      asOf: at,
      revision: known.revision,
      bundle: parts.bundle.id,
      findings,
      signs,
      mislinkSuspected: mislinkSuspected(findings),
    };
  };
}

interface Asked {
  readonly plugin: ModalityPlugin;
  readonly stream: ModalityStream;
  readonly at: Instant;
}

async function namedIn(asked: Asked, { bundle, runner, drawn }: AgreeParts): Promise<readonly NamedFinding[]> {
  const own = await namedBy(bundle, asked, runner);
  if (drawn === undefined) return own;
  return [...own, ...(await namedBy(drawn, asked, runner)).map((one) => ({ ...one, films: 'drawn' as const }))];
}

async function namedBy(bundle: BundleManifest, { plugin, stream, at }: Asked, runner: ModelRunner): Promise<readonly NamedFinding[]> {
  const entry = bundle.findings?.find(({ modality }) => modality === plugin.kind);
  if (entry === undefined) return [];
  try {
    const shown = await findingsTogether(viewsOf(plugin, stream, { at, bundle }), plugin.kind, { bundle, runner });
    return entry.findings.flatMap(({ name, present, absent, onDrawnFilms }) => {
      const together = shown?.together[name];
      if (shown === undefined || together === undefined) return [];
      const films = onDrawnFilms ? ('both' as const) : ('taken' as const);
      return [{ name, probability: probability(together), present, absent, films, ...strongest(shown.each.map((one) => one[name] ?? 0)) }];
    });
  } catch (error) {
    if (error instanceof ModelUnavailable) return [];
    throw error;
  }
}

/** The view that shows it most, and of how many; nothing where there is one. */
function strongest(each: readonly number[]): Pick<NamedFinding, 'views'> {
  return each.length < 2 ? {} : { views: { view: each.indexOf(Math.max(...each)), of: each.length } };
}
