import { describe, expect, it } from 'vitest';
import { DANGERS, warned } from './index.ts';

const said = (code: string, newest: number | undefined, contribution = -0.3): string => warned('Sign', { code, newest, contribution });

describe('a reason that lowers a chance', () => {
  it.each([
    ['9279-1', 24, 25, 'NEWS2 3'],
    ['8480-6', 91, 90, 'NEWS2 3'],
    ['8867-4', 130, 131, 'NEWS2 3'],
    ['8310-5', 35.1, 35, 'NEWS2 3'],
    ['9269-2', 10, 9, 'SOFA 3 or more'],
    ['2160-0', 3.4, 3.5, 'SOFA 3 or more'],
    ['1975-2', 5.9, 6, 'SOFA 3 or more'],
    ['777-3', 50, 49, 'SOFA 3 or more'],
    ['2744-1', 7.25, 7.24, 'APACHE II 3 or more'],
    ['1963-8', 18, 17.9, 'APACHE II 3 or more'],
    ['2524-7', 3.9, 4, 'a sign of shock'],
  ])('never reassures with a danger: %s at %d says nothing more, at %d what it is by itself', (code, calm, danger, points) => {
    expect(said(code, calm)).toBe('Sign');
    expect(said(code, danger)).toBe(`Sign, by itself ${points}`);
  });

  it('does not call 88 % a danger, where a patient on SpO2 scale 2 belongs', () => {
    expect([said('2708-6', 88), said('2708-6', 83)]).toEqual(['Sign', 'Sign, by itself NEWS2 3']);
  });

  it('says no more than its words where it raises the chance, or the newest value is no number', () => {
    expect([said('9279-1', 30, 0.3), said('9279-1', 30, 0), said('9279-1', undefined)]).toEqual(['Sign', 'Sign', 'Sign']);
  });

  it('is told by one line for each sign and lab', () => {
    expect(new Set(DANGERS.map(({ code }) => code)).size).toBe(DANGERS.length);
  });
});
