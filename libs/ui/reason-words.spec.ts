import { describe, expect, it } from 'vitest';
import { rationaleWords, reasonWords } from './reason-words.ts';

describe('the words of a reason', () => {
  it('writes a sign as the rest of the page does', () => {
    expect(reasonWords({ kind: 'signal-window', modality: 'vitals', text: 'SpO2 falling, 96 to 94 %' })).toBe('SpO₂ falling, 96 to 94\u00a0%');
    expect(rationaleWords('It is raised most by: SpO2 steady at 94 % (vitals).')).toBe('It is raised most by: SpO₂ steady at 94 % (vitals).');
  });

  it('leaves what a report says as its author wrote it', () => {
    expect(reasonWords({ kind: 'report-span', modality: 'radiology-report', text: '“SpO2 94% on air”' })).toBe('“SpO2 94% on air”');
    expect(rationaleWords('Lowered by: “SpO2 94% on air” (report); SpO2 rising (vitals).')).toBe(
      'Lowered by: “SpO2 94% on air” (report); SpO₂ rising (vitals).',
    );
  });
});
