import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Assessment, AssessmentId, BundleId, Evidence, ModalityKind, PatientId, RiskTaskId } from '@concord/core/clinical';
import { instant, probability } from '@concord/core/kernel';
import type { StoredAssessment } from '@concord/core/ports';
import { assessmentSchema, assessmentToWire } from './index.ts';

const kinds = ['vitals', 'radiology-report', 'chest-imaging'] as ModalityKind[];
const thresholds = { raised: probability(0.12), high: probability(0.25) };

function stored(outcome: Assessment['outcome']): StoredAssessment {
  const assessment: Assessment = {
    patientId: 'p' as PatientId,
    task: 'physiological-decline-24h' as RiskTaskId,
    asOf: instant(0),
    bundle: 'b' as BundleId,
    outcome,
    modalities: { used: kinds, stale: [], absent: [], withheld: [], unused: [] },
    unusedReasons: [],
    news2: {
      total: null,
      atLeast: 3,
      measured: 5,
      of: 7,
      band: null,
      singleThree: true,
      applies: true,
      parts: [{ parameter: 'pulse', state: 'fresh', points: 3, effectiveAt: instant(0) }],
    },
    pins: { revision: 1, links: '', clocks: '', inputsSha256: '', blockSha256: [], runtime: '' },
  };
  return { id: 'a' as AssessmentId, assessment, status: 'preliminary', storedAt: instant(0), sequence: 1 };
}

function scored(items: readonly { readonly modality: ModalityKind; readonly contribution: number }[], p = 0.3): StoredAssessment {
  const evidence: Evidence[] = items.map((item, i) => ({ ...item, id: `e${i}`, kind: 'joint', pointer: null, text: 'why' }));
  const total = items.reduce((sum, item) => sum + item.contribution, 0);
  const shapley = kinds.map((modality) => ({
    modality,
    value: items.filter((item) => item.modality === modality).reduce((sum, item) => sum + item.contribution, 0),
  }));
  return stored({
    kind: 'scored',
    evidence,
    score: {
      probability: probability(p),
      interval: [probability(0.1), probability(0.5)],
      logit: -2 + total,
      baselineLogit: -2,
      calibrationId: 'c',
      evidenceLevel: 'assembled',
      pattern: kinds,
      shapley,
    },
  });
}

const items = fc.array(fc.record({ modality: fc.constantFrom(...kinds), contribution: fc.double({ min: -3, max: 3, noNaN: true }) }), { maxLength: 12 });

describe('an assessment on the wire', () => {
  it('fits its own schema, and the reasons add up to the logit whoever reads', () => {
    fc.assert(
      fc.property(items, fc.subarray(kinds), (given, withhold) => {
        const wire = assessmentSchema.parse(assessmentToWire(scored(given), { thresholds, withhold }));
        const reasons = wire.evidence.reduce((sum, item) => sum + item.contribution, 0);
        return Math.abs(-2 + reasons - (wire.logit ?? NaN)) < 1e-9 && wire.probability === 0.3;
      }),
    );
  });

  it('names nothing of a modality that the reader may not see', () => {
    const wire = assessmentToWire(
      scored([
        { modality: kinds[1]!, contribution: 1 },
        { modality: kinds[0]!, contribution: 0.5 },
      ]),
      { withhold: ['radiology-report'] },
    );
    expect(wire.evidence.map(({ modality, kind, contribution, text }) => [modality, kind, contribution, text])).toEqual([
      ['vitals', 'joint', 0.5, 'why'],
      ['withheld', 'joint', 1, '1 source withheld'],
    ]);
    expect(wire.shapley.map(({ modality }) => modality)).toEqual(['vitals', 'chest-imaging', 'withheld']);
  });

  it('says the tier at and over a threshold, and none without one', () => {
    expect([0.11, 0.12, 0.25].map((p) => assessmentToWire(scored([], p), { thresholds }).tier)).toEqual(['usual', 'raised', 'high']);
    expect(assessmentToWire(scored([])).tier).toBeNull();
  });

  it('gives an abstention its reason and no number at all', () => {
    const wire = assessmentSchema.parse(
      assessmentToWire(stored({ kind: 'abstained', abstention: { reason: 'stale-inputs', text: 'No score: vitals too old.' } }), { thresholds }),
    );
    expect([wire.outcome, wire.reason, wire.probability, wire.interval, wire.logit, wire.tier]).toEqual(['abstained', 'stale-inputs', null, null, null, null]);
    expect(wire.evidence).toEqual([]);
  });
});
