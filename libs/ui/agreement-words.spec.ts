import { describe, expect, it } from 'vitest';
import { signLines, statementWords, verdictWords, type Agreement } from './agreement-words.ts';

type Sign = Parameters<typeof signLines>[0][number];
const sign = (name: string, [used, other]: readonly [number, number], verdict: Sign['verdict'], device: string | null = 'watch-2'): Sign => ({
  code: name,
  name,
  unit: name === 'SpO2' ? '%' : '/min',
  verdict,
  used: { device: 'monitor-7', number: used, effectiveAt: '2026-03-01T12:00:00Z' },
  other: { device, number: other, effectiveAt: '2026-03-01T11:58:00Z' },
});

describe('what a reader is told of a finding that one source cannot settle', () => {
  const said = { pointer: null, effectiveAt: '2026-03-01T12:00:00Z' };
  const statements = [
    { ...said, modality: 'radiology-report', stance: 'absent', probability: null, text: 'No nodule.', kind: 'report-span' },
    { ...said, modality: 'chest-imaging', stance: 'uncertain', probability: 0.002, text: '< 1 % on the film', kind: 'image-region' },
  ] as unknown as Agreement['statements'];

  it('is who cannot tell, and no contradiction in terms: a small chance is not called unsure', () => {
    expect(verdictWords({ finding: 'nodule-or-mass', verdict: 'undecided', statements }).word).toBe('the image cannot tell');
    expect(statements.map(statementWords)).toEqual(['report: absent', 'image: neither shown nor ruled out, < 1 % on the film']);
  });
});

describe('what a reader is told of two devices on one patient', () => {
  it('is both numbers and which one counts now, where they contradict each other: a wrong sensor must not pass for the patient', () => {
    expect(signLines([sign('SpO2', [84, 97], 'disagree')])).toEqual([
      {
        verdict: 'disagree',
        name: 'SpO2',
        glyph: 'i-differ',
        word: 'two devices contradict each other',
        said: 'monitor-7: 84%, the newest, which counts as the value now; watch-2: 97%',
      },
    ]);
    expect(signLines([sign('Pulse', [118, 76], 'disagree', null)])[0]?.said).toContain('entered by hand: 76 /min');
  });

  it('is one line for all signs on which they agree, and none for a sign on which a third device differs', () => {
    const lines = signLines([
      sign('Pulse', [80, 82], 'agree'),
      sign('Respiration', [16, 17], 'agree'),
      sign('SpO2', [97, 96], 'agree'),
      sign('SpO2', [97, 84], 'disagree', 'watch-3'),
    ]);
    expect(lines.map(({ name, word }) => [name, word])).toEqual([
      ['SpO2', 'two devices contradict each other'],
      ['Pulse and Respiration', 'two devices agree'],
    ]);
    expect(signLines([])).toEqual([]);
  });
});
