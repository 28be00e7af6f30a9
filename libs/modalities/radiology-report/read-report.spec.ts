import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { derivedReportSchema } from './derived.ts';
import { readReport } from './read-report.ts';

const lines = (...text: string[]): string => text.join('\n');
const told = (text: string): readonly string[] => {
  const report = readReport(text);
  return report.assertions.map(({ finding, assertion, extent, course }) => [finding, assertion, extent, course].filter(Boolean).join(' '));
};

const portable = lines(
  'CHEST X-RAY, ONE VIEW.',
  'Indication: cough and fever.',
  'Findings: There is a small right pleural effusion.',
  'Patchy new opacity at the left base.',
  'No pneumothorax.',
  'Heart size is normal.',
  'Impression: Right effusion; left basal opacity.',
);

describe('a report', () => {
  it('falls into sections, sentences and what each finding is said to be', () => {
    const report = readReport(portable);
    expect(report.sections.map(({ name, title }) => [name, title])).toEqual([
      ['other', ''],
      ['indication', 'Indication'],
      ['findings', 'Findings'],
      ['impression', 'Impression'],
    ]);
    expect(report.sentences.map(({ start, end }) => portable.slice(start, end))).toEqual([
      'CHEST X-RAY, ONE VIEW.',
      'cough and fever.',
      'There is a small right pleural effusion.',
      'Patchy new opacity at the left base.',
      'No pneumothorax.',
      'Heart size is normal.',
      'Right effusion; left basal opacity.',
    ]);
    expect(told(portable)).toEqual([
      'effusion present small',
      'opacity present new',
      'pneumothorax absent',
      'cardiomegaly absent',
      'effusion present',
      'opacity present',
    ]);
  });

  it('is read alike in capitals, under other headings, with headings on their own line and with numbered impressions', () => {
    expect(told(portable.toUpperCase())).toEqual(told(portable));
    const other = lines('CLINICAL HISTORY', 'Cough.', '', 'REPORT', 'No effusion. Mild edema.', '', 'CONCLUSION', '1. Mild edema.', '2. No effusion.');
    expect(readReport(other).sections.map(({ name }) => name)).toEqual(['indication', 'findings', 'impression']);
    expect(told(other)).toEqual(['effusion absent', 'edema present small', 'edema present small', 'effusion absent']);
  });

  it('without headings is all findings', () => {
    const report = readReport('Lungs are clear. No effusion.');
    expect(report.sections).toEqual([{ name: 'findings', title: '', start: 0, end: 29 }]);
    expect(report.assertions.map(({ finding, assertion }) => `${finding} ${assertion}`)).toEqual(['opacity absent', 'effusion absent']);
  });

  it('keeps an organ label with its sentence, for it says whose the words are', () => {
    const text = lines('FINDINGS:', 'HEART: Enlarged.', 'LUNGS: Clear', 'PLEURA: No effusion');
    const report = readReport(text);
    expect(report.sentences.map(({ start, end }) => text.slice(start, end))).toEqual(['HEART: Enlarged.', 'LUNGS: Clear', 'PLEURA: No effusion']);
    expect(told(text)).toEqual(['cardiomegaly present', 'opacity absent', 'effusion absent']);
  });

  it('joins a sentence that was wrapped and does not split at abbreviations, decimals or list numbers', () => {
    const text = lines(
      'Findings: A nodule of 1.2 cm was discussed with Dr. Example and is stable since the',
      'last film. No effusion, e.g. no blunting of the angle.',
    );
    expect(readReport(text).sentences).toHaveLength(2);
  });

  it('does not mistake the look-alikes of a finding for it', () => {
    expect(told('Pericardial effusion. Pedal edema. Massively obese. Subcutaneous emphysema.')).toEqual(['pericardial-effusion present']);
    expect(told('Calcified granuloma, no suspicious nodule.')).toEqual(['granuloma present', 'nodule absent']);
  });

  it('says that no disease is no opacity, and that a past film is no past finding', () => {
    expect(told('No acute cardiopulmonary abnormality.')).toEqual(['opacity absent']);
    expect(told('Compared to the prior film, the effusion has increased.')).toEqual(['effusion present worse']);
  });

  it('quotes a sentence from its first letter when the list number stands on a line of its own', () => {
    const text = 'IMPRESSION:\n1. \n Small effusion.';
    const [first] = readReport(text).sentences.filter(({ section }) => section === 'impression');
    expect(text.slice(first?.start, first?.end)).toBe('Small effusion.');
  });

  it('has its own place in the text for every section, sentence and finding, whatever the text', () => {
    const words = fc.constantFrom(
      'FINDINGS:',
      'Impression:',
      'No',
      'effusion',
      '.',
      '\n',
      '\n\n',
      '1.',
      'edema',
      'is',
      'heart',
      '😀',
      'é',
      'LUNGS:',
      'clear',
      ',',
      'with',
      'prior',
    );
    fc.assert(
      fc.property(fc.array(words, { maxLength: 40 }), (parts) => {
        const text = parts.join(' ');
        const report = readReport(text);
        expect(derivedReportSchema.parse(report)).toEqual(report);
        expect(readReport(text)).toEqual(report);
        for (const { start, end } of [...report.sections, ...report.sentences, ...report.assertions]) {
          expect(start).toBeGreaterThanOrEqual(0);
          expect(end).toBeLessThanOrEqual(text.length);
        }
        for (const { start, end } of report.sentences) expect(text.slice(start, end).trim()).toBe(text.slice(start, end));
        for (const { sentence, start, end } of report.assertions) {
          const within = report.sentences[sentence]!;
          expect(start >= within.start && end <= within.end && start < end).toBe(true);
        }
      }),
    );
  });
});
