import type { ModalityKind, TensorInput } from '@concord/core/clinical';
import { invariant, logit } from '@concord/core/kernel';
import type { ModelRunner } from '@concord/core/ports';
import type { BundleManifest, CalibrationEntry } from '@concord/governance/models';
import { calibrate } from '@concord/stages/calibration';
import { locate } from '@concord/stages/encoding';
import { coalitionsOf } from '@concord/stages/explanation';
import { fuse, fuseEnsemble, lateFusion, type EnsembleAnswer, type Logits, type TokensByModality } from '@concord/stages/fusion';
import { encodeAll } from '../assess/index.ts';

/** A patient of the generator, as the suite sees one. */
export interface TruthPatient {
  readonly sources: Readonly<Record<string, { readonly data: Float32Array; readonly ageHours: Float32Array }>>;
  readonly measured: readonly string[];
  /** By head; null where the question is not asked of this patient. */
  readonly labels: Readonly<Record<string, 0 | 1 | null>>;
  readonly findings: readonly (0 | 1)[];
}

export interface TruthWish {
  readonly seed: string;
  readonly count: number;
  readonly measured: 'complete' | 'at-random' | 'by-severity';
  readonly mislink?: number;
  readonly discordance?: number;
}

/** The generator, given to the suite: the pipeline may not import it. */
export interface TruthGenerator<P extends TruthPatient = TruthPatient> {
  readonly sources: readonly string[];
  cohort(wish: TruthWish): Iterable<P>;
  /** Best log-odds of every subset of `players`, in the order of `coalitionsOf`. */
  game(patient: P, players: readonly string[], head: string): readonly number[];
  whereAbsenceSpeaks(patient: P, measured: readonly string[]): number;
  pairEvidence(report: P, film: P): number;
}

export interface FusionParts {
  readonly bundle: BundleManifest;
  readonly runner: ModelRunner;
  readonly generator: TruthGenerator;
}

/** Tokens of every patient through the bundle's adapters; clock errors are hours added to the ages of one source. */
export async function tokensOf(
  patients: readonly TruthPatient[],
  { bundle, runner }: FusionParts,
  clock?: { readonly source: string; readonly hours: number },
): Promise<readonly TokensByModality[]> {
  const tokens = patients.map(() => new Map<ModalityKind, Awaited<ReturnType<typeof encodeAll>>[number]>());
  for (const { modality, encoder } of bundle.fusion.layout) {
    const inputs = inputsOf(patients, modality, { bundle, hours: clock?.source === modality ? clock.hours : 0 });
    const encoded = await encodeAll(inputs, encoder, { bundle, runner });
    encoded.forEach((own, row) => tokens[row]?.set(modality, own));
  }
  return tokens;
}

function inputsOf(
  patients: readonly TruthPatient[],
  source: string,
  { bundle, hours }: { readonly bundle: BundleManifest; readonly hours: number },
): readonly TensorInput[] {
  const layout = bundle.fusion.layout.find(({ modality }) => modality === source);
  const shape = bundle.encoders[layout?.encoder ?? '']?.input.shape.slice(1) ?? [];
  return patients.map(({ sources }) => {
    const own = sources[source];
    invariant(own !== undefined, 'every source has tokens');
    const age = hours === 0 ? own.ageHours : own.ageHours.map((value) => Math.max(0, value + hours));
    return { name: source, data: own.data, shape, tokenMask: new Uint8Array(age.length).fill(1), tokenAgeHours: age };
  });
}

/** Where each patient's source lies in the shared space. */
export function located(patients: readonly TruthPatient[], source: string, { bundle, runner }: FusionParts): Promise<readonly Float32Array[]> {
  const encoder = bundle.encoders[bundle.fusion.layout.find(({ modality }) => modality === source)?.encoder ?? ''];
  invariant(encoder !== undefined, 'the bundle encodes the source');
  return locate(inputsOf(patients, source, { bundle, hours: 0 }), encoder, runner);
}

/** Logits of each patient on the sources named for it. */
export function fused(
  tokens: readonly TokensByModality[],
  seen: (row: number) => readonly ModalityKind[],
  { bundle, runner }: FusionParts,
): Promise<readonly Logits[]> {
  return fuse(
    tokens.map((own, row) => ({ tokens: own, coalition: { modalities: seen(row) } })),
    bundle.fusion,
    runner,
  );
}

/** As `fused`, with the members of the ensemble. */
export function fusedByMembers(
  tokens: readonly TokensByModality[],
  seen: (row: number) => readonly ModalityKind[],
  { bundle, runner }: FusionParts,
): Promise<readonly EnsembleAnswer[]> {
  return fuseEnsemble(
    tokens.map((own, row) => ({ tokens: own, coalition: { modalities: seen(row) } })),
    bundle.fusion,
    runner,
  );
}

/** @returns `[patient][coalition]` logits, coalitions in the order of `coalitionsOf` over the layout. */
export async function everyCoalition(tokens: readonly TokensByModality[], parts: FusionParts): Promise<readonly (readonly Logits[])[]> {
  const coalitions = coalitionsOf(parts.bundle.fusion.layout.map(({ modality }) => modality));
  const byCoalition: (readonly Logits[])[] = [];
  for (const modalities of coalitions) byCoalition.push(await fused(tokens, () => modalities, parts));
  return tokens.map((_, row) => byCoalition.map((logits) => logits[row] ?? []));
}

/** The calibration of a head on exactly this set. */
export function calibrationOn(bundle: BundleManifest, head: string, pattern: readonly string[]): CalibrationEntry {
  const found = bundle.calibrations.find((one) => one.head === head && one.pattern.join() === pattern.join());
  invariant(found !== undefined, 'the bundle is calibrated for the head and the pattern');
  return found;
}

/** Late fusion of single sources, each calibrated for itself. @param alone logit of each source that spoke. */
export function lateLogit(alone: ReadonlyMap<string, number>, head: string, bundle: BundleManifest): number {
  const calibrated = [...alone].map(([source, own]) => logit(calibrate(own, calibrationOn(bundle, head, [source])).probability, 1e-4));
  const entry = calibrationOn(bundle, head, [...alone.keys()].slice(0, 1));
  return lateFusion(calibrated, logit(entry.events / entry.patients));
}
