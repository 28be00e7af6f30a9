import { plus, toIso, type Instant, type Milliseconds } from '@concord/core/kernel';
import type { AbstentionReason, EncounterId, Evidence, RiskScore } from '@concord/core/clinical';
import type { StoredAssessment } from '@concord/core/ports';
import { BUNDLE_CODES, DATA_ABSENT, extensionUrl, OBSERVATION_VALUES, OUTCOME_CODES, RISK_PROBABILITY, TASK_CODES } from './systems.ts';
import { compact, patientRef } from './write-resource.ts';

/** What the resource says beside the stored row: the task's outcome and horizon, where the inputs are, and the reader's rights. */
export interface RiskContext {
  /** `physiological-decline`, `sepsis-onset`, `death-in-hospital`. */
  readonly outcome: string;
  readonly horizon: Milliseconds;
  readonly tier?: 'high' | 'raised' | 'usual';
  readonly encounterId?: EncounterId;
  /** References to the inputs: `Observation/x/_history/1`. */
  readonly basis: readonly string[];
  /** What this reader may see; the sum of contributions is the stored one. */
  readonly evidence: readonly Evidence[];
  readonly isDemo: boolean;
}

const AIAST = { system: OBSERVATION_VALUES, code: 'AIAST', display: 'Artificial Intelligence asserted' };
const HTEST = { system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason', code: 'HTEST', display: 'test health data' };
const NOT_A_DEVICE = 'Research software, not a medical device.';

type Extension = Readonly<Record<string, unknown>> & { readonly url: string };

/** One stored assessment as R4 says it (`reference/integration.md` 2.2): one task, one moment, one prediction. */
export function writeRiskAssessment(stored: StoredAssessment, context: RiskContext) {
  const { assessment } = stored;
  const task = { system: TASK_CODES, code: assessment.task };
  const scored = assessment.outcome.kind === 'scored' ? assessment.outcome.score : undefined;
  return compact({
    resourceType: 'RiskAssessment' as const,
    id: stored.id,
    meta: { versionId: '1', lastUpdated: toIso(stored.storedAt), security: context.isDemo ? [AIAST, HTEST] : [AIAST] },
    extension: extensions(stored, context),
    status: stored.status,
    method: { coding: scored === undefined ? [task] : [{ system: BUNDLE_CODES, code: assessment.bundle }, task] },
    code: { coding: [task] },
    subject: patientRef(assessment.patientId),
    encounter: context.encounterId === undefined ? undefined : { reference: `Encounter/${context.encounterId}` },
    occurrenceDateTime: toIso(assessment.asOf),
    performer: scored === undefined ? undefined : { reference: `Device/${assessment.bundle}` },
    basis: context.basis.map((reference) => ({ reference })),
    prediction: [prediction(stored, context)],
    note: [{ text: NOT_A_DEVICE }],
  });
}

function extensions({ assessment }: StoredAssessment, context: RiskContext): readonly Extension[] {
  const { outcome, modalities, news2 } = assessment;
  const about: Extension[] = [coded('outcome', outcome.kind)];
  if (outcome.kind === 'abstained') about.push(coded('reason', outcome.abstention.reason));
  else about.push(...ofScore(outcome.score));
  const states = (['used', 'stale', 'absent', 'withheld', 'unused'] as const).flatMap((state) =>
    modalities[state].map((kind) => ({ url: state, valueCode: kind })),
  );
  if (states.length > 0) about.push({ url: extensionUrl('modalities'), extension: states });
  about.push({
    url: extensionUrl('news2'),
    extension: [
      ...(news2.total === null ? [] : [{ url: 'total', valueInteger: news2.total }]),
      { url: 'atLeast', valueInteger: news2.atLeast },
      { url: 'measured', valueInteger: news2.measured },
      { url: 'of', valueInteger: news2.of },
    ],
  });
  return [...about, ...context.evidence.map(evidenceExtension)];
}

function ofScore(score: RiskScore): readonly Extension[] {
  return [
    coded('evidenceLevel', score.evidenceLevel),
    { url: extensionUrl('baselineLogit'), valueDecimal: score.baselineLogit },
    { url: extensionUrl('logit'), valueDecimal: score.logit },
    { url: extensionUrl('calibrationId'), valueString: score.calibrationId },
    ...score.pattern.map((kind) => coded('pattern', kind)),
  ];
}

function coded(name: string, code: string): Extension {
  return { url: extensionUrl(name), valueCode: code };
}

function evidenceExtension(evidence: Evidence): Extension {
  const pointer = pointerParts(evidence);
  return {
    url: extensionUrl('evidence'),
    extension: [
      { url: 'id', valueString: evidence.id },
      { url: 'modality', valueCode: evidence.modality },
      { url: 'kind', valueCode: evidence.kind },
      { url: 'contribution', valueDecimal: evidence.contribution },
      ...(pointer.length === 0 ? [] : [{ url: 'pointer', extension: pointer }]),
      { url: 'text', valueString: evidence.text },
    ],
  };
}

function pointerParts(evidence: Evidence): readonly Extension[] {
  switch (evidence.kind) {
    case 'report-span': {
      const { reportId, version, start, end } = evidence.pointer;
      return [
        { url: 'reportId', valueString: reportId },
        { url: 'version', valueInteger: version },
        { url: 'start', valueInteger: start },
        { url: 'end', valueInteger: end },
      ];
    }
    case 'image-region': {
      const { sopInstanceUid, frame, box } = evidence.pointer;
      return [
        { url: 'sopInstanceUid', valueString: sopInstanceUid },
        { url: 'frame', valueInteger: frame },
        { url: 'box', valueString: box.join(',') },
      ];
    }
    case 'signal-window': {
      const { code, device, from, to } = evidence.pointer;
      const by = device === null ? [] : [{ url: 'device', valueString: device }];
      return [{ url: 'code', valueString: code }, ...by, { url: 'from', valueInstant: toIso(from) }, { url: 'to', valueInstant: toIso(to) }];
    }
    case 'joint':
      return [];
  }
}

/** Why there is no number, in the words of data-absent-reason. */
const ABSENT: Readonly<Record<AbstentionReason, string>> = {
  'outside-population': 'not-applicable',
  'too-little-data': 'unknown',
  'stale-inputs': 'unknown',
  'uncalibrated-pattern': 'unsupported',
  'image-unfit': 'unsupported',
  withheld: 'masked',
  'model-unavailable': 'error',
};

const TIERS = { high: ['high', 'High likelihood'], raised: ['moderate', 'Moderate likelihood'], usual: ['low', 'Low likelihood'] } as const;

function prediction({ assessment }: StoredAssessment, context: RiskContext) {
  const outcome = { coding: [{ system: OUTCOME_CODES, code: context.outcome }] };
  const whenPeriod = { start: toIso(assessment.asOf), end: toIso(endOf(assessment.asOf, context.horizon)) };
  if (assessment.outcome.kind === 'abstained') {
    const { reason, text } = assessment.outcome.abstention;
    // On a bare probabilityRange, not on a valueless decimal: there ras-2 evaluates to empty and validators disagree.
    return { outcome, probabilityRange: { extension: [{ url: DATA_ABSENT, valueCode: ABSENT[reason] }] }, whenPeriod, rationale: text };
  }
  const { score } = assessment.outcome;
  const [low, high] = score.interval;
  return compact({
    outcome,
    probabilityDecimal: asPercent(score.probability),
    _probabilityDecimal: {
      extension: [
        { url: extensionUrl('probability'), valueDecimal: score.probability },
        {
          url: extensionUrl('interval'),
          extension: [
            { url: 'low', valueDecimal: low },
            { url: 'high', valueDecimal: high },
          ],
        },
      ],
    },
    qualitativeRisk:
      context.tier === undefined ? undefined : { coding: [{ system: RISK_PROBABILITY, code: TIERS[context.tier][0], display: TIERS[context.tier][1] }] },
    whenPeriod,
    rationale: rationaleOf(score, context.evidence),
  });
}

function endOf(asOf: Instant, horizon: Milliseconds): Instant {
  return plus(asOf, horizon);
}

function rationaleOf(score: RiskScore, evidence: readonly Evidence[]): string {
  const level = score.evidenceLevel;
  const says = level.startsWith('real-') ? '' : `${level.charAt(0).toUpperCase()}${level.slice(1)} evidence. `;
  const most = [...evidence].sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution)).find(({ kind }) => kind !== 'joint');
  return `${says}${most?.text ?? NOT_A_DEVICE}`;
}

/**
 * The stored probability in percent by moving its decimal point: 0.07 * 100 is 7.000000000000001.
 * Takes a number in [0, 1] of at most nine decimals.
 */
export function asPercent(probability: number): number {
  const [whole = '0', fraction = ''] = probability.toFixed(9).split('.');
  return Number(`${whole}${fraction.slice(0, 2)}.${fraction.slice(2)}`);
}
