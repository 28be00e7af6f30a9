import { describe, expect, it } from 'vitest';
import type { Question, WireAssessment } from '@concord/contracts';
import { inputsOf, partOfStudy, whyOf } from './choose.ts';

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

describe('a film of a study that holds several', () => {
  const piece = (sopInstanceUid: string, unusedReason: string | null) => ({
    modality: 'chest-imaging',
    place: { kind: 'image-region' as const, pointer: { sopInstanceUid, frame: 1, box: [0, 0, 9, 9] as [number, number, number, number] } },
    text: 'PA film',
    unusedReason,
  });

  it('carries the number by which the reasons call it, so that nobody looks for a region on the other film', () => {
    const pieces = [piece('1.1', null), piece('1.2', 'The film is not a frontal view.'), piece('1.3', null)];
    const said = ['1.1', '1.2', '1.3', '1.4'].map((sopInstanceUid) => partOfStudy({ sopInstanceUid }, pieces));
    expect(said).toEqual(['film 1 of 2, read as one', 'not read', 'film 2 of 2, read as one', undefined]);
  });

  it('carries none where the score read one film', () => {
    expect(partOfStudy({ sopInstanceUid: '1.1' }, [])).toBeUndefined();
    expect(partOfStudy({ sopInstanceUid: '1.1' }, [piece('1.1', null), piece('1.2', 'The film is not a frontal view.')])).toBeUndefined();
  });
});
