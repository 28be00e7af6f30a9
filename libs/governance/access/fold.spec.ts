import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Assessment, ModalityKind } from '@concord/core/clinical';
import { ROLES } from '@concord/core/ports';
import { decide, fold } from './index.ts';

const KINDS = ['vitals', 'labs', 'radiology-report', 'chest-imaging'] as const;
const kind = fc.constantFrom(...KINDS).map((one) => one as unknown as ModalityKind);
const contribution = fc.double({ min: -3, max: 3, noNaN: true });
const evidence = fc.array(fc.record({ id: fc.uuid(), modality: kind, kind: fc.constant('joint'), pointer: fc.constant(null), contribution, text: fc.uuid() }), {
  maxLength: 12,
});
const shapley = fc.uniqueArray(fc.record({ modality: kind, value: contribution }), { selector: ({ modality }) => modality });
const hidden = fc.subarray([...KINDS]);

const total = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);

it('shows every role what it may see, never changes a number, and leaves no word of what is hidden', () => {
  fc.assert(
    fc.property(
      evidence,
      shapley,
      fc.record({ withheld: hidden, role: fc.constantFrom(...ROLES), logit: contribution }),
      (items, shares, { withheld, role, logit }) => {
        const explanation = {
          interactions: [{ modalities: [KINDS[0], KINDS[3]], value: 0.2 }],
          uncertainty: { data: 0.4, model: 0.01, conflict: 0, missing: null },
          awaited: [{ modality: KINDS[1], state: 'absent', expectedChange: null, widerBy: null }],
          pieces: items.map(({ modality, text }) => ({ modality, pointer: { kind: 'joint', pointer: null }, text })),
          rationale: items.map(({ text }) => text).join('; '),
        };
        const faithfulness = items.map(({ id }) => ({ evidenceId: id, change: 0.01, elsewhere: 0, regions: 40, holds: true }));
        const whole = {
          outcome: { kind: 'scored', score: { logit, probability: 0.5, baselineLogit: -2, shapley: shares }, evidence: items, explanation, faithfulness },
        } as unknown as Assessment;
        const { obligations } = decide({
          roles: [role],
          purpose: 'TREAT',
          action: 'read',
          resource: 'RiskAssessment',
          relationships: ['ward', 'recent-study'],
        });
        const away = [...new Set([...withheld, ...obligations])];
        const { outcome } = fold(whole, away);
        if (outcome.kind !== 'scored') throw new Error('a score became none');
        const { shapley: left, ...numbers } = outcome.score;
        expect(numbers).toEqual({ logit, probability: 0.5, baselineLogit: -2 });
        expect(total(outcome.evidence.map((one) => one.contribution))).toBeCloseTo(total(items.map((one) => one.contribution)), 9);
        expect(total(left.map(({ value }) => value))).toBeCloseTo(total(shares.map(({ value }) => value)), 9);
        const said = JSON.stringify(outcome);
        for (const item of items.filter(({ modality }) => away.includes(modality))) expect(said).not.toContain(item.text);
        for (const item of items.filter(({ modality }) => away.includes(modality))) expect(said).not.toContain(item.id);
        for (const modality of away) expect(said).not.toContain(`"${modality}"`);
      },
    ),
    { numRuns: 400 },
  );
});

it('leaves an abstention as it is', () => {
  const none = { outcome: { kind: 'abstained', abstention: { reason: 'withheld', text: 'No score.' } } } as unknown as Assessment;
  expect(fold(none, ['vitals'])).toBe(none);
});
