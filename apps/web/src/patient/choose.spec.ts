import { describe, expect, it } from 'vitest';
import type { Question, WireAssessment } from '@concord/contracts';
import { inputsOf, whyOf } from './choose.ts';

const NOTHING = { used: [], stale: [], absent: [], withheld: [], unused: [] };

describe('what a question beside decline shows', () => {
  it('each modality that the answer names, with the age of the newest sample, and none that it does not name', () => {
    const newest = [
      { modality: 'vitals', state: 'stale' as const, newestAt: '2026-11-28T01:00:00Z' },
      { modality: 'chest-imaging', state: 'used' as const, newestAt: '2026-11-28T00:00:00Z' },
    ];
    expect(inputsOf({ modalities: { ...NOTHING, used: ['vitals'], withheld: ['labs'] } }, newest)).toEqual([
      { modality: 'vitals', state: 'used', newestAt: '2026-11-28T01:00:00Z' },
      { modality: 'labs', state: 'withheld', newestAt: null },
    ]);
  });

  const answer = (id: string, outcome: WireAssessment['outcome']) => ({ id, outcome }) as WireAssessment;
  const question = (assessment: WireAssessment | null, lastScored: WireAssessment | null): Question => ({
    task: 'sepsis-6h',
    title: 'Sepsis within 6 h',
    definition: '',
    assessment,
    lastScored,
  });

  it('reasons of the newest score, else of the last one, else none', () => {
    expect(whyOf(question(answer('new', 'scored'), null))?.id).toBe('new');
    expect(whyOf(question(answer('new', 'abstained'), answer('old', 'scored')))?.id).toBe('old');
    expect(whyOf(question(answer('new', 'abstained'), null))).toBeUndefined();
    expect(whyOf(question(null, null))).toBeUndefined();
  });
});
