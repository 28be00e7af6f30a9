import { describe, expect, it } from 'vitest';
import { days, instant, minus, minutes, plus, seconds } from '@concord/core/kernel';
import type { PatientId } from '@concord/core/clinical';
import { BREAK_GLASS_REASONS, GRANT_MINUTES, grantRefusal } from './index.ts';
import type { GrantQuestion } from './break-glass.ts';

const NOW = instant(1_800_000_000_000);
const PATIENT = '00000000-0000-4000-8000-00000000aaaa' as PatientId;
const GOOD: GrantQuestion = {
  now: NOW,
  assurance: 'mfa',
  authenticatedAt: minus(NOW, minutes(5)),
  reason: 'twenty letters of reason',
  facts: { lookup: { patientId: PATIENT, at: minus(NOW, minutes(15)) }, unreviewedSince: minus(NOW, days(3)), isBarred: false },
};
const facts = (more: Partial<GrantQuestion['facts']>) => ({ ...GOOD, facts: { ...GOOD.facts, ...more } });
const MS = seconds(0.001);
const over = (span: number) => (span + MS) as typeof MS;

describe('breaking the glass', () => {
  it('is for four reasons, each under its purpose, and for an hour', () => {
    expect(BREAK_GLASS_REASONS).toEqual({ 'life-threatening': 'ETREAT', 'urgent-care': 'BTG', 'patient-asked': 'BTG', 'safety-concern': 'BTG' });
    expect(GRANT_MINUTES).toBe(60);
  });

  it('is possible at the edge of every limit', () => {
    expect(grantRefusal(GOOD)).toBeUndefined();
    expect(grantRefusal({ ...GOOD, authenticatedAt: plus(NOW, seconds(5)) })).toBeUndefined();
    expect(grantRefusal({ ...GOOD, reason: 'abcdefghij0123456789' })).toBeUndefined();
    expect(grantRefusal(facts({ unreviewedSince: undefined }))).toBeUndefined();
  });

  it.each([
    ['without a second factor', { ...GOOD, assurance: 'password' }, 'step-up'],
    ['with a token that says nothing of factors', { ...GOOD, assurance: undefined }, 'step-up'],
    ['with a sign-in of unknown time', { ...GOOD, authenticatedAt: undefined }, 'step-up'],
    ['with a second factor a moment too old', { ...GOOD, authenticatedAt: minus(NOW, over(minutes(5))) }, 'step-up'],
    ['with a sign-in that lies ahead', { ...GOOD, authenticatedAt: plus(NOW, seconds(6)) }, 'step-up'],
    ['without a look-up', facts({ lookup: undefined }), 'no-look-up'],
    ['after a look-up that found nobody', facts({ lookup: { patientId: undefined, at: NOW } }), 'no-look-up'],
    ['with a look-up a moment too old', facts({ lookup: { patientId: PATIENT, at: minus(NOW, over(minutes(15))) } }), 'no-look-up'],
    ['with nineteen letters, however many dots', { ...GOOD, reason: 'abcdefghij012345678 . . . . .' }, 'reason-too-short'],
    ['while an earlier one was not reviewed in time', facts({ unreviewedSince: minus(NOW, over(days(3))) }), 'unreviewed'],
    ['where the patient forbids it', facts({ isBarred: true }), 'consent-forbids'],
  ] as const)('is refused %s', (_, question, refusal) => {
    expect(grantRefusal(question)).toBe(refusal);
  });
});
