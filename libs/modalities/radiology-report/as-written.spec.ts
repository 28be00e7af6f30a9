import { describe, expect, it } from 'vitest';
import { LEXICON } from './lexicon.ts';
import { readReport } from './read-report.ts';
import { spelled } from './spelling.ts';

const lines = (...text: string[]): string => text.join('\n');
const told = (text: string): readonly string[] => readReport(text).assertions.map(({ finding, assertion }) => `${finding} ${assertion}`);
/** A new line after every so many words, as a narrow printer or an old interface makes them. */
const broken = (text: string, words: number): string => text.replace(new RegExp(`((?:\\S+ ){${words - 1}}\\S+) `, 'g'), '$1\n');

const prose =
  'FINDINGS: There is no focal airspace consolidation, pleural effusion or Kerley B lines. No CHF, no COPD. The heart is not enlarged. ' +
  'A Swan Ganz catheter is seen and no acute displaced rib fracture or pneumothorax is identified. Small left basilar opacity.';

describe('lines that a machine broke', () => {
  it.each([2, 3, 4, 5, 6, 7, 9, 12])('lose no denial when a line holds %i words, in small letters or in capitals', (words) => {
    expect(told(broken(prose, words))).toEqual(told(prose));
    expect(told(broken(prose.toUpperCase(), words))).toEqual(told(prose));
  });

  it.each([20, 28, 40, 64])('lose no denial in a column of %i characters', (width) => {
    const column = (text: string): string => text.replace(new RegExp(`(.{1,${width}})(?: |$)`, 'g'), '$1\n').trimEnd();
    expect(told(column(prose))).toEqual(told(prose));
    expect(told(column(prose.toUpperCase()))).toEqual(told(prose));
  });

  it('hold a "no" that stands last on a short line to what follows, whatever letter that begins with', () => {
    expect(told(lines('Stable heart size, there is no', 'CHF', 'and the bones are intact on both of the two views taken'))).toContain('heart-failure absent');
  });
});

describe('lines that their writer ended', () => {
  it('stay apart without a point, so that a denial does not run on into the next finding', () => {
    expect(told(lines('No effusion', 'Right lower lobe consolidation', 'No pneumothorax'))).toEqual([
      'effusion absent',
      'consolidation present',
      'pneumothorax absent',
    ]);
    expect(told(lines('NO EFFUSION', 'RIGHT LOWER LOBE CONSOLIDATION', 'NO PNEUMOTHORAX'))).toEqual([
      'effusion absent',
      'consolidation present',
      'pneumothorax absent',
    ]);
  });
});

describe('headings', () => {
  const expected = ['pneumonia possible', 'effusion present', 'pneumothorax absent', 'effusion present'];
  const sections = (text: string): readonly string[] => readReport(text).sections.map(({ name }) => name);

  it.each([
    ['with colons', lines('INDICATION: rule out pneumonia', 'FINDINGS: Small effusion. No pneumothorax.', 'IMPRESSION: Small effusion.')],
    ['that lost their colons', lines('INDICATION rule out pneumonia', 'FINDINGS Small effusion. No pneumothorax.', 'IMPRESSION Small effusion.')],
    ['in small letters, without colons', lines('Indication rule out pneumonia.', 'Findings Small effusion. No pneumothorax.', 'Impression Small effusion.')],
    ['with slips of the pen', lines('INDCIATION: rule out pneumonia', 'FINIDNGS: Small effusion. No pneumothorax.', 'IMRPESSION: Small effusion.')],
    ['all in capitals without colons', lines('INDICATION RULE OUT PNEUMONIA', '', 'FINDINGS SMALL EFFUSION. NO PNEUMOTHORAX.', 'IMPRESSION SMALL EFFUSION.')],
  ])('keep the question apart from the answer: %s', (_, text) => {
    expect(sections(text)).toEqual(['indication', 'findings', 'impression']);
    expect(told(text)).toEqual(expected);
  });

  it('keep the words as they were written', () => {
    expect(readReport('FINIDNGS: Small effusion.').sections).toEqual([{ name: 'findings', title: 'FINIDNGS', start: 10, end: 25 }]);
  });

  it.each([
    'Findings are consistent with pneumonia.',
    'Findings consistent with pneumonia.',
    'Comparison is made with the film of yesterday. No effusion.',
    'History of heart failure. No effusion.',
    'Conclusion of the last report stands. No effusion.',
    lines('Small effusion in keeping with clinical', 'history. No edema.'),
  ])('are not seen in a sentence that begins alike: %s', (text) => {
    expect(sections(text)).toEqual(['findings']);
  });
});

describe('slips of the pen', () => {
  it.each([
    ['Negatvie for pneumothorax.', ['pneumothorax absent']],
    ['Wihtout effusion.', ['effusion absent']],
    ['Patient dneies edema.', ['edema absent']],
    ['Absense of consolidation.', ['consolidation absent']],
    ['No pnuemothorax.', ['pneumothorax absent']],
    ['Pneumothroax cannot be exclduded.', ['pneumothorax possible']],
    ['Pericardail effusion.', ['pericardial-effusion present']],
    ['Small pleural efusion.', ['effusion present']],
    ['EMPHYESMATOUS CHANGE.', ['emphysema present']],
  ])('lose neither a finding nor its denial: %s', (text, expected) => {
    expect(told(text)).toEqual(expected);
  });

  it('are quoted as they were written', () => {
    const text = 'Lungs clear. No pnuemothorax.';
    const [, found] = readReport(text).assertions;
    expect(text.slice(found?.start, found?.end)).toBe('pnuemothorax');
  });

  // One letter parts these from a word of lexicon or rules, and they mean something else.
  it.each([
    ['contrast injections', []],
    ['decreased and deceased', []],
    ['hypoinflated lungs', []],
    ['dura mater', []],
    ['plural masses', ['mass present']],
    ['the medial clavicle', []],
    ['internal mammary', []],
    ['simulator', []],
  ])('are not seen in another word: %s', (text, expected) => {
    expect(told(text)).toEqual(expected);
  });

  it('are left alone where two words may have been meant: an ill-defined opacity is not denied', () => {
    expect(spelled('deined')).toBe('deined');
  });

  const names = [
    ...new Set(LEXICON.flatMap(({ names: phrases, denies = [] }) => [...phrases, ...denies]).flatMap((phrase) => phrase.split(/[\s{}|*~:]+/))),
  ].filter((word) => word.length >= 5);

  it('never make one word of the lexicon into another, for any two neighbours exchanged, any letter lost, doubled or wrong', () => {
    expect(names.length).toBeGreaterThan(200);
    let right = 0;
    for (const word of names) {
      for (const slip of slipsOf(word)) {
        const meant = spelled(slip);
        if (meant === word) right += 1;
        else expect([slip, meant]).toEqual([slip, slip]);
      }
    }
    expect(right).toBeGreaterThan(1000);
  });

  it('never turn a denied finding into one that is there', () => {
    for (const { finding, names: phrases } of LEXICON) {
      for (const phrase of finding === null ? [] : phrases.filter((each) => /^[a-z ]+$/.test(each))) {
        for (const slip of slipsOf(phrase)) {
          for (const { assertion } of readReport(`There is no ${slip} on this film.`).assertions) expect([slip, assertion]).toEqual([slip, 'absent']);
        }
      }
    }
  });
});

/** Everything that one slip inside a word can make of it. */
function slipsOf(word: string): readonly string[] {
  const inner = Array.from({ length: word.length - 2 }, (_, at) => at + 1);
  return inner.flatMap((at) => [
    `${word.slice(0, at)}${word.slice(at + 1)}`,
    `${word.slice(0, at)}${word.charAt(at)}${word.slice(at)}`,
    `${word.slice(0, at)}x${word.slice(at + 1)}`,
    ...(at + 2 < word.length ? [`${word.slice(0, at)}${word.charAt(at + 1)}${word.charAt(at)}${word.slice(at + 2)}`] : []),
  ]);
}
