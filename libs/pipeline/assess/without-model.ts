import { asOf, news2At, type Abstention, type Assess, type BundleId, type PatientTimeline, type RiskTask } from '@concord/core/clinical';
import type { Instant } from '@concord/core/kernel';
import type { Hash } from '@concord/core/ports';

const UNAVAILABLE: Abstention = { reason: 'model-unavailable', text: 'No score: no model is installed.' };

/**
 * Answers every question with the abstention `model-unavailable` and NEWS2 beside it: what a hospital gets while no bundle
 * can be read. A ward sees why there is no number; it never sees a default number.
 */
export function withoutModel(hash: Hash): Assess {
  return ({ timeline, asOf: at, tasks }) => {
    const known = asOf(timeline, at);
    return Promise.resolve(tasks.map((task) => abstain(known, at, task, hash)));
  };
}

function abstain(known: PatientTimeline, at: Instant, task: RiskTask, hash: Hash) {
  const asked = [...task.required, ...task.optional];
  const present = asked.filter((kind) => known.streams.has(kind));
  return {
    patientId: known.patientId,
    task: task.id,
    asOf: at,
    // The one brand made here: no bundle is a bundle of this name.
    bundle: 'none' as BundleId,
    outcome: { kind: 'abstained', abstention: UNAVAILABLE } as const,
    modalities: { used: [], stale: [], absent: asked.filter((kind) => !known.streams.has(kind)), withheld: known.withheld, unused: present },
    unusedReasons: present.map((modality) => ({ modality, reason: 'no model is installed' })),
    news2: news2At(known, at),
    pins: {
      revision: known.revision,
      links: `revision-${known.revision}`,
      clocks: `revision-${known.revision}`,
      inputsSha256: hash(new Uint8Array()),
      blockSha256: [],
      runtime: 'none',
    },
  };
}
