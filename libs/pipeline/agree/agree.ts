import { asOf, type BundleId, type Concordance, type ModalityPlugin, type NamedFinding, type PatientTimeline } from '@concord/core/clinical';
import { probability, type Instant } from '@concord/core/kernel';
import { ModelUnavailable, type ModelRunner } from '@concord/core/ports';
import type { BundleManifest } from '@concord/governance/models';
import { agreements, mislinkSuspected } from '@concord/stages/agreement';
import { findingsOf } from '@concord/pipeline/assess';

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
    for (const plugin of parts.plugins) {
      const stream = known.withheld.includes(plugin.kind) ? undefined : known.streams.get(plugin.kind);
      if (stream === undefined || plugin.statements === undefined) continue;
      const named = plugin.readiness(stream, at).kind === 'ready' ? await namedIn(plugin.align(stream, at), plugin, parts) : [];
      statements.push(...plugin.statements(stream, at, named));
    }
    const findings = agreements(statements);
    return {
      patientId: timeline.patientId,
      asOf: at,
      revision: known.revision,
      bundle: parts.bundle.id,
      findings,
      mislinkSuspected: mislinkSuspected(findings),
    };
  };
}

async function namedIn(
  tensor: ReturnType<ModalityPlugin['align']>,
  { kind }: ModalityPlugin,
  { bundle, runner, drawn }: AgreeParts,
): Promise<readonly NamedFinding[]> {
  const own = await namedBy(bundle, tensor, kind, runner);
  if (drawn === undefined) return own;
  return [...own, ...(await namedBy(drawn, tensor, kind, runner)).map((one) => ({ ...one, films: 'drawn' as const }))];
}

async function namedBy(
  bundle: BundleManifest,
  tensor: ReturnType<ModalityPlugin['align']>,
  kind: ModalityPlugin['kind'],
  runner: ModelRunner,
): Promise<readonly NamedFinding[]> {
  const entry = bundle.findings?.find(({ modality }) => modality === kind);
  if (entry === undefined) return [];
  try {
    const [probabilities = {}] = (await findingsOf([tensor], kind, { bundle, runner })) ?? [];
    return entry.findings.flatMap(({ name, present, absent, onDrawnFilms }) => {
      const shown = probabilities[name];
      if (shown === undefined) return [];
      return [{ name, probability: probability(shown), present, absent, films: onDrawnFilms ? ('both' as const) : ('taken' as const) }];
    });
  } catch (error) {
    if (error instanceof ModelUnavailable) return [];
    throw error;
  }
}
