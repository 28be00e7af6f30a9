import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { circumstancesOf } from './context.ts';
import { tokensOf } from './words.ts';

/** What a sentence says of the words between « and ». */
const said = (marked: string): readonly string[] => {
  const start = marked.indexOf('«');
  const end = marked.indexOf('»') - 1;
  return [...circumstancesOf(tokensOf(marked.replace(/[«»]/g, '')), { start, end })].sort();
};

// The kinds of case are those of the NegEx and ConText papers; the sentences are ours.
describe('what a sentence says of a finding', () => {
  it.each([
    ['There is no «pneumothorax».', ['absent']],
    ['Negative for «effusion».', ['absent']],
    ['No focal «consolidation», effusion or pneumothorax.', ['absent']],
    ['No focal consolidation, large pleural effusion, acute rib fracture or «pneumothorax» is seen.', ['absent']],
    ['The patient denies cough, fever, night sweats, weight loss or «chest pain».', ['absent']],
    ['«Pneumothorax» is not seen.', ['absent']],
    ['«Edema» has resolved.', ['absent']],
    ['A «pulmonary embolism» was ruled out.', ['absent']],
    ['Lungs free of «infiltrate».', ['absent']],
    ['Without evidence of «edema».', ['absent']],
  ])('denied: %s', (sentence, expected) => {
    expect(said(sentence)).toEqual(expected);
  });

  it.each([
    ['No change in the «effusion».', []],
    ['No interval change in the right «effusion».', []],
    ['The «effusion» has not significantly changed.', []],
    ['Not only «consolidation» but also an effusion is seen.', []],
    ['No prior study for comparison; «cardiomegaly».', []],
    ['Compared to the prior study the «effusion» is larger.', []],
  ])('only looks denied or old: %s', (sentence, expected) => {
    expect(said(sentence)).toEqual(expected);
  });

  it.each([
    ['No pneumothorax, but a small «effusion» remains.', []],
    ['No pneumothorax; «effusion» on the left.', []],
    ['There is no edema and there is a small «effusion».', []],
    ['No edema, although the «heart is enlarged».', []],
    ['Absence of edema is reassuring, however «pneumonia» is likely in the right base.', []],
  ])('the denial ends before: %s', (sentence, expected) => {
    expect(said(sentence)).toEqual(expected);
  });

  it.each([
    ['«Pneumonia» cannot be excluded.', ['possible']],
    ['Cannot rule out «pneumonia».', ['possible']],
    ['Possible «pneumonia» in the left base.', ['possible']],
    ['Findings may represent «atelectasis».', ['possible']],
    ['Suspicious for «pneumonia».', ['possible']],
    ['Rule out «pneumonia».', ['possible']],
    ['«Atelectasis» versus consolidation.', ['possible']],
    ['Return if there is «fever».', ['possible']],
    ['Question «edema» or atypical infection?', ['possible']],
    ['Atypical «infection» is another consideration.', ['possible']],
    ['CT is more sensitive in detecting small «nodules».', ['possible']],
    ['Probable small «effusion».', ['possible']],
    ['«Edema» is suspected.', ['possible']],
    ['This may reflect aspiration or «pneumonia».', ['possible']],
    ['Differential includes «lymphoma».', ['possible']],
    ['Concerning for developing «pneumonia».', ['possible']],
    ['«Pneumothorax» not excluded.', ['possible']],
    ['An underlying «nodule» is possible.', ['possible']],
  ])('doubted: %s', (sentence, expected) => {
    expect(said(sentence)).toEqual(expected);
  });

  it.each([
    ['No evidence of «pneumonia».', ['absent']],
    ['Possible edema, but no «effusion».', ['absent']],
    ['«Consolidation» is seen; pneumonia is possible.', []],
    ['Possible edema; «effusion» on the left.', []],
    ['Unlikely to be «pneumonia».', ['absent']],
  ])('doubted or not, by which words reach it: %s', (sentence, expected) => {
    expect(said(sentence)).toEqual(expected);
  });

  it.each([
    ['«Asthma» history.', ['historical']],
    ['Known to have «emphysema».', ['historical']],
  ])('known of old: %s', (sentence, expected) => {
    expect(said(sentence)).toEqual(expected);
  });

  it.each([
    ['History of «heart failure».', ['historical']],
    ['Past medical history of COPD and «heart failure».', ['historical']],
    ['Old «rib fractures» on the left.', ['historical']],
    ['Status post «pneumothorax».', ['historical']],
    ['History of heart failure, presents with «edema».', []],
    ['Three day history of «cough».', []],
    ['No history of «pneumothorax».', ['absent', 'historical']],
    ['Family history of «lung cancer».', ['family', 'historical']],
    ['His father had «emphysema».', ['family']],
  ])('of the past or of a relative: %s', (sentence, expected) => {
    expect(said(sentence)).toEqual(expected);
  });

  it('does not let the words of the finding deny the finding', () => {
    expect(said('«No acute disease».')).toEqual([]);
    expect(said('There is no «acute fracture».')).toEqual(['absent']);
  });

  it('never fails on any text, and never looks outside the sentence it was given', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 120, unit: 'grapheme' }), fc.nat(120), fc.nat(30), (text, start, length) => {
        expect(circumstancesOf(tokensOf(text), { start, end: start + length }).size).toBeLessThanOrEqual(4);
      }),
    );
  });
});
