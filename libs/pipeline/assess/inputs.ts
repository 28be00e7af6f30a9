import {
  consentClassOf,
  type Abstention,
  type ModalityKind,
  type ModalityPlugin,
  type ModalityState,
  type ModalityStream,
  type PatientTimeline,
  type RiskTask,
  type TensorInput,
} from '@concord/core/clinical';
import type { Instant } from '@concord/core/kernel';
import type { BundleManifest } from '@concord/governance/models';

/** What one modality brings to the question, decided before any block runs; one tensor per view that is read. */
export type ModalityInput =
  | { readonly kind: 'ready'; readonly plugin: ModalityPlugin; readonly tensors: readonly TensorInput[] }
  | { readonly kind: 'stale'; readonly plugin: ModalityPlugin; readonly newest: Instant }
  | { readonly kind: 'absent' | 'withheld'; readonly plugin: ModalityPlugin }
  | { readonly kind: 'unfit'; readonly plugin: ModalityPlugin; readonly reason: string };

/** Who reads, and of which sources several views are read as one. */
export interface InputParts {
  readonly plugins: readonly ModalityPlugin[];
  readonly bundle: Pick<BundleManifest, 'views'>;
}

/** @param known the timeline as of `at`. Consent removes a modality here, before it is read. */
export function inputsOf(known: PatientTimeline, at: Instant, { plugins, bundle }: InputParts): readonly ModalityInput[] {
  return plugins.map((plugin): ModalityInput => {
    if (isWithheld(plugin.kind, known)) return { kind: 'withheld', plugin };
    const stream = known.streams.get(plugin.kind);
    const readiness = stream === undefined ? ({ kind: 'absent' } as const) : plugin.readiness(stream, at);
    switch (readiness.kind) {
      case 'absent':
        return { kind: 'absent', plugin };
      case 'stale':
        return { kind: 'stale', plugin, newest: readiness.newest };
      case 'unfit':
        return { kind: 'unfit', plugin, reason: readiness.reason };
      case 'ready':
        return stream === undefined ? { kind: 'absent', plugin } : aligned(plugin, viewsOf(plugin, stream, { at, bundle }));
    }
  });
}

function isWithheld(kind: ModalityKind, { withheld }: PatientTimeline): boolean {
  return withheld.some((named) => named === kind || String(named) === consentClassOf(kind));
}

/** Those that the task names. A modality that none of its lines mentions is no part of the answer: a new sensor changes no existing score. */
export function askedBy({ required, optional }: RiskTask, inputs: readonly ModalityInput[]): readonly ModalityInput[] {
  return inputs.filter(({ plugin }) => required.includes(plugin.kind) || optional.includes(plugin.kind));
}

/** What the bundle reads of a source that is ready: the newest input, or every view of the newest examination. */
export function viewsOf(
  plugin: ModalityPlugin,
  stream: ModalityStream,
  { at, bundle }: Pick<InputParts, 'bundle'> & { readonly at: Instant },
): readonly TensorInput[] {
  const most = bundle.views?.find(({ modality }) => modality === plugin.kind)?.most ?? 1;
  return plugin.views === undefined || most < 2 ? [plugin.align(stream, at)] : plugin.views.align(stream, at, most);
}

function aligned(plugin: ModalityPlugin, tensors: readonly TensorInput[]): ModalityInput {
  return tensors.some(({ tokenMask }) => tokenMask.some((known) => known === 1))
    ? { kind: 'ready', plugin, tensors }
    : { kind: 'unfit', plugin, reason: 'nothing in it that the model reads' };
}

/** Why a required modality that cannot speak forbids a score; undefined when all can. An absent one is left to the task's eligibility. */
export function missingRequired(inputs: readonly ModalityInput[], required: readonly ModalityKind[]): Abstention | undefined {
  for (const input of inputs.filter(({ plugin }) => required.includes(plugin.kind))) {
    if (input.kind === 'withheld') return { reason: 'withheld', text: `No score: ${wordsOf(input.plugin.kind)} may not be used.` };
    if (input.kind === 'stale') return { reason: 'stale-inputs', text: `No score: ${wordsOf(input.plugin.kind)} too old.`, since: input.newest };
    if (input.kind === 'unfit') return { reason: 'image-unfit', text: `No score: ${wordsOf(input.plugin.kind)} not fit for the model.` };
  }
  return undefined;
}

/** After eligibility: a required modality that is simply not there. */
export function absentRequired(inputs: readonly ModalityInput[], required: readonly ModalityKind[]): Abstention | undefined {
  const missing = required.find((kind) => !inputs.some(({ plugin, kind: state }) => plugin.kind === kind && state === 'ready'));
  return missing === undefined ? undefined : { reason: 'too-little-data', text: `No score: no ${wordsOf(missing)}.` };
}

function wordsOf(kind: ModalityKind): string {
  return kind.replaceAll('-', ' ');
}

export interface States {
  readonly modalities: Readonly<Record<ModalityState, readonly ModalityKind[]>>;
  readonly unusedReasons: readonly { readonly modality: ModalityKind; readonly reason: string }[];
}

/**
 * Where each modality of the task went.
 * @param used modalities of the calibration that answered; none when no score was made.
 * @param whyNot said of a modality that was ready and still left out.
 */
export function statesOf(inputs: readonly ModalityInput[], used: readonly ModalityKind[], whyNot: string): States {
  const stateOf = ({ kind, plugin }: ModalityInput): ModalityState => {
    if (kind === 'ready') return used.includes(plugin.kind) ? 'used' : 'unused';
    return kind === 'unfit' ? 'unused' : kind;
  };
  const kindsIn = (state: ModalityState): readonly ModalityKind[] => inputs.filter((input) => stateOf(input) === state).map(({ plugin }) => plugin.kind);
  return {
    modalities: { used: kindsIn('used'), stale: kindsIn('stale'), absent: kindsIn('absent'), withheld: kindsIn('withheld'), unused: kindsIn('unused') },
    unusedReasons: inputs
      .filter((input) => stateOf(input) === 'unused')
      .map((input) => ({ modality: input.plugin.kind, reason: input.kind === 'unfit' ? input.reason : whyNot })),
  };
}

/** The first moment after `at` at which an input that speaks now turns stale: when to look again. */
export function nextStaleAt(known: PatientTimeline, inputs: readonly ModalityInput[], at: Instant): { readonly staleAt?: Instant } {
  const times = inputs.flatMap(({ kind, plugin }) => {
    const stream = kind === 'ready' ? known.streams.get(plugin.kind) : undefined;
    const turns = stream === undefined ? undefined : plugin.staleAt(stream);
    return turns !== undefined && turns > at ? [turns] : [];
  });
  const [first] = times.sort((a, b) => a - b);
  return first === undefined ? {} : { staleAt: first };
}
