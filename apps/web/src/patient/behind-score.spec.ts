import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import type { WireExplanation } from '@concord/contracts';
import { BehindScore } from './behind-score.tsx';

const EXPLANATION: WireExplanation = {
  interactions: [
    { modalities: ['vitals', 'chest-imaging'], value: 0.21 },
    { modalities: ['vitals', 'radiology-report'], value: 0.001 },
  ],
  uncertainty: { data: 0.42, model: 0.011, conflict: 0.034, missing: null },
  awaited: [{ modality: 'radiology-report', state: 'absent', expectedChange: null, widerBy: 0.018 }],
  rationale: 'The score is 23 % (interval 18 % to 30 %).',
};
const shown = (explanation: WireExplanation): string =>
  renderToStaticMarkup(createElement(BehindScore, { explanation }))
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ');

describe('what stands behind a score', () => {
  it('is told in sentences, and what was not computed is said to be so, never shown as nothing', () => {
    const text = shown(EXPLANATION);
    expect(text).toContain('The score is 23 % (interval 18 % to 30 %).');
    expect(text).toContain('not there: how much it would change was not computed; the interval is 2 points wider without it');
    expect(text).toContain('what is not there: not computed');
    expect(text).not.toContain('0.00 ');
  });

  it('has no sentences for a reader who may not see every source', () => {
    expect(shown({ ...EXPLANATION, rationale: null })).not.toContain('The score is');
  });

  it('names the films of a study that were read as one, and says of the others why they were not', () => {
    const place = { kind: 'image-region' as const, pointer: { sopInstanceUid: '1.2', frame: 1, box: [0, 0, 9, 9] as [number, number, number, number] } };
    const piece = (text: string, unusedReason: string | null) => ({ modality: 'chest-imaging', place, text, unusedReason });
    const pieces = [piece('PA film', null), piece('AP film', null), piece('LL film', 'The film is not a frontal view.')];
    expect(shown({ ...EXPLANATION, pieces })).toContain(
      'Of this study 2 films were read as one: PA film (film 1), AP film (film 2). Not read: LL film. The film is not a frontal view.',
    );
    expect(shown(EXPLANATION)).not.toContain('Of this study');
  });
});
