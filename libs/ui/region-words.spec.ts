import { describe, expect, it } from 'vitest';
import { regionWords } from './region-words.ts';

const proof = { change: 0.018, elsewhere: 0.001, regions: 40, holds: true };

describe('what is said of a region that was covered', () => {
  it('names how far the risk moved, which way, and what a region elsewhere does', () => {
    expect(regionWords({ faithfulness: proof })).toBe('Covering it lowers the risk by 1.8 points; a region of its size elsewhere moves it by 0.1.');
    expect(regionWords({ faithfulness: { ...proof, change: -0.01, elsewhere: 0 } })).toBe(
      'Covering it raises the risk by 1.0 point; a region of its size elsewhere moves it by under 0.1.',
    );
  });

  it('warns where covering did not bear the region out, so that nobody looks only there', () => {
    const said = regionWords({ faithfulness: { ...proof, holds: false } });
    expect(said).toMatch(/^Not borne out: covering it lowers/);
    expect(said).toMatch(/Look at the whole film\.$/);
  });

  it('is nothing for a preview', () => {
    expect(regionWords({})).toBeNull();
  });
});
