import {
  tierOf,
  type Assessment,
  type Evidence,
  type EvidencePointer,
  type Explanation,
  type Faithfulness,
  type News2,
  type PieceOfSource,
  type RiskTask,
} from '@concord/core/clinical';
import { toIso } from '@concord/core/kernel';
import type { StoredAssessment } from '@concord/core/ports';
import type { z } from 'zod';
import type { pointerSchema, WireAssessment, WireEvidence, WireExplanation, WireNews2, WirePiece } from './assessment.ts';

export interface ToWire {
  /** Thresholds of the task; without them no tier is said. */
  readonly thresholds?: RiskTask['thresholds'] | undefined;
  /** Modalities that this reader may not see: their evidence becomes one `joint` item with its sum, the number stays. */
  readonly withhold?: readonly string[];
}

/** Name under which what a reader may not see stands in shares and evidence. */
export const WITHHELD = 'withheld';

/** A stored assessment as it crosses HTTP. The reader's rights change what is named, never a number. */
export function assessmentToWire(stored: StoredAssessment, { thresholds, withhold = [] }: ToWire = {}): WireAssessment {
  const { assessment } = stored;
  return {
    id: stored.id,
    patientId: assessment.patientId,
    task: assessment.task,
    asOf: toIso(assessment.asOf),
    bundle: assessment.bundle,
    status: stored.status,
    ...outcomeToWire(assessment, thresholds, withhold),
    modalities: {
      used: [...assessment.modalities.used],
      stale: [...assessment.modalities.stale],
      absent: [...assessment.modalities.absent],
      withheld: [...assessment.modalities.withheld],
      unused: [...assessment.modalities.unused],
    },
    unusedReasons: assessment.unusedReasons.map(({ modality, reason }) => ({ modality, reason })),
    news2: news2ToWire(assessment.news2),
  };
}

type WireOutcome = Pick<
  WireAssessment,
  | 'outcome'
  | 'reason'
  | 'reasonText'
  | 'probability'
  | 'interval'
  | 'logit'
  | 'baselineLogit'
  | 'calibrationId'
  | 'pattern'
  | 'evidenceLevel'
  | 'tier'
  | 'shapley'
  | 'evidence'
  | 'evidenceVersion'
  | 'explanation'
>;

function outcomeToWire({ outcome }: Assessment, thresholds: RiskTask['thresholds'] | undefined, withhold: readonly string[]): WireOutcome {
  if (outcome.kind === 'abstained') return { ...NO_NUMBERS, reason: outcome.abstention.reason, reasonText: outcome.abstention.text };
  const { score, evidence, explanation, faithfulness } = outcome;
  return {
    outcome: 'scored',
    reason: null,
    reasonText: null,
    probability: score.probability,
    interval: [score.interval[0], score.interval[1]],
    logit: score.logit,
    baselineLogit: score.baselineLogit,
    calibrationId: score.calibrationId,
    pattern: [...score.pattern],
    evidenceLevel: score.evidenceLevel,
    tier: thresholds === undefined ? null : (score.tier ?? tierOf(score.probability, thresholds)),
    shapley: foldShares(score.shapley, withhold),
    evidence: foldEvidence(evidence, withhold, faithfulness),
    evidenceVersion: faithfulness === undefined ? 1 : 2,
    explanation: explanation === undefined ? null : explanationToWire(explanation, withhold),
  };
}

/** What stands in the place of every number of an answer that is none. */
export const NO_NUMBERS: Omit<WireOutcome, 'reason' | 'reasonText'> = {
  outcome: 'abstained',
  probability: null,
  interval: null,
  logit: null,
  baselineLogit: null,
  calibrationId: null,
  pattern: [],
  evidenceLevel: null,
  tier: null,
  shapley: [],
  evidence: [],
  evidenceVersion: 1,
  explanation: null,
};

function foldShares(shapley: readonly { readonly modality: string; readonly value: number }[], withhold: readonly string[]): WireAssessment['shapley'] {
  const seen = shapley.filter(({ modality }) => !withhold.includes(modality)).map(({ modality, value }) => ({ modality, value }));
  const hidden = shapley.filter(({ modality }) => withhold.includes(modality));
  return hidden.length === 0 ? seen : [...seen, { modality: WITHHELD, value: sum(hidden.map(({ value }) => value)) }];
}

function foldEvidence(evidence: readonly Evidence[], withhold: readonly string[], faithfulness: readonly Faithfulness[] = []): WireEvidence[] {
  const proofOf = ({ id }: Evidence) => faithfulness.find(({ evidenceId }) => evidenceId === id);
  const seen = evidence.filter(({ modality }) => !withhold.includes(modality)).map((item) => evidenceToWire(item, proofOf(item)));
  const hidden = evidence.filter(({ modality }) => withhold.includes(modality));
  if (hidden.length === 0) return seen;
  const sources = new Set(hidden.map(({ modality }) => modality)).size;
  const text = sources === 1 ? '1 source withheld' : `${sources} sources withheld`;
  return [...seen, { id: WITHHELD, modality: WITHHELD, kind: 'joint', pointer: null, contribution: sum(hidden.map(({ contribution }) => contribution)), text }];
}

/** Sentences quote every source, so a reader who may not see them all gets none; the rest leaves out what may not be seen. */
function explanationToWire({ interactions, uncertainty, awaited, pieces, rationale }: Explanation, withhold: readonly string[]): WireExplanation {
  const seen = (modality: string): boolean => !withhold.includes(modality);
  return {
    interactions: interactions
      .filter(({ modalities }) => modalities.every(seen))
      .map(({ modalities: [first, second], value }) => ({ modalities: [first, second], value })),
    uncertainty: { ...uncertainty },
    awaited: awaited.filter(({ modality }) => seen(modality)).map((source) => ({ ...source })),
    ...(pieces === undefined ? {} : { pieces: pieces.filter(({ modality }) => seen(modality)).map(pieceToWire) }),
    rationale: withhold.length === 0 && rationale !== '' ? rationale : null,
  };
}

function pieceToWire({ modality, pointer, text, unusedReason }: PieceOfSource): WirePiece {
  return { modality, place: pointerToWire(pointer), text, unusedReason: unusedReason ?? null };
}

function evidenceToWire(item: Evidence, proof: Faithfulness | undefined): WireEvidence {
  const { id, modality, contribution, text } = item;
  if (proof === undefined) return { id, modality, contribution, text, ...pointerToWire(item) };
  const { change, elsewhere, regions, holds } = proof;
  return { id, modality, contribution, text, faithfulness: { change, elsewhere, regions, holds }, ...pointerToWire(item) };
}

/** The place that a reason or a statement names. */
export function pointerToWire(place: EvidencePointer): z.infer<typeof pointerSchema> {
  switch (place.kind) {
    case 'report-span':
      return { kind: place.kind, pointer: { ...place.pointer } };
    case 'image-region':
      return { kind: place.kind, pointer: { ...place.pointer, box: [...place.pointer.box] } };
    case 'signal-window':
      return { kind: place.kind, pointer: { ...place.pointer, from: toIso(place.pointer.from), to: toIso(place.pointer.to) } };
    case 'joint':
      return { kind: place.kind, pointer: null };
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

export function news2ToWire(news2: News2): WireNews2 {
  return {
    total: news2.total,
    atLeast: news2.atLeast,
    measured: news2.measured,
    of: 7,
    band: news2.band,
    singleThree: news2.singleThree,
    applies: news2.applies,
    parts: news2.parts.map(({ parameter, state, points, effectiveAt }) => ({
      parameter,
      state,
      points,
      effectiveAt: effectiveAt === undefined ? null : toIso(effectiveAt),
    })),
  };
}
