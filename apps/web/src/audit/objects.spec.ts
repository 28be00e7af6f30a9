import { describe, expect, it } from 'vitest';
import { objectsIn } from './objects.ts';

describe('what an event was about', () => {
  it('is counted by kind, so that an officer reads it without knowing an id', () => {
    expect(objectsIn(['RiskAssessment/7a62', 'Timeline', 'RiskAssessment/9b01', 'DiagnosticReport/5'])).toBe('2 scores, the timeline, 1 report');
  });
  it('stands as recorded where no word is known, and past three kinds is counted', () => {
    expect(objectsIn(['BreakGlass/1', 'AuditLog/head'])).toBe('BreakGlass/1, AuditLog/head');
    expect(objectsIn(['Observation/1', 'Encounter/1', 'Consent/1', 'Timeline', 'Ward/x'])).toBe('1 measurement, 1 stay, 1 consent and 2 more');
  });
  it('adds nothing to “Signed in”', () => {
    expect(objectsIn(['Session'])).toBe('');
  });
});
