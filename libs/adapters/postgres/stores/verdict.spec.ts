import { describe, expect, it } from 'vitest';
import { verdict, type StoredVersion } from './verdict.ts';

const first: StoredVersion = { version: 1, status: 'final', content: 'pulse 70' };

describe('what arrives under a known natural key', () => {
  it('is made when nothing is there', () => {
    expect(verdict([], { status: 'final', content: 'pulse 70' })).toEqual({ kind: 'created' });
  });

  it('answers as the first time when it is the same again', () => {
    expect(verdict([first], { status: 'final', content: 'pulse 70' })).toEqual({ kind: 'repeated', version: 1 });
  });

  it('is a conflict with another value, so that a reading is never silently replaced', () => {
    expect(verdict([first], { status: 'final', content: 'pulse 99' })).toEqual({ kind: 'conflict' });
  });

  it('supersedes when it says that it corrects, and a late repeat of the first changes nothing', () => {
    expect(verdict([first], { status: 'corrected', content: 'pulse 99' })).toEqual({ kind: 'superseded', version: 2, retracts: false });
    const both = [first, { version: 2, status: 'corrected', content: 'pulse 99' }];
    expect(verdict(both, { status: 'final', content: 'pulse 70' })).toEqual({ kind: 'repeated', version: 1 });
    expect(verdict(both, { status: 'corrected', content: 'pulse 98' })).toEqual({ kind: 'superseded', version: 3, retracts: false });
  });

  it('replaces a preliminary word by a final one', () => {
    expect(verdict([{ ...first, status: 'preliminary' }], { status: 'final', content: 'pulse 70' })).toEqual({
      kind: 'superseded',
      version: 2,
      retracts: false,
    });
  });

  it('retracts once, whatever value the retraction carries', () => {
    const gone = { version: 2, status: 'entered-in-error', content: '' };
    expect(verdict([first], { status: 'entered-in-error', content: '' })).toEqual({ kind: 'superseded', version: 2, retracts: true });
    expect(verdict([first, gone], { status: 'entered-in-error', content: 'pulse 70' })).toEqual({ kind: 'repeated', version: 2 });
  });
});
